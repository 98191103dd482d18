// Chains: whole lists of statements as a server hands them out, single facts put through the
// reducers as if they had been signed, revisions judged, links checked.

import {
  type AccountState,
  acceptRevision,
  accountPayload,
  canonicalJson,
  checkLink,
  checkLinks,
  currentEpoch,
  followAccount,
  followSpace,
  fromUtf8,
  type Hash,
  type Items,
  judgeRevision,
  type Link,
  type LinkSet,
  linkField,
  linkListHash,
  linkListText,
  linkSetField,
  linkSetRoot,
  linksRoot,
  ProtocolError,
  parseAccountStatement,
  parseAs,
  parseJson,
  parseRevision,
  parseRewrap,
  parseSpaceStatement,
  reduceAccount,
  reduceSpace,
  rotationDue,
  type SpaceState,
  type Statement,
  spacePayload,
} from "@ecrin/protocol";
import type { Input } from "./mutate.ts";
import { canonicalOf } from "./shape.ts";
import { type Target, text } from "./target.ts";
import { BEGIN, hashNamed, statesOf, type World } from "./world.ts";

const refusals = [ProtocolError];
/** Milliseconds for a page of a chain: a thousand statements, each with its signature. */
const A_THOUSAND = 1000;

/** JSON that came from a server, as the client reads it. */
function json(input: Input): unknown {
  return parseJson(text(input), "answer");
}

function list(input: Input): unknown[] {
  const value = json(input);
  if (!Array.isArray(value)) throw new ProtocolError("malformed", "not a list");
  return value;
}

/** A chain cut short is a chain: that it is older than the one seen is for the client's heads to tell. */
function isPrefix(input: Input, chain: readonly string[]): boolean {
  return list(input).every((each, i) => each === chain[i]);
}

type States = Awaited<ReturnType<typeof statesOf>>;

function wholeChains(world: World, { accounts }: States): Target[] {
  const { alice, record, share } = world;
  return [
    {
      name: "account chain",
      slow: A_THOUSAND,
      terms: "json",
      originals: [JSON.stringify(alice.chain)],
      refusals,
      open: async (input) => await followAccount(undefined, list(input)),
      equivalent: (input) => isPrefix(input, alice.chain),
    },
    {
      name: "space chain",
      slow: A_THOUSAND,
      terms: "json",
      originals: [JSON.stringify(record), JSON.stringify(share)],
      refusals,
      open: async (input) => await followSpace(undefined, list(input), accounts),
      equivalent: (input) => isPrefix(input, record) || isPrefix(input, share),
    },
  ];
}

/** What holds of every account state, however it came about. */
function isSoundAccount(result: unknown): boolean {
  const { head, hashes, identities, devices, slots } = result as AccountState;
  return (
    hashes[head.seq] === head.hash &&
    hashes.length === head.seq + 1 &&
    identities.length > 0 &&
    devices.size <= 32 &&
    new Set(slots.map((each) => each.slot)).size === slots.length
  );
}

/** What holds of every space state. */
function isSoundSpace(result: unknown): boolean {
  const state = result as SpaceState;
  const members = [...state.members.values()];
  const { epoch } = currentEpoch(state);
  return (
    state.hashes[state.head.seq] === state.head.hash &&
    members.some((each) => each.role === "owner" && each.until === undefined) &&
    members.every((each) => state.members.get(each.account) === each) &&
    epoch.n === state.epochs.length &&
    state.epochs.every(({ epoch: { n } }, i) => n === i + 1) &&
    members.every((each) => state.history.get(each.account)?.at(-1)?.until === undefined)
  );
}

/** Facts put through the reducers as if somebody had signed them: sound states, or a refusal. */
async function factTargets(
  { alice, record, share }: World,
  { accounts }: States,
): Promise<Target[]> {
  const hash: Hash = hashNamed("this statement");
  const accountBefore = new Map<number, AccountState | undefined>([[0, undefined]]);
  for (const seq of alice.chain.keys())
    accountBefore.set(seq + 1, await followAccount(undefined, alice.chain.slice(0, seq + 1)));
  const chains = [record, share];
  const spaceBefore = new Map<string, SpaceState | undefined>();
  for (const chain of chains) {
    for (const seq of chain.keys()) {
      const name = seqOf(chain[seq]);
      spaceBefore.set(name, await followSpace(undefined, chain.slice(0, seq), accounts));
    }
  }
  const spacePayloads = chains.flat();
  return [
    {
      name: "account fact",
      terms: "json",
      originals: alice.chain.map((each) => canonicalJson(parseAccountStatement(each).payload)),
      refusals,
      open: (input) => {
        const fact = parseAs(accountPayload, json(input), "account");
        return reduceAccount(accountBefore.get(fact.seq), fact, hash);
      },
      equivalent: (_, result) => isSoundAccount(result),
    },
    {
      name: "space fact",
      share: 3,
      terms: "json",
      originals: spacePayloads.map((each) => canonicalJson(parseSpaceStatement(each).payload)),
      refusals,
      open: (input) => {
        const fact = parseAs(spacePayload, json(input), "space");
        const before =
          spaceBefore.get(`${fact.space} ${fact.seq}`) ??
          (fact.seq === 0 ? undefined : anyState(spaceBefore));
        const state = reduceSpace(before, fact, hash);
        rotationDue(state, accounts, BEGIN + 100 * 3_600_000);
        rotationDue(state, new Map(), BEGIN);
        return state;
      },
      equivalent: (_, result) => isSoundSpace(result),
    },
  ];
}

function seqOf(statement: Statement | undefined): string {
  const { fact } = parseSpaceStatement(statement);
  return `${fact.space} ${fact.seq}`;
}

function anyState(states: ReadonlyMap<string, SpaceState | undefined>): SpaceState | undefined {
  return [...states.values()].findLast((state) => state !== undefined);
}

function revisionTargets({ revisions, rewrap }: World, { accounts, record }: States): Target[] {
  const [create] = revisions;
  if (create === undefined) throw new RangeError("no revision");
  const answers = revisions.map((statement, index) => ({ statement, index, wrapEpoch: 1 }));
  const again = { statement: create, index: 2, wrapEpoch: 2, wrap: hashNamed("wrap"), rewrap };
  const originals = [answers[0], answers[1], again].map((each) => JSON.stringify(each));
  const honest = new Set(originals.map((each) => canonicalOf(factsOf(JSON.parse(each)))));
  return [
    {
      name: "revision judged",
      share: 2,
      terms: "json",
      originals,
      refusals,
      open: async (input) => {
        const listed = factsOf(Object(json(input)));
        const { index, wrapEpoch, wrap, rewrap: other } = listed;
        const acceptance = {
          index,
          wrapEpoch,
          ...(wrap === undefined ? {} : { wrap }),
          ...(other === undefined ? {} : { rewrap: parseRewrap(other) }),
        };
        await judgeRevision(parseRevision(listed.statement), acceptance, record, accounts);
      },
      // The wrap's hash is bound by a rewrap only, and by the box itself otherwise; the index may be
      // any that belongs to the epoch, and it is the tree's root that fixes which.
      equivalent: (input) => {
        const listed = factsOf(JSON.parse(text(input)));
        const { from } = record.epochs[1] ?? { from: 0 };
        const inEpoch = listed.wrapEpoch === 1 ? listed.index < from : listed.index >= from;
        if (!inEpoch || listed.index < 0) return false;
        const places = [0, 1, 2].map((index) => ({ ...listed, index }));
        return places.some((each) =>
          honest.has(
            canonicalOf(listed.rewrap === undefined ? factsOf({ ...each, wrap: undefined }) : each),
          ),
        );
      },
    },
    {
      name: "items",
      terms: "json",
      originals: [JSON.stringify(revisions.map((each) => itemFact(parseRevision(each).fact)))],
      refusals,
      open: (input) => {
        const items: Items = new Map();
        for (const each of list(input)) acceptRevision(items, itemFact(Object(each)));
        return items;
      },
      equivalent: (_, result) =>
        [...(result as Items).values()].every(
          ({ heads, revisions: all }) =>
            heads.size > 0 &&
            [...heads].every((each) => all.includes(each)) &&
            new Set(all).size === all.length,
        ),
    },
  ];
}

type ItemFact = Parameters<typeof acceptRevision>[1];

function itemFact({ item, revision, parents, op }: ItemFact): ItemFact {
  const known = op === "create" || op === "correct" || op === "delete";
  if (
    typeof item !== "string" ||
    typeof revision !== "string" ||
    revision.length !== 22 ||
    !Array.isArray(parents) ||
    !known
  ) {
    throw new ProtocolError("malformed", "not a revision");
  }
  return { item, revision, parents, op };
}

interface ListedFacts {
  readonly statement: string;
  readonly index: number;
  readonly wrapEpoch: number;
  readonly wrap?: string | undefined;
  readonly rewrap?: string | undefined;
}

/** A listed revision as the route table reads it. */
function factsOf(value: Partial<Record<keyof ListedFacts, unknown>>) {
  const { statement, index, wrapEpoch, wrap, rewrap } = value;
  if (
    typeof statement !== "string" ||
    !Number.isSafeInteger(index) ||
    !Number.isSafeInteger(wrapEpoch)
  ) {
    throw new ProtocolError("malformed", "not a listed revision");
  }
  return {
    statement,
    index: Number(index),
    wrapEpoch: Number(wrapEpoch),
    ...(typeof wrap === "string" ? { wrap } : {}),
    ...(typeof rewrap === "string" ? { rewrap } : {}),
  };
}

function linkTargets({ link, set, revisions, share: [begin] }: World): Target[] {
  const { fact: begun } = parseSpaceStatement(begin);
  if (begun.op !== "begin" || begun.kind !== "share") throw new Error("the share has no beginning");
  const { space: share, source, links } = begun;
  const headers = revisions.slice(0, 1);
  const originalSet = canonicalOf(JSON.parse(JSON.stringify(set)));
  const setOf = (input: Input): LinkSet => parseAs(linkSetField, json(input), "links");
  const rootOf = (read: LinkSet) => linkSetRoot(share, linkListHash(linkListText(read)), read);
  const closed = (value: LinkSet) => canonicalJson({ ...value, secrets: "", releases: "" });
  const original = canonicalOf(JSON.parse(JSON.stringify(link)));
  const root = linksRoot([link]);
  const linkOf = (input: Input): Link => parseAs(linkField, json(input), "link");
  // The two boxes are under the root that the maker signed, not under the author's signature.
  const boxless = (value: Link) => canonicalJson({ ...value, secret: "", release: "" });
  return [
    {
      name: "link set",
      terms: "json",
      originals: [originalSet],
      refusals,
      open: async (input) => {
        const read = setOf(input);
        rootOf(read);
        return await checkLinks(read, source.space, headers);
      },
      equivalent: (input) => closed(setOf(input)) === closed(set),
    },
    {
      name: "link set under its root",
      terms: "json",
      originals: [originalSet],
      refusals,
      open: async (input) => {
        const read = setOf(input);
        if (rootOf(read) !== links.root)
          throw new ProtocolError("statement-refused", "another root");
        return await checkLinks(read, source.space, headers);
      },
      equivalent: (input) => canonicalJson(setOf(input)) === fromUtf8(Buffer.from(originalSet)),
    },
    {
      name: "link",
      terms: "json",
      originals: [original],
      refusals,
      open: async (input) => await checkLink(linkOf(input)),
      equivalent: (input) => boxless(linkOf(input)) === boxless(link),
    },
    {
      name: "links under their root",
      terms: "json",
      originals: [original],
      refusals,
      open: async (input) => {
        const read = linkOf(input);
        if (linksRoot([read]) !== root)
          throw new ProtocolError("statement-refused", "another root");
        return await checkLink(read);
      },
      equivalent: (input) => canonicalJson(linkOf(input)) === fromUtf8(Buffer.from(original)),
    },
  ];
}

export async function chainTargets(world: World): Promise<Target[]> {
  const states = await statesOf(world);
  return [
    ...wholeChains(world, states),
    ...(await factTargets(world, states)),
    ...revisionTargets(world, states),
    ...linkTargets(world),
  ];
}
