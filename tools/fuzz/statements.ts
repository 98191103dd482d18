// Statements of every kind. Signed as they are, they are refused unless byte for byte an original.
// Signed anew, so that the payload's parser is reached: accepted only in canonical form and in the
// shape of an original.

import { type Signer, signBytes, signerFrom, signStatement } from "@ecrin/crypto";
import {
  assembleStatement,
  checkArrived,
  checkSignature,
  type Entry,
  encodeEntry,
  entryCommitment,
  followEntry,
  fromUtf8,
  hashOf,
  headerFor,
  type JournalPosition,
  openHead,
  openReceipt,
  type ParsedStatement,
  ProtocolError,
  parseAcceptance,
  parseAccountStatement,
  parseDeposit,
  parseEntry,
  parseRead,
  parseRevision,
  parseRewrap,
  parseSignIn,
  parseSpaceStatement,
  parseSuccession,
  type SigningKey,
  type Statement,
  type StatementKind,
  SUITE,
  toBase64url,
} from "@ecrin/protocol";
import { isCanonical } from "./encodings.ts";
import type { Tree } from "./mutate-json.ts";
import { canonicalOf, fits } from "./shape.ts";
import { type Target, text } from "./target.ts";
import { BEGIN, hashNamed, idOf, seedOf, type World } from "./world.ts";

const refusals = [ProtocolError];
/** Members that a page calls optional, wherever they stand. */
const OPTIONAL = new Set(["prev", "until", "back", "journal", "device"]);

interface Kind {
  readonly kind: StatementKind;
  readonly originals: readonly Statement[];
  readonly signer: Signer;
  readonly open: (statement: unknown, key: SigningKey) => unknown;
}

type Parse = (statement: unknown) => ParsedStatement;

/** Parsing, then the signature: as whoever follows a chain does. */
function checked(parse: Parse): Kind["open"] {
  return async (statement, key) => {
    const parsed = parse(statement);
    await checkSignature(parsed, key);
    return parsed;
  };
}

async function kindsOf(world: World): Promise<Kind[]> {
  const {
    alice,
    bob,
    log,
    record,
    share,
    revisions,
    rewrap,
    reads,
    acceptance,
    deposits,
    signIns,
  } = world;
  const subject = idOf("record");
  const head = { suite: SUITE, subject, n: 3, hash: hashNamed("c"), at: BEGIN };
  const receipt = { ...head, statement: hashNamed("read"), index: 40, leaf: hashNamed("leaf") };
  const succession = {
    suite: SUITE,
    log: idOf("log"),
    size: 41,
    root: hashNamed("root 41"),
    kept: { size: 39, root: hashNamed("root 39") },
    next: log.publicKey,
    at: BEGIN,
  };
  const signed = async (kind: StatementKind, payload: typeof head) => [
    await signStatement(kind, payload, log),
  ];
  // A rotation, the chain's last statement, is signed by the identity before it.
  const firstIdentity = await signerFrom(seedOf("identity alice"));
  return [
    {
      kind: "account",
      originals: alice.chain,
      signer: firstIdentity,
      open: checked(parseAccountStatement),
    },
    {
      kind: "space",
      originals: [...record, ...share],
      signer: alice.deviceSigner,
      open: checked(parseSpaceStatement),
    },
    {
      kind: "revision",
      originals: revisions,
      signer: alice.deviceSigner,
      open: checked(parseRevision),
    },
    { kind: "rewrap", originals: [rewrap], signer: alice.deviceSigner, open: checked(parseRewrap) },
    { kind: "read", originals: reads, signer: bob.deviceSigner, open: checked(parseRead) },
    {
      kind: "acceptance",
      originals: [acceptance],
      signer: bob.deviceSigner,
      open: checked(parseAcceptance),
    },
    { kind: "deposit", originals: deposits, signer: bob.deviceSigner, open: checked(parseDeposit) },
    { kind: "sign-in", originals: signIns, signer: bob.deviceSigner, open: checked(parseSignIn) },
    { kind: "head", originals: await signed("head", head), signer: log, open: openHead },
    {
      kind: "receipt",
      originals: await signed("receipt", receipt),
      signer: log,
      open: openReceipt,
    },
    {
      kind: "succession",
      originals: [await signStatement("succession", succession, log)],
      signer: log,
      open: checked(parseSuccession),
    },
  ];
}

function payloadText(statement: Statement): string {
  return fromUtf8(Buffer.from(statement.split(".")[1] ?? "", "base64url"));
}

/** Signed as it was. */
function signedTarget({ kind, originals, signer, open }: Kind): Target {
  return {
    name: `statement ${kind}`,
    share: 2,
    terms: "statement",
    originals,
    refusals,
    open: async (input) => await open(text(input), signer.publicKey),
  };
}

/** Signed anew over whatever the payload has become. */
function payloadTarget({ kind, originals, signer, open }: Kind): Target {
  const payloads = originals.map(payloadText);
  const shapes: Tree[] = payloads.map((each) => JSON.parse(each));
  return {
    name: `payload ${kind}`,
    share: 2,
    terms: "json",
    originals: payloads,
    refusals,
    prepare: async (input) => {
      const payload = Buffer.from(text(input)).toString("base64url");
      const signingInput = `${headerFor(kind)}.${payload}`;
      return assembleStatement(
        signingInput,
        await signBytes(signer, new Uint8Array(Buffer.from(signingInput))),
      );
    },
    open: async (input) => await open(text(input), signer.publicKey),
    equivalent: (input) => {
      // What UTF-8 cannot hold has become U+FFFD before it was signed.
      const sent = text(input).toWellFormed();
      return isCanonical(sent) && fits(JSON.parse(sent), shapes, OPTIONAL);
    },
  };
}

/** Two entries of a journal. */
function entries(): Entry[] {
  const subject = idOf<"space">("record");
  const actor = { account: idOf<"account">("bob"), device: idOf<"device">("device bob") };
  const first: Entry = {
    v: 1,
    subject,
    n: 0,
    at: BEGIN,
    kind: "upload",
    actor,
    about: {
      item: idOf<"item">("item"),
      revision: idOf<"revision">("revision 1"),
      statement: hashNamed("header"),
      index: 0,
    },
  };
  const second: Entry = {
    v: 1,
    subject,
    n: 1,
    prev: hashOf(entryCommitment(seedOf("salt 0"), encodeEntry(first))),
    at: BEGIN + 1,
    kind: "opening",
    actor,
    about: {
      revisions: [{ item: idOf<"item">("item"), revision: idOf<"revision">("revision 1") }],
      statement: hashNamed("read"),
      via: idOf<"space">("share"),
    },
  };
  return [first, second];
}

const ABOUT = {
  account: idOf("bob"),
  code: "not-allowed",
  count: 4,
  device: idOf("device bob"),
  epoch: 2,
  from: 0,
  index: 7,
  item: idOf("item"),
  revision: idOf("revision 1"),
  revisions: [{ item: idOf("item"), revision: idOf("revision 1") }],
  role: "reader",
  share: idOf("share"),
  statement: hashNamed("statement"),
  until: BEGIN,
  via: idOf("share"),
};

async function journalTargets({ log }: World): Promise<Target[]> {
  const [first, second] = entries();
  if (first === undefined || second === undefined) throw new RangeError("no entries");
  const subject = first.subject;
  const whole: Tree = {
    v: 1,
    subject,
    n: 3,
    prev: hashNamed("c"),
    at: BEGIN,
    kind: "opening",
    actor: { account: idOf("bob"), device: idOf("device bob") },
    about: ABOUT,
  };
  const texts = [first, second].map((entry) => fromUtf8(encodeEntry(entry)));
  const end = hashOf(entryCommitment(seedOf("salt 1"), encodeEntry(second)));
  const head = await signStatement(
    "head",
    { suite: SUITE, subject, n: 1, hash: end, at: BEGIN + 2 },
    log,
  );
  const answer: Tree = {
    entries: texts.map((entry, i) => ({ entry, salt: toBase64url(seedOf(`salt ${i}`)) })),
    head,
  };
  return [
    {
      name: "journal entry",
      terms: "json",
      originals: [...texts, canonicalOf(whole)],
      refusals,
      open: (input) => parseEntry(text(input)),
      equivalent: (input) =>
        isCanonical(text(input)) &&
        fits(JSON.parse(text(input)), [whole], new Set(["prev", ...Object.keys(ABOUT)])),
    },
    {
      name: "journal with its head",
      share: 2,
      terms: "json",
      originals: [canonicalOf(answer)],
      refusals,
      open: async (input) => {
        const { entries: listed, head: signed } = journalOf(text(input));
        let position: JournalPosition = { next: 0 };
        for (const { salt, entry } of listed)
          position = followEntry(subject, position, salt, entry).position;
        checkArrived(position, await openHead(signed, log.publicKey));
      },
      // JSON around the entries may be spelled as it likes; what it says may not differ.
      equivalent: (input) => canonicalOf(withoutOthers(text(input))) === canonicalOf(answer),
    },
  ];
}

interface Listed {
  readonly entries: { readonly salt: string; readonly entry: string }[];
  readonly head: unknown;
}

/** An answer as the route table reads it. */
function journalOf(json: string): Listed {
  const { entries: listed, head } = withoutOthers(json);
  return { entries: listed, head };
}

function withoutOthers(json: string): { entries: { salt: string; entry: string }[]; head: string } {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new ProtocolError("malformed", "not JSON", { cause });
  }
  const { entries: listed, head } = Object(value) as { entries?: unknown; head?: unknown };
  if (!Array.isArray(listed) || typeof head !== "string")
    throw new ProtocolError("malformed", "not an answer");
  const texts = listed.map((each: unknown) => {
    const { salt, entry } = Object(each) as { salt?: unknown; entry?: unknown };
    if (typeof salt !== "string" || typeof entry !== "string")
      throw new ProtocolError("malformed", "not an entry");
    return { entry, salt };
  });
  return { entries: texts, head };
}

/** A right signature under a key that is another, or none: a chain's author chose it. */
function keyTarget({ acceptance, bob }: World): Target {
  const parsed = parseAcceptance(acceptance);
  return {
    name: "verification key",
    terms: "text",
    originals: [bob.deviceSigner.publicKey],
    refusals,
    open: async (input) => await checkSignature(parsed, text(input) as SigningKey),
  };
}

export async function statementTargets(world: World): Promise<Target[]> {
  const kinds = await kindsOf(world);
  return [
    ...kinds.map(signedTarget),
    ...kinds.map(payloadTarget),
    keyTarget(world),
    ...(await journalTargets(world)),
  ];
}
