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
import type * as InsidePiece from "./pieces/inside.ts";
import type * as OutsidePiece from "./pieces/outside.ts";
import { useSession } from "./session.tsx";

/**
 * Pages that are fetched when they are first needed, or when the record has just been opened: in two
 * pieces, because every file that is asked for costs a round trip.
 */
const outside = <K extends keyof typeof OutsidePiece>(name: K) =>
  laterPart(() => import("./pieces/outside.ts"), name);
const inside = <K extends keyof typeof InsidePiece>(name: K) =>
  laterPart(() => import("./pieces/inside.ts"), name);
const pages = {
  PromisesPage: outside("PromisesPage"),
  DisplayPage: outside("DisplayPage"),
  HelpPage: outside("HelpPage"),
  AccessibilityPage: outside("AccessibilityPage"),
  VerifyPage: outside("VerifyPage"),
  PreparePage: outside("PreparePage"),
  SignUpPage: outside("SignUpPage"),
  EnterPage: outside("EnterPage"),
  ScanPage: outside("ScanPage"),
  DocumentsPage: inside("DocumentsPage"),
  DocumentPage: inside("DocumentPage"),
  SharePage: inside("SharePage"),
  ReceivedPage: inside("ReceivedPage"),
  ReceivedDocumentPage: inside("ReceivedDocumentPage"),
  AccessPage: inside("AccessPage"),
  JournalPage: inside("JournalPage"),
  ShowPage: inside("ShowPage"),
  ContactsPage: inside("ContactsPage"),
  WaysPage: inside("WaysPage"),
  LostPage: inside("LostPage"),
  RenewPage: inside("RenewPage"),
  WitnessesPage: inside("WitnessesPage"),
  SettingsPage: inside("SettingsPage"),
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
const opened = createRoute({ getParentRoute: () => root, id: "inside", component: Inside });

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
  getParentRoute: () => opened,
  path: "/documents",
  component: pages.DocumentsPage,
});
const document = createRoute({
  getParentRoute: () => opened,
  path: "/documents/$item",
  component: pages.DocumentPage,
});
const share = createRoute({
  getParentRoute: () => opened,
  path: "/share",
  component: pages.SharePage,
  validateSearch: (search: Record<string, unknown>): { item?: string } =>
    typeof search.item === "string" ? { item: search.item } : {},
});
const show = createRoute({
  getParentRoute: () => opened,
  path: "/show",
  component: pages.ShowPage,
});
const received = createRoute({
  getParentRoute: () => opened,
  path: "/received",
  component: pages.ReceivedPage,
});
const receivedOne = createRoute({
  getParentRoute: () => opened,
  path: "/received/$share/$revision",
  component: pages.ReceivedDocumentPage,
});
const access = createRoute({
  getParentRoute: () => opened,
  path: "/access",
  component: pages.AccessPage,
});
const journal = createRoute({
  getParentRoute: () => opened,
  path: "/journal",
  component: pages.JournalPage,
});
const contacts = createRoute({
  getParentRoute: () => opened,
  path: "/contacts",
  component: pages.ContactsPage,
});
const ways = createRoute({
  getParentRoute: () => opened,
  path: "/ways",
  component: pages.WaysPage,
});
const lost = createRoute({
  getParentRoute: () => opened,
  path: "/lost",
  component: pages.LostPage,
});
const renew = createRoute({
  getParentRoute: () => opened,
  path: "/renew",
  component: pages.RenewPage,
});
const witnesses = createRoute({
  getParentRoute: () => opened,
  path: "/witnesses",
  component: pages.WitnessesPage,
});
const settings = createRoute({
  getParentRoute: () => opened,
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
    opened.addChildren([
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
