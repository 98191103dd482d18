// Account chains: spec/keys.md, Account chain.

import {
  accountStatement,
  deviceNamed,
  NOWHERE,
  person,
  rotation,
} from "../../packages/protocol/test/people.ts";
import {
  b64,
  type Fields,
  hashNamed,
  idOf,
  keyPair,
  pattern,
  payloadOf,
} from "../../packages/protocol/test/reference.ts";
import { beginRecord, member, turn } from "../../packages/protocol/test/spaces.ts";
import { accepted, type Book, refused, shelf } from "./book.ts";

const DAY = 24 * 3600_000;

/** The only statement of a guest's chain, and what is refused of it (spec/handshake.md, A guest). */
function guestChain(begin: Fields, over: Fields = {}): string {
  const alice = { ...person("alice"), chain: [] };
  const until = Number(begin.at) + DAY;
  return accountStatement(alice, "begin", { ...begin, slots: [], until, ...over });
}

function guests(
  begin: Fields,
  slot: (label: string) => Fields,
): [string, string, string | undefined, readonly string[]][] {
  const at = Number(begin.at);
  const guest = guestChain(begin);
  const alice = { ...person("alice"), chain: [guest] };
  const tablet = deviceNamed("alice tablet");
  const device = { device: tablet.device, key: tablet.key };
  const after = (op: string, over: Fields) => [guest, accountStatement(alice, op, over)];
  const refused = "statement-refused";
  return [
    [
      "a begin without slots",
      "malformed",
      "account.slots",
      [guestChain(begin, { until: undefined })],
    ],
    ["a guest with a slot", refused, "slots", [guestChain(begin, { slots: [slot("kit")] })]],
    [
      "a guest for longer than a day",
      refused,
      "until",
      [guestChain(begin, { until: at + DAY + 1 })],
    ],
    ["a guest that is gone before it came", refused, "until", [guestChain(begin, { until: at })]],
    ["a device of a guest's", refused, "op", after("device", { device })],
    ["slots of a guest's", refused, "op", after("slots", { slots: [slot("kit")] })],
    [
      "a guest signed out in its chain",
      refused,
      "op",
      after("sign-out", { device: alice.device.device }),
    ],
    ["a guest's new identity", refused, "op", after("rotate", rotation(alice, "alice again"))],
  ];
}

export function accountChains(): Book {
  const texts = shelf("a");
  const grown = () => {
    const alice = person("alice");
    const laptop = deviceNamed("alice laptop");
    alice.chain.push(
      accountStatement(alice, "device", { device: { device: laptop.device, key: laptop.key } }),
    );
    return { alice, laptop };
  };
  const { alice, laptop } = grown();
  const right = [...alice.chain];
  const phone = { device: alice.device.device, key: alice.device.key };
  const tablet = (({ device, key }) => ({ device, key }))(deviceNamed("alice tablet"));
  const next = (op: string, over: Fields) => [...right, accountStatement(alice, op, over)];
  const begin = payloadOf(right[0] ?? "");
  const slots = begin.slots ?? [];
  const slot = (label: string) => ({
    slot: idOf(`slot ${label}`),
    kind: "kit",
    key: b64(pattern(`slot ${label}`, 1216)),
  });
  const turned = rotation(alice, "alice again");
  const cutLaptop = next("sign-out", { device: laptop.device });
  const seq3 = (op: string, over: Fields) => {
    const grownAlice = { ...alice, chain: cutLaptop };
    return [...cutLaptop, accountStatement(grownAlice, op, over)];
  };
  const mallory = person("mallory");
  const rotated = next("rotate", turned);
  const again = { ...alice, chain: rotated };
  const many = () => {
    const { alice: busy } = grown();
    for (let i = 2; i < 32; i++)
      busy.chain.push(
        accountStatement(busy, "device", {
          device: { device: idOf(`device many ${i}`), key: hashNamed(`key ${i}`) },
        }),
      );
    return busy;
  };
  const busy = many();
  const state = (seq: number, devices: readonly string[], identity: string) => ({
    seq,
    devices: [...devices].sort(),
    sign: identity,
  });
  const sign = alice.pair.key;
  const rows: [string, string, string | undefined, readonly string[]][] = [
    ["a chain that does not start with begin", "statement-refused", "op", [right[1] ?? ""]],
    ["a second begin", "statement-refused", "op", [...right, right[0] ?? ""]],
    [
      "a first statement numbered 1",
      "statement-refused",
      "seq",
      [accountStatement({ ...alice, chain: [] }, "begin", { ...begin, seq: 1 })],
    ],
    [
      "a begin that names a statement before it",
      "malformed",
      "account",
      [accountStatement({ ...alice, chain: [] }, "begin", { ...begin, prev: NOWHERE })],
    ],
    [
      "a begin signed by another key",
      "signature-refused",
      undefined,
      [accountStatement({ ...alice, chain: [], pair: mallory.pair }, "begin", begin)],
    ],
    ["a number left out", "statement-refused", "seq", next("device", { device: tablet, seq: 3 })],
    ["a number again", "statement-refused", "seq", next("device", { device: tablet, seq: 1 })],
    ["a replay", "statement-refused", "seq", [...right, right[1] ?? ""]],
    [
      "another statement before",
      "statement-refused",
      "prev",
      next("device", { device: tablet, prev: NOWHERE }),
    ],
    [
      "no statement before",
      "malformed",
      "account.prev",
      next("device", { device: tablet, prev: undefined }),
    ],
    [
      "another account",
      "statement-refused",
      "account",
      next("device", { device: tablet, account: mallory.account }),
    ],
    [
      "a device enrolled by another key",
      "signature-refused",
      undefined,
      [
        ...right,
        accountStatement({ ...alice, chain: right, pair: mallory.pair }, "device", {
          device: tablet,
        }),
      ],
    ],
    [
      "a device enrolled by a device",
      "signature-refused",
      undefined,
      [
        ...right,
        accountStatement({ ...alice, chain: right, pair: laptop.pair }, "device", {
          device: tablet,
        }),
      ],
    ],
    [
      "a device id in use",
      "statement-refused",
      "device",
      next("device", { device: { ...phone, key: tablet.key } }),
    ],
    [
      "a device id that was signed out",
      "statement-refused",
      "device",
      seq3("device", { device: { device: laptop.device, key: laptop.key } }),
    ],
    [
      "a device signed out twice",
      "statement-refused",
      "device",
      seq3("sign-out", { device: laptop.device }),
    ],
    [
      "a device signed out that never was",
      "statement-refused",
      "device",
      next("sign-out", { device: tablet.device }),
    ],
    [
      "a thirty-third device",
      "statement-refused",
      "device",
      [...busy.chain, accountStatement(busy, "device", { device: tablet })],
    ],
    [
      "a slot twice",
      "statement-refused",
      "slots",
      next("slots", { slots: [slot("kit"), slot("kit")] }),
    ],
    [
      "a slot twice at the beginning",
      "statement-refused",
      "slots",
      [
        accountStatement({ ...alice, chain: [] }, "begin", {
          ...begin,
          slots: [slot("kit"), slot("kit")],
        }),
      ],
    ],
    ...guests(begin, slot),
    ["no slot", "malformed", "account.slots", next("slots", { slots: [] })],
    [
      "nine slots",
      "malformed",
      "account.slots",
      next("slots", { slots: Array.from({ length: 9 }, (_, i) => slot(`kit ${i}`)) }),
    ],
    [
      "a slot of another kind",
      "malformed",
      "account.slots.0.kind",
      next("slots", { slots: [{ ...slot("kit"), kind: "escrow" }] }),
    ],
    [
      "a rotation without proof",
      "malformed",
      "account.proof",
      next("rotate", { ...turned, proof: undefined }),
    ],
    [
      "a rotation with the proof of another identity",
      "statement-refused",
      "proof",
      next("rotate", { ...turned, proof: rotation(alice, "elsewhere").proof }),
    ],
    [
      "a rotation with a proof for another place",
      "statement-refused",
      "proof",
      next("rotate", {
        ...turned,
        proof: rotation({ ...alice, chain: [...right, right[1] ?? ""] }, "alice again").proof,
      }),
    ],
    [
      "a rotation signed by the new key only",
      "signature-refused",
      undefined,
      [
        ...right,
        accountStatement(
          { ...alice, pair: keyPair(pattern("identity alice again", 32)) },
          "rotate",
          turned,
        ),
      ],
    ],
    [
      "a rotation to the identity in force",
      "statement-refused",
      "identity",
      next("rotate", { ...rotation(alice, "alice"), slots }),
    ],
    [
      "after a rotation, the old key",
      "signature-refused",
      undefined,
      [...rotated, accountStatement(again, "device", { device: tablet })],
    ],
    ["an op that does not exist", "malformed", "account.op", next("delegate", {})],
    [
      "a member of another op",
      "malformed",
      "account",
      next("sign-out", { device: laptop.device, slots }),
    ],
    [
      "a member of the identity too many",
      "malformed",
      "account.identity",
      [
        accountStatement({ ...alice, chain: [] }, "begin", {
          ...begin,
          identity: { ...alice.identity, name: "Alice" },
        }),
      ],
    ],
    [
      "a signing key of 31 bytes",
      "malformed",
      "account.device.key",
      next("device", { device: { ...tablet, key: b64(pattern("short", 31)) } }),
    ],
    [
      "a space statement in the chain",
      "malformed",
      "header",
      [...right, beginRecord("record", alice, [member(alice, { role: "owner" })])],
    ],
  ];
  const space = turn(beginRecord("record", alice, [member(alice, { role: "owner" })]), alice, 2);
  return {
    spec: "spec/keys.md, Account chain",
    accept: [
      accepted("begin", {
        chain: texts.takeAll([right[0] ?? ""]),
        state: state(0, [phone.device], sign),
      }),
      accepted("a guest", {
        chain: texts.takeAll([guestChain(begin)]),
        state: state(0, [phone.device], sign),
      }),
      accepted("a second device", {
        chain: texts.takeAll(right),
        state: state(1, [phone.device, laptop.device], sign),
      }),
      accepted("a device signed out", {
        chain: texts.takeAll(cutLaptop),
        state: state(2, [phone.device], sign),
      }),
      accepted("other slots", {
        chain: texts.takeAll(next("slots", { slots: [slot("kit")] })),
        state: state(2, [phone.device, laptop.device], sign),
      }),
      accepted("a passkey's slot beside the kit's", {
        chain: texts.takeAll(
          next("slots", { slots: [slot("kit"), { ...slot("passkey"), kind: "passkey" }] }),
        ),
        state: state(2, [phone.device, laptop.device], sign),
      }),
      accepted("another identity", {
        chain: texts.takeAll(rotated),
        state: state(
          2,
          [phone.device, laptop.device],
          keyPair(pattern("identity alice again", 32)).key,
        ),
      }),
      accepted("thirty-two devices", {
        chain: texts.takeAll(busy.chain),
        state: state(
          31,
          [
            phone.device,
            laptop.device,
            ...Array.from({ length: 30 }, (_, i) => idOf(`device many ${i + 2}`)),
          ],
          sign,
        ),
      }),
    ],
    refuse: [
      ...rows.map(([name, code, field, chain]) =>
        refused(name, code, field, { chain: texts.takeAll(chain) }),
      ),
      refused("a space statement turned", "malformed", "header", { chain: texts.takeAll([space]) }),
    ],
    shared: texts.texts,
  };
}
