// The published vectors as a second start: chains with every kind of member, right and statement.
// Their accepted cases are originals; their refused ones are tried first at every run, like the
// kept inputs.

import { readFileSync } from "node:fs";
import {
  type Acceptance,
  type Accounts,
  acceptRevision,
  checkArrived,
  checkLink,
  checkLinks,
  followAccount,
  followEntry,
  followSpace,
  type Hash,
  type Items,
  type JournalPosition,
  judgeRevision,
  linkField,
  linkListHash,
  linkListText,
  linkSetField,
  linkSetRoot,
  type Member,
  openHead,
  ProtocolError,
  parseAs,
  parseCanonical,
  parseContactCode,
  parseRead,
  parseRevision,
  parseRewrap,
  type RevisionPayload,
  rotationDue,
  type SigningKey,
  type SpaceId,
  type SpaceState,
  type Statement,
  sameRecipients,
  type WrapLeaf,
  wrapLeafField,
  wrapsOfEpoch,
  wrapsRoot,
} from "@ecrin/protocol";
import type { Kept } from "./corpus.ts";
import type { Tree } from "./mutate-json.ts";
import { canonicalOf } from "./shape.ts";
import { type Target, text } from "./target.ts";

const refusals = [ProtocolError];
const ROOT = new URL("../../vectors/protocol/", import.meta.url);
/** Milliseconds for a list of statements, which may have become a thousand. */
const A_THOUSAND = 1000;

interface Book<Shared, Case> {
  readonly shared: Shared;
  readonly accept: readonly (Case & { readonly name: string })[];
  readonly refuse: readonly (Case & { readonly name: string })[];
}
type Texts = Readonly<Record<string, string>>;

function book<Shared, Case>(name: string): Book<Shared, Case> {
  return JSON.parse(readFileSync(new URL(`${name}.json`, ROOT), "utf8"));
}

/** Targets over vectors, and what the vectors want refused. */
export interface VectorTargets {
  readonly targets: readonly Target[];
  readonly refused: readonly Kept[];
}

function list(json: string): unknown[] {
  const value = parsed(json);
  if (!Array.isArray(value)) throw new ProtocolError("malformed", "not a list");
  return value;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new ProtocolError("malformed", "not JSON", { cause });
  }
}

function kept<Case>(name: string, cases: readonly Case[], input: (each: Case) => string): Kept[] {
  return cases.map((each) => ({ file: `vectors ${name}`, target: name, input: input(each) }));
}

/** A chain is right where it is the beginning of a right one. */
function isBeginning(json: string, chains: readonly (readonly unknown[])[]): boolean {
  const given = list(json);
  return chains.some((chain) => given.every((each, i) => each === chain[i]));
}

async function accountsOf(chains: Readonly<Record<string, readonly string[]>>): Promise<Accounts> {
  const states = await Promise.all(
    Object.values(chains).map((chain) => followAccount(undefined, chain)),
  );
  return new Map(
    states.flatMap((state) => (state === undefined ? [] : [[state.account, state] as const])),
  );
}

function accountVectors(): VectorTargets {
  const name = "account chain of the vectors";
  const { shared, accept, refuse } = book<Texts, { chain: string[] }>("account");
  const whole = ({ chain }: { chain: string[] }) => chain.map((each) => shared[each] ?? "");
  const chains = accept.map(whole);
  const target: Target = {
    name,
    slow: A_THOUSAND,
    terms: "json",
    originals: chains.map((each) => JSON.stringify(each)),
    refusals,
    open: async (input) => await followAccount(undefined, list(text(input))),
    equivalent: (input) => isBeginning(text(input), chains),
  };
  return { targets: [target], refused: kept(name, refuse, (each) => JSON.stringify(whole(each))) };
}

type Chains = { accounts: Record<string, string[]>; statements: Texts };

async function spaceVectors(file: "space" | "rotation"): Promise<VectorTargets> {
  const name = `${file} chain of the vectors`;
  const { shared, accept, refuse } = book<Chains, { chain: string[]; now?: number }>(file);
  const accounts = await accountsOf(shared.accounts);
  const whole = ({ chain }: { chain: string[] }) =>
    chain.map((each) => shared.statements[each] ?? "");
  const chains = accept.map(whole);
  const target: Target = {
    name,
    slow: A_THOUSAND,
    terms: "json",
    originals: chains.map((each) => JSON.stringify(each)),
    refusals,
    open: async (input) => {
      const state = await followSpace(undefined, list(text(input)), accounts);
      for (const { now } of accept)
        if (now !== undefined && state !== undefined) rotationDue(state, accounts, now);
    },
    equivalent: (input) => isBeginning(text(input), chains),
  };
  return { targets: [target], refused: kept(name, refuse, (each) => JSON.stringify(whole(each))) };
}

type WrapsShared = { space: SpaceId; members: Member[]; serverKey: Hash };

/** Lists of wraps, as whoever opens one compares them with the members: one root, and everybody's. */
function wrapsVectors(): VectorTargets {
  const name = "wraps of the vectors";
  const { shared, accept, refuse } = book<
    WrapsShared,
    { n?: number; wraps: WrapLeaf[]; root?: string }
  >("wraps");
  const said = ({ wraps }: { wraps: WrapLeaf[] }) => JSON.stringify(wraps);
  const roots = new Set(accept.map(({ root }) => root));
  const [{ n = 1 } = {}] = accept;
  const target: Target = {
    name,
    terms: "json",
    originals: accept.filter((each) => each.n === n).map(said),
    refusals,
    open: (input) => {
      const leaves = list(text(input)).map((each) => parseAs(wrapLeafField, each, "wrap"));
      if (!sameRecipients(leaves, wrapsOfEpoch(shared.members, shared.serverKey)))
        throw new ProtocolError("malformed", "others");
      if (!roots.has(wrapsRoot(shared.space, n, leaves)))
        throw new ProtocolError("malformed", "another root");
    },
    // The root puts them in order, so the order they come in says nothing.
    equivalent: (input) => {
      const sorted = (json: string) =>
        JSON.stringify(
          list(json)
            .map((each) => canonicalOf(each as Tree))
            .sort(),
        );
      return accept.some((each) => sorted(said(each)) === sorted(text(input)));
    },
  };
  return { targets: [target], refused: kept(name, refuse, said) };
}

interface RevisionCase {
  readonly revision: string;
  readonly index: number;
  readonly wrapEpoch: number;
  readonly wrap?: string;
  readonly rewrap?: string;
}

async function revisionVectors(): Promise<VectorTargets> {
  const name = "revision of the vectors";
  const { shared, accept, refuse } = book<Chains & { chain: string[] }, RevisionCase>("revision");
  const accounts = await accountsOf(shared.accounts);
  const state = (await followSpace(undefined, shared.chain, accounts)) as SpaceState;
  // What a listing adds to the signed header stays as it is: `revision judged` changes that too.
  const said = ({ revision, rewrap, index, wrapEpoch, wrap }: RevisionCase) =>
    JSON.stringify({
      revision: shared.statements[revision] ?? "",
      ...(rewrap === undefined ? {} : { rewrap: shared.statements[rewrap] ?? "" }),
      index,
      wrapEpoch,
      ...(wrap === undefined ? {} : { wrap }),
    });
  const honest = new Set(accept.map(said).map(signedParts));
  const target: Target = {
    name,
    terms: "json",
    originals: accept.map(said),
    refusals,
    open: async (input) => {
      const { revision, rewrap, index, wrapEpoch, wrap } = Object(parsed(text(input)));
      if (!Number.isSafeInteger(index) || !Number.isSafeInteger(wrapEpoch))
        throw new ProtocolError("malformed", "no place");
      const acceptance: Acceptance = {
        index,
        wrapEpoch,
        ...(typeof wrap === "string" ? { wrap } : {}),
        ...(rewrap === undefined ? {} : { rewrap: parseRewrap(rewrap) }),
      };
      await judgeRevision(parseRevision(revision), acceptance, state, accounts);
    },
    equivalent: (input) => honest.has(signedParts(text(input))),
  };
  return { targets: [target], refused: kept(name, refuse, said) };
}

/** What the author signed; index, wrap and epoch are bound by tree, box and chain. */
function signedParts(json: string): string {
  const { revision, rewrap } = JSON.parse(json);
  return `${revision} ${rewrap}`;
}

type Listed = { entries: { salt: string; entry: string }[]; head?: string };

function journalVectors(): VectorTargets {
  const name = "journal of the vectors";
  const { shared, accept, refuse } = book<{ subject: SpaceId; logKey: SigningKey }, Listed>(
    "journal",
  );
  const said = ({ entries, head }: Listed) =>
    JSON.stringify({ entries, ...(head === undefined ? {} : { head }) });
  const signed = accept.filter((each) => each.head !== undefined).map(said);
  const target: Target = {
    name,
    terms: "text",
    originals: signed,
    refusals,
    open: async (input) => {
      const { entries, head } = Object(parsed(text(input)));
      if (!Array.isArray(entries)) throw new ProtocolError("malformed", "not an answer");
      let position: JournalPosition = { next: 0 };
      for (const each of entries) {
        const { salt, entry } = Object(each);
        position = followEntry(shared.subject, position, String(salt), String(entry)).position;
      }
      if (head !== undefined) checkArrived(position, await openHead(head, shared.logKey));
      else throw new ProtocolError("malformed", "no head");
    },
    equivalent: (input) =>
      signed
        .map((each) => JSON.stringify(JSON.parse(each).entries))
        .includes(JSON.stringify(JSON.parse(text(input)).entries)),
  };
  return { targets: [target], refused: kept(name, refuse, said) };
}

function otherVectors(): VectorTargets {
  const links = book<undefined, { links?: unknown[]; link?: unknown }>("link");
  const sets = book<SetGround, { set: unknown; headers: string[] }>("link-set");
  const reads = book<{ statements: Texts }, { statement: string }>("read");
  const items = book<undefined, { steps: RevisionPayload[] }>("item");
  const codes = book<undefined, { text: string }>("contact");
  const documents = book<undefined, { json: string }>("canonical");
  const always = () => true;
  const target = (
    name: string,
    originals: readonly string[],
    open: (input: string) => unknown,
  ): Target => ({
    // Only what the vectors refuse is tried here; the changed inputs are those of other targets.
    name,
    share: 0,
    terms: "json",
    originals,
    refusals,
    open: async (input) => await open(text(input)),
    equivalent: always,
  });
  const named = {
    link: "links of the vectors",
    set: "link sets of the vectors",
    read: "reads of the vectors",
    item: "items of the vectors",
    code: "codes of the vectors",
    json: "JSON of the vectors",
  };
  return {
    targets: [
      target(
        named.link,
        links.accept.flatMap((each) => (each.links ?? []).map((link) => JSON.stringify(link))),
        (input) => checkLink(parseAs(linkField, parsed(input), "link")),
      ),
      target(
        named.set,
        sets.accept.map(({ set, headers }) => JSON.stringify({ set, headers })),
        (input) => readLinkSet(input, sets.shared),
      ),
      target(
        named.read,
        reads.accept.map((each) => reads.shared.statements[each.statement] ?? ""),
        parseRead,
      ),
      target(
        named.item,
        items.accept.map((each) => JSON.stringify(each.steps)),
        (input) => {
          const all: Items = new Map();
          for (const step of list(input)) acceptRevision(all, Object(step));
        },
      ),
      target(
        named.code,
        codes.accept.map((each) => each.text),
        parseContactCode,
      ),
      target(
        named.json,
        documents.accept.map((each) => each.json),
        (input) => parseCanonical(input),
      ),
    ],
    refused: [
      ...kept(named.link, links.refuse, (each) => JSON.stringify(each.link)),
      ...kept(named.set, sets.refuse, ({ set, headers }) => JSON.stringify({ set, headers })),
      ...kept(named.read, reads.refuse, (each) => reads.shared.statements[each.statement] ?? ""),
      ...kept(named.item, items.refuse, (each) => JSON.stringify(each.steps)),
      ...kept(named.code, codes.refuse, (each) => each.text),
      ...kept(named.json, documents.refuse, (each) => each.json),
    ],
  };
}

interface SetGround {
  readonly share: SpaceId;
  readonly source: SpaceId;
  readonly statements: Readonly<Record<string, Statement>>;
}

async function readLinkSet(input: string, { share, source, statements }: SetGround): Promise<void> {
  const { set, headers } = Object(parsed(input));
  const read = parseAs(linkSetField, set, "links");
  linkSetRoot(share, linkListHash(linkListText(read)), read);
  const named = list(JSON.stringify(headers)).map((name) => statements[String(name)]);
  await checkLinks(
    read,
    source,
    named.filter((each) => each !== undefined),
  );
}

export async function vectorTargets(): Promise<VectorTargets> {
  const all = [
    accountVectors(),
    await spaceVectors("space"),
    await spaceVectors("rotation"),
    await revisionVectors(),
    wrapsVectors(),
    journalVectors(),
    otherVectors(),
  ];
  return {
    targets: all.flatMap((each) => each.targets),
    refused: all.flatMap((each) => each.refused),
  };
}
