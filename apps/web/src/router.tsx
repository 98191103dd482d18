import {
  createRootRoute,
  createRoute,
  createRouter,
  Navigate,
  Outlet,
} from "@tanstack/react-router";
import { useEffect, useLayoutEffect } from "react";
import { comeInside } from "./drafts.ts";
import { laterPart } from "./later-part.ts";
import { FallenPage } from "./pages/fallen.tsx";
import { NowherePage } from "./pages/nowhere.tsx";
import { UnlockPage } from "./pages/unlock.tsx";
import { WelcomePage } from "./pages/welcome.tsx";
import { Frame } from "./parts/frame.tsx";
import { useSession } from "./session.tsx";

/**
 * Pages that are fetched when they are first needed, or when the record has just been opened: in two
 * pieces, because every file that is asked for costs a round trip.
 */
const pages = {
  PromisesPage: laterPart(() => import("./pages/before.ts"), "PromisesPage"),
  DisplayPage: laterPart(() => import("./pages/before.ts"), "DisplayPage"),
  HelpPage: laterPart(() => import("./pages/before.ts"), "HelpPage"),
  AccessibilityPage: laterPart(() => import("./pages/before.ts"), "AccessibilityPage"),
  VerifyPage: laterPart(() => import("./pages/before.ts"), "VerifyPage"),
  PreparePage: laterPart(() => import("./pages/before.ts"), "PreparePage"),
  SignUpPage: laterPart(() => import("./pages/before.ts"), "SignUpPage"),
  EnterPage: laterPart(() => import("./pages/before.ts"), "EnterPage"),
  ScanPage: laterPart(() => import("./pages/before.ts"), "ScanPage"),
  DocumentsPage: laterPart(() => import("./pages/inside.ts"), "DocumentsPage"),
  DocumentPage: laterPart(() => import("./pages/inside.ts"), "DocumentPage"),
  SharePage: laterPart(() => import("./pages/inside.ts"), "SharePage"),
  ReceivedPage: laterPart(() => import("./pages/inside.ts"), "ReceivedPage"),
  ReceivedDocumentPage: laterPart(() => import("./pages/inside.ts"), "ReceivedDocumentPage"),
  AccessPage: laterPart(() => import("./pages/inside.ts"), "AccessPage"),
  JournalPage: laterPart(() => import("./pages/inside.ts"), "JournalPage"),
  ShowPage: laterPart(() => import("./pages/inside.ts"), "ShowPage"),
  ContactsPage: laterPart(() => import("./pages/inside.ts"), "ContactsPage"),
  WaysPage: laterPart(() => import("./pages/inside.ts"), "WaysPage"),
  LostPage: laterPart(() => import("./pages/inside.ts"), "LostPage"),
  RenewPage: laterPart(() => import("./pages/inside.ts"), "RenewPage"),
  WitnessesPage: laterPart(() => import("./pages/inside.ts"), "WitnessesPage"),
  SettingsPage: laterPart(() => import("./pages/inside.ts"), "SettingsPage"),
} as const;

const root = createRootRoute({
  component: Frame,
  notFoundComponent: NowherePage,
  errorComponent: FallenPage,
});

const welcome = createRoute({ getParentRoute: () => root, path: "/", component: WelcomePage });
const unlock = createRoute({ getParentRoute: () => root, path: "/unlock", component: UnlockPage });
const promises = createRoute({
  getParentRoute: () => root,
  path: "/promises",
  component: pages.PromisesPage,
});
const display = createRoute({
  getParentRoute: () => root,
  path: "/display",
  component: pages.DisplayPage,
});
const help = createRoute({ getParentRoute: () => root, path: "/help", component: pages.HelpPage });
const accessibility = createRoute({
  getParentRoute: () => root,
  path: "/accessibility",
  component: pages.AccessibilityPage,
});
const verify = createRoute({
  getParentRoute: () => root,
  path: "/verify",
  component: pages.VerifyPage,
});
/** Every component in every state, for those who work on them; nothing leads there. */
const components = createRoute({
  getParentRoute: () => root,
  path: "/components",
  component: laterPart(() => import("./pages/components.tsx"), "ComponentsPage"),
});
const prepare = createRoute({
  getParentRoute: () => root,
  path: "/prepare",
  component: pages.PreparePage,
});
const signUp = createRoute({
  getParentRoute: () => root,
  path: "/sign-up",
  component: pages.SignUpPage,
});
const enter = createRoute({
  getParentRoute: () => root,
  path: "/enter",
  component: pages.EnterPage,
});

const scan = createRoute({ getParentRoute: () => root, path: "/scan", component: pages.ScanPage });

/** Everything behind the password. A closed record leads to its door, whatever the address says. */
const inside = createRoute({ getParentRoute: () => root, id: "inside", component: Inside });

function Inside() {
  const { status } = useSession();
  const isOpen = status.state === "open";
  useLayoutEffect(() => (isOpen ? comeInside() : undefined), [isOpen]);
  useEffect(() => {
    // A page that cannot be fetched now is fetched, or explained, when it is asked for.
    if (isOpen) fetchPages().catch(() => undefined);
  }, [isOpen]);
  if (isOpen) return <Outlet />;
  return <Navigate to={status.state === "locked" ? "/unlock" : "/"} replace={true} />;
}

const documents = createRoute({
  getParentRoute: () => inside,
  path: "/documents",
  component: pages.DocumentsPage,
});
const document = createRoute({
  getParentRoute: () => inside,
  path: "/documents/$item",
  component: pages.DocumentPage,
});
const share = createRoute({
  getParentRoute: () => inside,
  path: "/share",
  component: pages.SharePage,
  validateSearch: (search: Record<string, unknown>): { item?: string } =>
    typeof search.item === "string" ? { item: search.item } : {},
});
const show = createRoute({
  getParentRoute: () => inside,
  path: "/show",
  component: pages.ShowPage,
});
const received = createRoute({
  getParentRoute: () => inside,
  path: "/received",
  component: pages.ReceivedPage,
});
const receivedOne = createRoute({
  getParentRoute: () => inside,
  path: "/received/$share/$revision",
  component: pages.ReceivedDocumentPage,
});
const access = createRoute({
  getParentRoute: () => inside,
  path: "/access",
  component: pages.AccessPage,
});
const journal = createRoute({
  getParentRoute: () => inside,
  path: "/journal",
  component: pages.JournalPage,
});
const contacts = createRoute({
  getParentRoute: () => inside,
  path: "/contacts",
  component: pages.ContactsPage,
});
const ways = createRoute({
  getParentRoute: () => inside,
  path: "/ways",
  component: pages.WaysPage,
});
const lost = createRoute({
  getParentRoute: () => inside,
  path: "/lost",
  component: pages.LostPage,
});
const renew = createRoute({
  getParentRoute: () => inside,
  path: "/renew",
  component: pages.RenewPage,
});
const witnesses = createRoute({
  getParentRoute: () => inside,
  path: "/witnesses",
  component: pages.WitnessesPage,
});
const settings = createRoute({
  getParentRoute: () => inside,
  path: "/settings",
  component: pages.SettingsPage,
});

/** Every place of the page. Nothing but random ids ever stands in an address. */
export const router = createRouter({
  defaultErrorComponent: FallenPage,
  routeTree: root.addChildren([
    welcome,
    unlock,
    promises,
    display,
    help,
    accessibility,
    verify,
    components,
    prepare,
    signUp,
    enter,
    scan,
    inside.addChildren([
      documents,
      document,
      share,
      show,
      received,
      receivedOne,
      access,
      journal,
      contacts,
      ways,
      lost,
      renew,
      witnesses,
      settings,
    ]),
  ]),
});

/** Fetches every page, so that a network that goes away takes none of them along. */
async function fetchPages(): Promise<void> {
  await Promise.all(Object.values(pages).map((page) => page.preload?.()));
}

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
