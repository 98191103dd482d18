// Every purpose that the code makes a context for stands in spec/encoding.md and in the vectors,
// its parts in that order, text as text and bytes as bytes: a stranger has no other way to know.

import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type {
  AccountId,
  Bytes,
  DepositId,
  Hash,
  InvitationId,
  ItemId,
  RendezvousId,
  RevisionId,
  SealingKey,
  SignInId,
  SigningKey,
  SpaceId,
} from "../src/index.ts";
import * as protocol from "../src/index.ts";
import { runVectors } from "./vector-file.ts";

interface Part {
  readonly name: string;
  readonly text?: string;
  readonly bytes?: string;
  readonly number?: number;
}
interface Purpose {
  readonly name: string;
  readonly parts: readonly Part[];
  readonly context: string;
}

const root = new URL("../../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");
const cases: readonly Purpose[] = JSON.parse(read("vectors/protocol/purpose.json")).accept;

test("the page has the purposes of the vectors, and in bold what is bytes", () => {
  const table = read("spec/encoding.md").split("\n## Purposes\n")[1]?.split("\n## ")[0] ?? "";
  const told = [...table.matchAll(/^\| (`.*`) \| (.*) \| .* \|$/gm)].flatMap(
    ([, purposes = "", parts = ""]) =>
      [...purposes.matchAll(/`([^`]+)`/g)].map(([, purpose]) => [
        purpose,
        parts === "–" ? [] : parts.split(", ").map((part) => part.startsWith("**")),
      ]),
  );
  // As many parents as a revision has: the case has two.
  const isBytes = ({ name, parts }: Purpose) =>
    parts.filter((part) => part.name !== "parent 2" || name !== "revision");
  assert.deepEqual(
    Object.fromEntries(told),
    Object.fromEntries(
      cases.map((each) => [each.name, isBytes(each).map((part) => part.bytes !== undefined)]),
    ),
  );
});

test("the code makes contexts for these purposes, and for no other", () => {
  const sources = globSync("packages/*/src/**/*.ts", { cwd: fileURLToPath(root) }).map(read);
  const made = sources.flatMap((source) =>
    [...source.matchAll(/^(?! \*|\/).*\bcontext\(\s*["`]([^"`]+)["`]/gm)].map(
      ([, purpose = ""]) => purpose,
    ),
  );
  const asPattern = (purpose: string) => new RegExp(`^${purpose.replace(/\$\{[^}]*\}/g, ".+")}$`);
  const patterns = [...new Set(made)].map(asPattern);
  const names = cases.map(({ name }) => name);
  assert.deepEqual(
    Object.keys(MADE).filter((name) => !names.includes(name)),
    [],
  );
  const isListed = (pattern: RegExp) => names.some((name) => pattern.test(name));
  assert.deepEqual(
    patterns.filter((pattern) => !isListed(pattern)),
    [],
  );
  assert.deepEqual(
    names.filter((name) => !patterns.some((pattern) => pattern.test(name))),
    [],
  );
});

/** The parts of a case by name. */
class Parts {
  readonly #parts: readonly Part[];

  constructor(parts: readonly Part[]) {
    this.#parts = parts;
  }

  #part(name: string): Part {
    return this.#parts.find((part) => part.name === name) ?? assert.fail(name);
  }

  /** As it stands in JSON. */
  text(name: string): string {
    const { text, bytes } = this.#part(name);
    return text ?? bytes ?? assert.fail(name);
  }

  id(name: string): AccountId {
    return this.text(name) as AccountId;
  }

  space(name: string): SpaceId {
    return this.text(name) as SpaceId;
  }

  bytes(name: string): Bytes {
    return protocol.fromBase64url(this.#part(name).bytes ?? assert.fail(name));
  }

  number(name: string): number {
    return this.#part(name).number ?? assert.fail(name);
  }

  epoch(): [SpaceId, number] {
    return [this.space("space"), this.number("n")];
  }

  identity(): protocol.Identity {
    return { sign: this.text("sign") as SigningKey, seal: this.text("seal") as SealingKey };
  }

  holder() {
    return { account: this.id("account"), identity: this.text("identity") as Hash };
  }

  deposit() {
    return { space: this.space("space"), deposit: this.text("deposit") as DepositId };
  }

  revision() {
    const parents = this.#parts.filter(({ name }) => name.startsWith("parent"));
    const author = this.#parts.find(({ name }) => name === "author");
    return {
      space: this.space("space"),
      item: this.text("item") as ItemId,
      revision: this.text("revision") as RevisionId,
      by: { account: (author?.text ?? "") as AccountId },
      parents: parents.map(({ text }) => text as RevisionId),
    };
  }
}

/** What our functions make of the parts of a case, by purpose. Others are made where they are used, in crypto and client. */
const MADE: Readonly<Record<string, (part: Parts) => Bytes | string>> = {
  identity: (p) => protocol.identityHash(p.id("account"), p.identity()),
  rotate: (p) =>
    protocol.rotationProofInput(
      p.id("account"),
      p.number("seq"),
      p.text("prev") as Hash,
      p.identity(),
    ),
  "server key": (p) => protocol.serverKeyHash(p.text("key") as SealingKey),
  revision: (p) => protocol.revisionContext(p.revision()),
  "revision secret": (p) => protocol.secretContext(p.revision(), p.number("epoch")),
  release: (p) => protocol.releaseContext(p.revision()),
  "commit revision secret": (p) => protocol.revisionCommitContext(p.revision(), "revision secret"),
  "commit content key": (p) => protocol.revisionCommitContext(p.revision(), "content key"),
  ...Object.fromEntries(
    (["space", "release"] as const).flatMap((secret) => [
      [`commit ${secret} key`, (p: Parts) => protocol.keyCommitmentContext(...p.epoch(), secret)],
      [`back ${secret} key`, (p: Parts) => protocol.backContext(...p.epoch(), secret)],
      [
        `mend ${secret} key`,
        (p: Parts) => protocol.mendContext(...p.epoch(), p.number("of"), secret),
      ],
      [
        `wrap ${secret} key`,
        (p: Parts) =>
          protocol.wrapContext(...p.epoch(), {
            secret,
            recipient: p.text("recipient") as AccountId,
            identity: p.text("identity") as Hash,
          }),
      ],
    ]),
  ),
  "link secrets": (p) => protocol.linkSetContext(p.space("share"), p.bytes("list"), "secrets"),
  "link releases": (p) => protocol.linkSetContext(p.space("share"), p.bytes("list"), "releases"),
  "link secret": (p) => protocol.linkContext(p.space("share"), p.revision(), "secret"),
  "link release": (p) => protocol.linkContext(p.space("share"), p.revision(), "release"),
  about: (p) => protocol.aboutContext(p.space("share")),
  "acceptance name": (p) => protocol.acceptanceNameContext(p.text("invitation") as InvitationId),
  "inbox key": (p) => {
    const [space, n] = p.epoch();
    return protocol.inboxName(space, { n, key: p.text("key") as SealingKey });
  },
  "wrap inbox key": (p) => protocol.inboxWrapContext(...p.epoch(), p.holder()),
  deposit: (p) => protocol.depositContext({ ...p.deposit(), by: { account: p.id("author") } }),
  "commit deposit secret": (p) => protocol.depositCommitContext(p.deposit(), "secret"),
  "commit deposit content": (p) => protocol.depositCommitContext(p.deposit(), "content"),
  "wrap deposit": (p) =>
    protocol.depositWrapContext(p.deposit(), {
      recipient: p.id("recipient"),
      identity: p.text("identity") as Hash,
    }),
  "handshake name": (p) =>
    protocol.handshakeNameContext(p.text("rendezvous") as RendezvousId, p.id("sender")),
  "passkey prf": () => protocol.passkeyPrfInput(),
  "passkey sign-in": (p) =>
    protocol.passkeyChallenge(p.id("account"), p.text("signIn") as SignInId, p.text("key") as Hash),
  entry: (p) => protocol.entryCommitment(p.bytes("salt"), p.text("entry")),
};

runVectors<undefined, Purpose>("purpose", {
  accept({ name, parts, context: expected }) {
    const values = parts.map(
      ({ text, bytes, number }) =>
        text ?? number ?? protocol.fromBase64url(bytes ?? assert.fail(name)),
    );
    assert.equal(protocol.toBase64url(protocol.context(name, ...values)), expected);
    const made = MADE[name]?.(new Parts(parts)) ?? expected;
    assert.equal(typeof made === "string" ? made : protocol.toBase64url(made), expected);
  },
});
