import { Contacts, HealthRecord } from "@ecrin/client";
import {
  appendLeaf,
  currentIdentity,
  EMPTY_FRONTIER,
  fromBase64url,
  frontierRoot,
  hashOf,
  type Json,
  parseStatement,
  type RouteAnswer,
  type StatementKind,
} from "@ecrin/protocol";
import { ClientError } from "../../packages/client/src/errors.ts";
import { createRecord } from "../../packages/client/src/record.ts";
import { hashOfSigned, withRead } from "./forge.ts";
import { cloneOf, type Stage } from "./stage.ts";
import type { Form, Material } from "./statement-forms.ts";

/** A place where a client takes a statement that somebody else has signed. */
export interface Place {
  readonly kind: StatementKind;
  /** From here on the server hands out the true facts there, rightly signed, in this form. */
  offer(form: Form): void;
  /** The victim meets it. */
  meet(): Promise<unknown>;
}

/**
 * Every place of the client's for a statement. What stands there is signed by
 * Mallory, or by the server, who have the right keys and every right: only the
 * form is wrong. The order matters, since what a victim has once accepted she
 * remembers.
 */
export async function placesOf(stage: Stage): Promise<Place[]> {
  const { mallory, alice, network } = stage;
  const hers = await createRecord(mallory.u);
  const { space } = hers;
  const file = { title: "à elle", mediaType: "text/plain", content: new Uint8Array(9) };
  const item = await hers.add(file);
  await hers.open(item);
  await hers.addMember(alice.u.account, { role: "manager" });
  await exchangeInvitation(stage);

  const u = await stage.victim();
  const stranger = { ...stage.doctor, store: await cloneOf(stage.doctor.store) };
  const his = await stage.victim(stranger);
  const device = mallory.u.deviceSigner;
  const { hash: identity } = currentIdentity(await mallory.u.accounts.get(mallory.u.account));
  const log = await stage.logSigner();
  const record = () => new HealthRecord(u, space);
  const remade = async (form: Form, kind: StatementKind, statement: unknown, signer = device) =>
    await form({ kind, payload: payloadOf(kind, statement), signer });

  const account: Place = {
    kind: "account",
    offer: (form) =>
      network.answer("chain", async (answer, path) => {
        if (!path.endsWith(mallory.u.account)) return answer;
        const { statements } = answer as RouteAnswer<"chain">;
        const signer = await mallory.u.keyring.identitySigner();
        const last = await remade(form, "account", statements.at(-1), signer);
        return { statements: [...statements.slice(0, -1), last] };
      }),
    meet: () => his.accounts.get(mallory.u.account, 0, identity),
  };
  const spaces: Place = {
    kind: "space",
    offer: (form) =>
      network.answer("chainOfSpace", async (answer, path) => {
        const { statements, head } = answer as RouteAnswer<"chainOfSpace">;
        if (!path.endsWith(space) || statements.length === 0) return answer;
        const last = await remade(form, "space", statements.at(-1));
        const all = [...statements.slice(0, -1), last];
        return { statements: all, head: { seq: head.seq, hash: hashOfSigned(last) } };
      }),
    meet: () => record().view.refresh(),
  };
  const revisions: Place = {
    kind: "revision",
    offer: (form) =>
      network.answer("revisions", async (answer) => {
        const listed = answer as RouteAnswer<"revisions">;
        const [first] = listed.revisions;
        if (first === undefined) return answer;
        const statement = await remade(form, "revision", first.statement);
        const frontier = appendLeaf(EMPTY_FRONTIER, fromBase64url(hashOfSigned(statement)));
        const tree = { size: 1, root: hashOf(frontierRoot(frontier)) };
        return { ...listed, revisions: [{ ...first, statement }], tree };
      }),
    meet: () => record().list(),
  };
  const receipts: Place = {
    kind: "receipt",
    offer: (form) =>
      network.answer("reads", async (answer) => {
        const [receipt] = (answer as RouteAnswer<"reads">).receipts;
        return { ...answer, receipts: [await remade(form, "receipt", receipt, log)] };
      }),
    meet: () => record().open(item),
  };
  const acceptances: Place = {
    kind: "acceptance",
    offer: (form) =>
      network.answer("invitations", async (answer) => {
        const { sent, received } = answer as RouteAnswer<"invitations">;
        const changed = sent.map(async (each) =>
          each.acceptance === undefined
            ? each
            : { ...each, acceptance: await remade(form, "acceptance", each.acceptance) },
        );
        return { received, sent: await Promise.all(changed) };
      }),
    meet: async () => {
      const { sent } = await new Contacts(u).invitations();
      if (sent.some(({ state }) => state === "refused"))
        throw new ClientError("signature-refused", "the answer to an invitation does not hold");
    },
  };
  const heads: Place = {
    kind: "head",
    offer: (form) =>
      network.answer("journal", async (answer) => {
        const { entries, head } = answer as RouteAnswer<"journal">;
        return { entries, head: await remade(form, "head", head, log) };
      }),
    meet: () => record().journal(),
  };
  const reads: Place = {
    kind: "read",
    offer: (form) =>
      network.answer("journal", async (answer) => {
        const journal = answer as RouteAnswer<"journal">;
        const read = journal.entries.find(({ statement }) => isRead(statement))?.statement;
        const [{ fact } = nothing()] = await hers.history(item);
        const payload = payloadOf("read", read);
        // Another read than the one that is there already.
        const again = { ...payload, at: Number(payload.at) + 1 };
        const statement = await form({ kind: "read", payload: again, signer: device });
        const told = { statement, revisions: [{ item, revision: fact.revision }] };
        return await withRead(stage, journal, mallory.u, told);
      }),
    meet: () => record().journal(),
  };
  return [account, spaces, revisions, receipts, acceptances, heads, reads];
}

/** Alice has invited Mallory, who has accepted. */
async function exchangeInvitation({ alice, mallory }: Stage): Promise<void> {
  const invitation = await new Contacts(alice.u).invite(mallory.address, mallory.name);
  await new Contacts(mallory.u).accept(invitation, alice.name);
}

function payloadOf(kind: StatementKind, statement: unknown): Material["payload"] {
  return parseStatement(kind, statement).payload as { readonly [name: string]: Json };
}

function isRead(statement: string | undefined): boolean {
  try {
    parseStatement("read", statement);
    return true;
  } catch {
    return false;
  }
}

function nothing(): never {
  throw new Error("the stage lacks something");
}
