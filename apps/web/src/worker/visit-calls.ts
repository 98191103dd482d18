import {
  type Account,
  ClientError,
  inOneLine,
  type SharedView,
  type Showing,
  type Visit,
  visitAsGuest,
} from "@ecrin/client";
import type { VisitCalls } from "../wire-visit.ts";
import { documentOf } from "./document-calls.ts";
import type { Handlers } from "./handlers.ts";
import { personOf } from "./people.ts";
import { receivedOf } from "./received-calls.ts";
import { current, isOpen, ownRecord, server } from "./session.ts";

/** The code that is shown here, if one is. */
let showing: Showing | undefined;
/** The code that was scanned here, and with which account. A guest's keys lie here and nowhere else. */
let scanned: Scanned | undefined;

interface Scanned {
  readonly account: Account;
  readonly visit: Visit;
  /** Whether something was written back: nobody asks what became of it before. */
  wrote?: boolean;
}

/** Two people in one room, and what is written back. */
export const visitCalls: Handlers<keyof VisitCalls> = {
  async showCode({ until }) {
    showing = await current().showCode(until);
    const { text, code, closes } = showing;
    return { text, code, closes };
  },

  async lookShown() {
    const shown = await theShown().look();
    const isGuest = shown.state === "compare" && shown.isGuest;
    const digits = shown.state === "compare" ? shown.digits : "";
    const { state, refused } = shown;
    return {
      state,
      digits,
      isGuest,
      refused,
      ...(shown.state === "met" ? { met: personOf(shown.contact.account) } : {}),
    };
  },

  async typeShown({ digits }) {
    return await theShown().typed(digits);
  },

  dropShown() {
    showing = undefined;
    return undefined;
  },

  async standing() {
    const account = current();
    const now = Date.now();
    const guests = account
      .contacts()
      .list()
      .filter(({ until }) => until !== undefined && until > now);
    // Nobody asks the server while no guest can be there.
    if (guests.length === 0) return [];
    const shares = await (await ownRecord()).shares();
    return guests.flatMap(({ account: guest, name }) => {
      const open = shares.filter(
        (each) => each.recipient === guest && each.ended === undefined && each.until > now,
      );
      const [first] = open;
      if (first === undefined) return [];
      const until = Math.max(...open.map((each) => each.until));
      const count = open.reduce((sum, each) => sum + each.links.count, 0);
      return [{ account: guest, name: inOneLine(name), until, count }];
    });
  },

  async endGuest({ account: id }) {
    const account = current();
    const guest = account
      .contacts()
      .list()
      .find((each) => each.account === id && each.until !== undefined);
    if (guest === undefined) throw new ClientError("not-found", "is not a guest");
    await account.endGuest(guest.account);
    return undefined;
  },

  async scan({ code, name }) {
    await leave();
    if (isOpen()) {
      const account = current();
      scanned = { account, visit: await account.scanCode(code) };
    } else {
      scanned = await visitAsGuest({ server, code, name: name.trim() });
    }
    const { isGuest, until } = scanned.visit;
    return { isGuest, until };
  },

  async lookScanned() {
    const seen = await theScanned().visit.look();
    return {
      state: seen.state,
      digits: seen.state === "compare" ? seen.digits : "",
      asks: seen.state === "compare" && seen.asks,
      name: seen.state === "met" ? inOneLine(seen.contact.name) : "",
    };
  },

  async typeScanned({ digits }) {
    return await theScanned().visit.typed(digits);
  },

  async visited() {
    const { account, wrote } = theScanned();
    const views = await account.sharedWithMe();
    const given = wrote === true ? await account.given() : [];
    return views.map((view) => receivedOf(view, given, account));
  },

  async openVisited({ share, revision }, progress) {
    const view = await sharedBy(theScanned().account, share);
    const item = view.items.find((each) => each.fact.revision === revision);
    if (item === undefined) throw new ClientError("not-found", "is not in the share");
    return await documentOf(await view.open(item.fact.revision), progress);
  },

  async leaveVisit() {
    await leave();
    return undefined;
  },

  async writeBack({ share, title, text, asGuest }) {
    const account = asGuest ? theScanned().account : current();
    const view = await sharedBy(account, share);
    const content = new TextEncoder().encode(`${text.trimEnd()}\n`);
    await account.deposit(view, { title, mediaType: "text/plain", content });
    if (asGuest) theScanned().wrote = true;
    return undefined;
  },

  async waiting() {
    const rows = await (await ownInbox()).list();
    return rows.map(({ deposit, author, at, metadata }) => ({
      deposit,
      who: personOf(author),
      at,
      title: inOneLine(metadata.title),
    }));
  },

  async openWaiting({ deposit: id }, progress) {
    const inbox = await ownInbox();
    const found = await waitingIn(inbox, id);
    return await documentOf(await inbox.open(found.deposit), progress);
  },

  async takeWaiting({ deposit: id }) {
    const inbox = await ownInbox();
    const { deposit, author } = await waitingIn(inbox, id);
    const { name, account } = personOf(author);
    await inbox.accept(deposit, name === "" ? account : name);
    return undefined;
  },

  async refuseWaiting({ deposit: id }) {
    const inbox = await ownInbox();
    await inbox.refuse((await waitingIn(inbox, id)).deposit);
    return undefined;
  },
};

async function ownInbox() {
  return current().inbox(await ownRecord());
}

async function waitingIn(inbox: Awaited<ReturnType<typeof ownInbox>>, id: string) {
  const found = (await inbox.list()).find(({ deposit }) => deposit === id);
  if (found === undefined) throw new ClientError("not-found", "does not wait any more");
  return found;
}

/** A guest that scans again, or leaves, is gone; an account that scanned stays. */
async function leave(): Promise<void> {
  const before = scanned;
  scanned = undefined;
  await before?.visit.end().catch((error: unknown) => {
    const isGone = error instanceof ClientError && error.code === "not-signed-in";
    if (!isGone) throw error;
  });
}

async function sharedBy(account: Account, share: string): Promise<SharedView> {
  const found = (await account.sharedWithMe()).find((view) => view.share === share);
  if (found === undefined) throw new ClientError("closed", "the share has ended");
  return found;
}

function theShown(): Showing {
  if (showing === undefined) throw new ClientError("refused", "no code is shown");
  return showing;
}

function theScanned() {
  if (scanned === undefined) throw new ClientError("refused", "no code was scanned");
  return scanned;
}
