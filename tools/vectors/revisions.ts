// Revisions accepted and refused: spec/revision.md, Accepting a revision, rules 1 to 5.

import { by, deviceNamed, headOf, NOWHERE } from "../../packages/protocol/test/people.ts";
import { type Fields, hashNamed, idOf } from "../../packages/protocol/test/reference.ts";
import { accepted, type Book, refused, shelf } from "./book.ts";
import { chainsOf } from "./cast.ts";

import { chain, deletion, END, people, revision, rewrap, sealed, WRAP } from "./revision-scene.ts";

const { alice, bob, carol, dan, mallory, tablet } = people;

type Row = {
  name: string;
  revision: string;
  index: number;
  wrapEpoch: number;
  rewrap?: string;
  wrap?: string;
  field?: string;
  code?: string;
};

const early = revision(alice, { head: 0 });
const byCarol = revision(carol, { head: 0, seq: 1 });
const byTablet = revision(carol, { head: 0, seq: 1, device: tablet });
const byBob = revision(bob, { head: 0 });
const inSecond = revision(carol, { head: 1 });
const again = rewrap(early, alice, { head: 3 });

const right: Row[] = [
  { name: "under the first epoch", revision: early, index: 3, wrapEpoch: 1 },
  { name: "by a writer", revision: byCarol, index: 0, wrapEpoch: 1 },
  {
    name: "naming the wrap it comes with",
    revision: revision(alice, { head: 0 }, { wrap: WRAP }),
    index: 0,
    wrapEpoch: 1,
  },
  {
    name: "by a device that was signed out afterwards",
    revision: byTablet,
    index: 1,
    wrapEpoch: 1,
  },
  {
    name: "by a writer before the end date",
    revision: revision(bob, { head: 0 }, { at: END - 1 }),
    index: 2,
    wrapEpoch: 1,
  },
  { name: "the first place of an epoch", revision: inSecond, index: 4, wrapEpoch: 2 },
  { name: "the last place of an epoch", revision: inSecond, index: 8, wrapEpoch: 2 },
  {
    name: "anywhere after the last epoch began",
    revision: revision(alice, { head: 3 }),
    index: 900,
    wrapEpoch: 3,
  },
  {
    name: "by a writer received within the epoch",
    revision: revision(mallory, { head: 2 }),
    index: 8,
    wrapEpoch: 2,
  },
  {
    name: "sealed offline under the first epoch, wrapped again under the third",
    revision: early,
    index: 9,
    wrapEpoch: 3,
    rewrap: again,
  },
  {
    name: "sealed and wrapped again by two devices of the author",
    revision: early,
    index: 9,
    wrapEpoch: 3,
    rewrap: rewrap(early, alice, { head: 3, device: deviceNamed("alice laptop") }),
  },
  { name: "a deletion", revision: deletion(alice, { head: 0 }), index: 0, wrapEpoch: 1, wrap: "" },
  {
    name: "a deletion carried into another epoch",
    revision: deletion(alice, { head: 0 }),
    index: 9,
    wrapEpoch: 3,
    wrap: "",
    rewrap: rewrap(deletion(alice, { head: 0 }), alice, { head: 3 }),
  },
  {
    name: "a correction",
    revision: revision(
      carol,
      { head: 1 },
      { op: "correct", parents: [idOf("parent"), idOf("other parent")] },
    ),
    index: 5,
    wrapEpoch: 2,
  },
];

const wrong: Row[] = [
  {
    name: "rule 1: with another wrap than the one it names",
    field: "wrap",
    revision: revision(alice, { head: 0 }, { wrap: hashNamed("another wrap") }),
    index: 0,
    wrapEpoch: 1,
  },
  {
    name: "rule 1: of another space",
    field: "space",
    revision: revision(alice, { head: 0 }, { space: idOf("space other") }),
    index: 0,
    wrapEpoch: 1,
  },
  {
    name: "rule 1: signed by another device",
    code: "signature-refused",
    revision: revision(alice, { head: 0, forged: mallory.device }),
    index: 0,
    wrapEpoch: 1,
  },
  {
    name: "rule 1: an account head that is not the author's",
    field: "by.head",
    revision: revision(
      alice,
      { head: 0 },
      { by: { ...by(alice), head: { hash: NOWHERE, seq: 0 } } },
    ),
    index: 0,
    wrapEpoch: 1,
  },
  {
    name: "rule 1: a device that was never enrolled",
    field: "by.device",
    revision: revision(alice, { head: 0, device: mallory.device }),
    index: 0,
    wrapEpoch: 1,
  },
  {
    name: "rule 1: a device that was signed out",
    field: "by.device",
    revision: revision(carol, { head: 0, seq: 2, device: tablet }),
    index: 0,
    wrapEpoch: 1,
  },
  {
    name: "rule 1: a device before it was enrolled",
    field: "by.device",
    revision: revision(alice, { head: 0, seq: 0, device: deviceNamed("alice laptop") }),
    index: 0,
    wrapEpoch: 1,
  },
  {
    name: "rule 1: a device signed out, dating itself back behind the pin",
    field: "by.head",
    revision: revision(carol, { head: 1, seq: 1, device: tablet }),
    index: 4,
    wrapEpoch: 2,
  },
  {
    name: "rule 1: an account head before the one the author was received at",
    field: "by.head",
    revision: revision(carol, { head: 0, seq: 0 }),
    index: 0,
    wrapEpoch: 1,
  },
  {
    name: "rule 1: an author of an unknown account",
    field: "by.account",
    revision: revision(
      alice,
      { head: 0 },
      { by: { ...by(alice), account: idOf("account nobody") } },
    ),
    index: 0,
    wrapEpoch: 1,
  },
  {
    name: "rule 2: a space head that is not in the chain",
    field: "spaceHead",
    revision: revision(alice, { head: 0 }, { spaceHead: { hash: NOWHERE, seq: 0 } }),
    index: 0,
    wrapEpoch: 1,
  },
  {
    name: "rule 2: a space head beyond the chain",
    field: "spaceHead",
    revision: revision(alice, { head: 0 }, { spaceHead: { ...headOf(chain), seq: 9 } }),
    index: 0,
    wrapEpoch: 1,
  },
  {
    name: "rule 2: by a reader",
    field: "by.account",
    revision: revision(dan, { head: 0 }),
    index: 0,
    wrapEpoch: 1,
  },
  {
    name: "rule 2: by a stranger, before being received",
    field: "by.account",
    revision: revision(mallory, { head: 1 }),
    index: 4,
    wrapEpoch: 2,
  },
  {
    name: "rule 2: by somebody ended",
    field: "by.account",
    revision: revision(bob, { head: 1 }),
    index: 4,
    wrapEpoch: 2,
  },
  {
    name: "rule 2: on the end date",
    field: "by.account",
    revision: revision(bob, { head: 0 }, { at: END }),
    index: 0,
    wrapEpoch: 1,
  },
  {
    name: "rule 3: another epoch than the space head's",
    field: "epoch",
    revision: revision(alice, { head: 0 }, { epoch: 2 }),
    index: 4,
    wrapEpoch: 2,
  },
  {
    name: "rule 3: wrapped under another epoch without saying so",
    field: "wrapEpoch",
    revision: early,
    index: 9,
    wrapEpoch: 3,
  },
  {
    name: "rule 3: a rewrap of another revision",
    field: "rewrap.revision",
    revision: early,
    index: 9,
    wrapEpoch: 3,
    rewrap: rewrap(byCarol, alice, { head: 3 }),
  },
  {
    name: "rule 3: a rewrap for another space",
    field: "rewrap.revision",
    revision: early,
    index: 9,
    wrapEpoch: 3,
    rewrap: rewrap(early, alice, { head: 3 }, { space: idOf("space other") }),
  },
  {
    name: "rule 3: a rewrap by somebody else",
    field: "rewrap.by",
    revision: byCarol,
    index: 9,
    wrapEpoch: 3,
    rewrap: rewrap(byCarol, alice, { head: 3 }),
  },
  {
    name: "rule 3: a rewrap for another epoch",
    field: "rewrap.epoch",
    revision: early,
    index: 4,
    wrapEpoch: 2,
    rewrap: again,
  },
  {
    name: "rule 3: a rewrap whose space head is in another epoch",
    field: "rewrap.epoch",
    revision: early,
    index: 9,
    wrapEpoch: 3,
    rewrap: rewrap(early, alice, { head: 1 }, { epoch: 3 }),
  },
  {
    name: "rule 3: another wrap than the rewrap names",
    field: "rewrap.wrap",
    revision: early,
    index: 9,
    wrapEpoch: 3,
    rewrap: again,
    wrap: hashNamed("another wrap"),
  },
  {
    name: "rule 3: no wrap where the rewrap names one",
    field: "rewrap.wrap",
    revision: early,
    index: 9,
    wrapEpoch: 3,
    rewrap: again,
    wrap: "",
  },
  {
    name: "rule 3: a rewrap at a space head that is not in the chain",
    field: "spaceHead",
    revision: early,
    index: 9,
    wrapEpoch: 3,
    rewrap: rewrap(early, alice, { head: 3 }, { spaceHead: { hash: NOWHERE, seq: 3 } }),
  },
  {
    name: "rule 3: a rewrap signed by another device",
    code: "signature-refused",
    revision: early,
    index: 9,
    wrapEpoch: 3,
    rewrap: rewrap(early, alice, { head: 3, forged: mallory.device }),
  },
  {
    name: "rule 3: a rewrap by somebody ended since",
    field: "by.account",
    revision: byBob,
    index: 9,
    wrapEpoch: 3,
    rewrap: rewrap(byBob, bob, { head: 3 }),
  },
  {
    name: "rule 3: a rewrap by a device signed out, behind the pin",
    field: "by.head",
    revision: byTablet,
    index: 4,
    wrapEpoch: 2,
    rewrap: rewrap(byTablet, carol, { head: 1, seq: 1, device: tablet }),
  },
  {
    name: "rule 3: sealed by a device signed out, wrapped again by an honest one",
    field: "by.device",
    revision: byTablet,
    index: 9,
    wrapEpoch: 3,
    rewrap: rewrap(byTablet, carol, { head: 3 }),
  },
  {
    name: "rule 4: an epoch that does not exist",
    field: "wrapEpoch",
    revision: early,
    index: 0,
    wrapEpoch: 4,
  },
  {
    name: "rule 4: planted after the epoch under an old date",
    field: "index",
    revision: byBob,
    index: 4,
    wrapEpoch: 1,
  },
  { name: "rule 4: long after the epoch", field: "index", revision: byBob, index: 9, wrapEpoch: 1 },
  { name: "rule 4: before the epoch", field: "index", revision: inSecond, index: 3, wrapEpoch: 2 },
  {
    name: "a create with parents",
    code: "malformed",
    field: "revision.parents",
    revision: revision(alice, { head: 0 }, { parents: [idOf("parent")] }),
    index: 0,
    wrapEpoch: 1,
  },
  {
    name: "a correction without parents",
    code: "malformed",
    field: "revision.parents",
    revision: revision(alice, { head: 0 }, { op: "correct" }),
    index: 0,
    wrapEpoch: 1,
  },
  {
    name: "a deletion with content",
    code: "malformed",
    field: "revision",
    revision: revision(alice, { head: 0 }, { op: "delete", parents: [idOf("parent")] }),
    index: 0,
    wrapEpoch: 1,
  },
  {
    name: "no commitment",
    code: "malformed",
    field: "revision.commit",
    revision: revision(alice, { head: 0 }, { commit: undefined }),
    index: 0,
    wrapEpoch: 1,
  },
  {
    name: "held nowhere",
    code: "malformed",
    field: "revision.held",
    revision: revision(alice, { head: 0 }, { held: "nobody" }),
    index: 0,
    wrapEpoch: 1,
  },
  {
    name: "content of no byte",
    code: "malformed",
    field: "revision.content.length",
    revision: revision(alice, { head: 0 }, { content: { ...sealed.content, length: 0 } }),
    index: 0,
    wrapEpoch: 1,
  },
  {
    name: "epoch 0",
    code: "malformed",
    field: "revision.epoch",
    revision: revision(alice, { head: 0 }, { epoch: 0 }),
    index: 0,
    wrapEpoch: 1,
  },
];

export function revisions(): Book {
  const texts = shelf("r");
  const row = ({
    revision: text,
    index,
    wrapEpoch,
    rewrap: carried,
    wrap = WRAP,
  }: Row): Fields => ({
    revision: texts.take(text),
    index,
    wrapEpoch,
    ...(wrap === "" ? {} : { wrap }),
    ...(carried === undefined ? {} : { rewrap: texts.take(carried) }),
  });
  return {
    spec: "spec/revision.md, Accepting a revision, rules 1 to 4",
    accept: right.map((each) => accepted(each.name, row(each))),
    refuse: wrong.map((each) =>
      refused(each.name, each.code ?? "statement-refused", each.field, row(each)),
    ),
    shared: { chain, accounts: chainsOf(people), statements: texts.texts },
  };
}
