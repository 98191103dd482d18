import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Navigate,
  Outlet,
} from "@tanstack/react-router";
import { NowherePage } from "./pages/nowhere.tsx";
import { UnlockPage } from "./pages/unlock.tsx";
import { WelcomePage } from "./pages/welcome.tsx";
import { Frame } from "./parts/frame.tsx";
import { useSession } from "./session.tsx";

const root = createRootRoute({ component: Frame, notFoundComponent: NowherePage });

const welcome = createRoute({ getParentRoute: () => root, path: "/", component: WelcomePage });
const unlock = createRoute({ getParentRoute: () => root, path: "/unlock", component: UnlockPage });
const promises = createRoute({
  getParentRoute: () => root,
  path: "/promises",
  component: lazyRouteComponent(() => import("./pages/promises.tsx"), "PromisesPage"),
});
const signUp = createRoute({
  getParentRoute: () => root,
  path: "/sign-up",
  component: lazyRouteComponent(() => import("./pages/sign-up.tsx"), "SignUpPage"),
});
const enter = createRoute({
  getParentRoute: () => root,
  path: "/enter",
  component: lazyRouteComponent(() => import("./pages/enter.tsx"), "EnterPage"),
});

/** Everything behind the password. A closed record leads to its door, whatever the address says. */
const inside = createRoute({ getParentRoute: () => root, id: "inside", component: Inside });

function Inside() {
  const { status } = useSession();
  if (status.state === "open") return <Outlet />;
  return <Navigate to={status.state === "locked" ? "/unlock" : "/"} replace={true} />;
}

const documents = createRoute({
  getParentRoute: () => inside,
  path: "/documents",
  component: lazyRouteComponent(() => import("./pages/documents.tsx"), "DocumentsPage"),
});
const document = createRoute({
  getParentRoute: () => inside,
  path: "/documents/$item",
  component: lazyRouteComponent(() => import("./pages/document.tsx"), "DocumentPage"),
});
const share = createRoute({
  getParentRoute: () => inside,
  path: "/share",
  component: lazyRouteComponent(() => import("./pages/share.tsx"), "SharePage"),
  validateSearch: (search: Record<string, unknown>): { item?: string } =>
    typeof search.item === "string" ? { item: search.item } : {},
});
const received = createRoute({
  getParentRoute: () => inside,
  path: "/received",
  component: lazyRouteComponent(() => import("./pages/received.tsx"), "ReceivedPage"),
});
const receivedOne = createRoute({
  getParentRoute: () => inside,
  path: "/received/$share/$revision",
  component: lazyRouteComponent(
    () => import("./pages/received-document.tsx"),
    "ReceivedDocumentPage",
  ),
});
const access = createRoute({
  getParentRoute: () => inside,
  path: "/access",
  component: lazyRouteComponent(() => import("./pages/access.tsx"), "AccessPage"),
});
const journal = createRoute({
  getParentRoute: () => inside,
  path: "/journal",
  component: lazyRouteComponent(() => import("./pages/journal.tsx"), "JournalPage"),
});
const contacts = createRoute({
  getParentRoute: () => inside,
  path: "/contacts",
  component: lazyRouteComponent(() => import("./pages/contacts.tsx"), "ContactsPage"),
});
const settings = createRoute({
  getParentRoute: () => inside,
  path: "/settings",
  component: lazyRouteComponent(() => import("./pages/settings.tsx"), "SettingsPage"),
});

/** Every place of the page. Nothing but random ids ever stands in an address. */
export const router = createRouter({
  routeTree: root.addChildren([
    welcome,
    unlock,
    promises,
    signUp,
    enter,
    inside.addChildren([
      documents,
      document,
      share,
      received,
      receivedOne,
      access,
      journal,
      contacts,
      settings,
    ]),
  ]),
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
