import { Contacts, SharedView } from "@ecrin/client";
import { newSecret, openBox, sealBox, signerFrom, signStatement } from "@ecrin/crypto";
import {
  type Bytes,
  fromBase64url,
  type Json,
  type LinkAuthor,
  type LinkList,
  type LinkSet,
  linkListHash,
  linkListText,
  linkSetContext,
  linkSetRoot,
  parseRevision,
  parseSpaceStatement,
  type RouteAnswer,
  type SpaceId,
  type Statement,
  SUITE,
  secretContext,
  toBase64url,
} from "@ecrin/protocol";
import { createRecord } from "../../packages/client/src/record.ts";
import { SpaceView } from "../../packages/client/src/space-view.ts";
import type { Unlocked } from "../../packages/client/src/unlocked.ts";
import { type AttackCase, holds, stops } from "./case.ts";
import { type Forger, forgeRevision, hashOfSigned } from "./forge.ts";
import type { Stage } from "./stage.ts";

const HOUR = 3_600_000;
const REFUSED = ["cannot-open", "statement-refused", "signature-refused"];

/** What a share links, and what a server may hand out in its place. */
export const linkCases: readonly AttackCase[] = [
  {
    number: 5,
    title: "links of a share exchanged, reordered, left out, or under the boxes of another share",
    promise: "P",
    countermeasure: "one root over all of them, in the share's first statement",
    mutation: [
      {
        file: "packages/client/src/link-set.ts",
        find: "if (count !== linked.count || root !== linked.root) {",
        replace: "if (count < 1) {",
      },
    ],
    async run(stage) {
      const { doctor, mallory, record, network } = stage;
      const items = [await stage.add("cinq, un"), await stage.add("cinq, deux")];
      const ask = { with: doctor.u.account, items, until: stage.now() + HOUR };
      const share = await record.share(ask);
      const another = await handedOut(doctor.u, await record.share(ask));
      const hers: LinkAuthor = {
        identity: (await mallory.u.accounts.get(mallory.u.account)).identities[0]?.identity ?? no(),
        statement: (await mallory.u.accounts.statements(mallory.u.account))[0] ?? no(),
      };
      const one = { secrets: toBase64url(room(1)), releases: toBase64url(room(1)) };
      const lies: ((set: LinkSet, headers: Statement[]) => Partial<Handed>)[] = [
        (set, headers) => ({
          links: { ...set, links: set.links.toReversed() },
          headers: headers.toReversed(),
        }),
        (set, headers) => ({
          links: { ...set, ...one, links: set.links.slice(0, 1) },
          headers: headers.slice(0, 1),
        }),
        (set) => ({ links: { ...set, secrets: another.secrets } }),
        (set) => ({ links: { ...set, releases: another.releases } }),
        (set) => ({ links: { ...set, authors: [hers] } }),
      ];
      for (const lie of lies) {
        network.answer("share", (answer) => {
          const { links, headers } = answer as Handed;
          return { ...answer, ...lie(linkSetIn(links), headers) };
        });
        await stops(REFUSED, () => look(stage, share));
      }
      network.calm();
      const view = await look(stage, share);
      holds(view.items.length === 2, "the share does not open when nobody lies");
      return undefined;
    },
  },
  {
    number: 12,
    title: "a revision that was shared, in another version that its author signed later",
    promise: "P",
    countermeasure: "each link names its header by its hash",
    mutation: [
      {
        file: "packages/protocol/src/link-set.ts",
        find: 'if (hash !== link.header) refuse("is another header than the one linked", "header");',
        replace: "",
      },
    ],
    async run(stage) {
      const { alice, doctor, record, network } = stage;
      const item = await stage.add("douze, partagé");
      const share = await record.share({
        with: doctor.u.account,
        items: [item],
        until: stage.now() + HOUR,
      });
      const [{ statement = no() } = no()] = await record.history(item);
      const said = factsIn(parseRevision(statement).payload);
      // Her own device, on the server's side for this once: the same names, another content.
      const content = { length: 4152, root: toBase64url(newSecret()) };
      const other = await signStatement("revision", { ...said, content }, alice.u.deviceSigner);
      network.answer("share", (answer) => ({ ...answer, headers: [other] }));
      await stops(REFUSED, () => look(stage, share));
      return undefined;
    },
  },
  {
    number: 12,
    title: "a document of somebody who never wrote it, certified by nobody, in a share",
    promise: "P",
    countermeasure: "the author's identity has signed the certificate of the device",
    mutation: [
      {
        file: "packages/protocol/src/link-set.ts",
        find: "await checkSignature(certificate, identity.sign);",
        replace: "",
      },
    ],
    async run(stage) {
      const { alice } = stage;
      const signer = await signerFrom(newSecret());
      const { account, device } = alice.u;
      const certificate = await signStatement(
        "account",
        {
          suite: SUITE,
          account,
          seq: 1,
          prev: alice.u.head().hash,
          at: stage.now(),
          op: "device",
          device: { device, key: signer.publicKey },
        },
        signer,
      );
      await forgedShare(stage, certificate, signer);
      return undefined;
    },
  },
  {
    number: 12,
    title: "a document of somebody who never wrote it, signed by another device, in a share",
    promise: "P",
    countermeasure: "the device that the certificate names has signed the header",
    mutation: [
      {
        file: "packages/protocol/src/link-set.ts",
        find: "await checkSignature(header, device.key);",
        replace: "",
      },
    ],
    async run(stage) {
      const { alice, mallory } = stage;
      const [begin = no()] = await alice.u.accounts.statements(alice.u.account);
      await forgedShare(stage, begin, mallory.u.deviceSigner);
      return undefined;
    },
  },
];

type Handed = RouteAnswer<"share">;

/** The doctor looks at a share through the hostile network, for the first time on this device. */
async function look(stage: Stage, share: SpaceId): Promise<SharedView> {
  const view = new SharedView(await stage.victim(stage.doctor), share);
  await view.sync();
  return view;
}

function linkSetIn(links: Handed["links"]): LinkSet {
  return "authors" in links ? links : no();
}

async function handedOut(u: Unlocked, share: SpaceId): Promise<LinkSet> {
  return linkSetIn((await u.http.call("share", { params: { share } })).links);
}

function factsIn(payload: Json): { readonly [name: string]: Json | undefined } {
  return typeof payload === "object" ? Object.fromEntries(Object.entries(payload)) : no();
}

/** Bytes as long as a box for so many links. */
function room(count: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(48 + 32 * count));
}

/**
 * Mallory makes a share of a document that says it is by Alice, everything in it right but what
 * the case is about; the server, on her side, hands it to the doctor.
 */
async function forgedShare(
  stage: Stage,
  certificate: Statement,
  signer: Unlocked["deviceSigner"],
): Promise<void> {
  const { alice, doctor, mallory, network } = stage;
  const u = await stage.accomplice(mallory);
  const code = await new Contacts(doctor.u).code();
  await new Contacts(u).verify(code, doctor.name);
  const hers = await createRecord(u);
  const bait = { title: "appât", mediaType: "text/plain", content: new Uint8Array(3) };
  const items = [await hers.add(bait)];
  const until = stage.now() + HOUR;
  const share = await hers.share({ with: doctor.u.account, items, until });
  const space = new SpaceView(u, share);
  await space.refresh();
  const [spaceKey, release] = [await space.secret("space"), newSecret()];

  const { account, device } = alice.u;
  const by = { account, device, head: { ...alice.u.head() } };
  const forger: Forger = {
    account,
    sign: (kind, facts) =>
      signStatement(kind, { suite: SUITE, ...facts, by, at: stage.now() }, signer),
  };
  const forged = await forgeRevision(forger, {
    space: hers.space,
    epoch: 1,
    spaceHead: hers.view.head,
    spaceKey,
    release,
    title: "forgé",
  });
  const { fact, hash } = parseRevision(forged.statement);
  const box = fromBase64url(forged.wrap ?? no());
  const secret = await openBox(spaceKey, "revision secret", secretContext(fact, 1), box);
  const { identity } = (await alice.u.accounts.get(account)).identities[0] ?? no();
  const list: LinkList = {
    authors: [{ identity, statement: certificate }],
    links: [{ author: 0, header: hash, revision: fact.revision }],
  };
  const named = linkListHash(linkListText(list));
  const seal = async (of: "secrets" | "releases", key: Bytes, what: Bytes) =>
    toBase64url(await sealBox(key, `link ${of}`, linkSetContext(share, named, of), what));
  const links: LinkSet = {
    ...list,
    secrets: await seal("secrets", spaceKey, secret),
    releases: await seal("releases", await space.secret("release"), release),
  };
  const honest = await u.http.call("chainOfSpace", { params: { space: share } });
  const said = factsIn(parseSpaceStatement(honest.statements[0]).payload);
  const linked = { count: 1, root: linkSetRoot(share, named, links) };
  const begin = await signStatement("space", { ...said, links: linked }, u.deviceSigner);
  const head = { hash: hashOfSigned(begin), seq: 0 };
  network.answer("chainOfSpace", (answer, path) =>
    path.endsWith(share) ? { ...answer, statements: [begin], head } : answer,
  );
  const headers = [forged.statement];
  network.answer("share", (answer) => ({ ...answer, statements: [begin], links, headers }));
  network.answer("shareMetadata", () => ({ metadata: [forged.metadata] }));
  await stops(REFUSED, () => look(stage, share));
}

function no(): never {
  throw new Error("the stage lacks something");
}
