// Items and the tree of revisions: spec/revision.md, Accepting a revision, rules 4 and 5.

import {
  b64,
  type Fields,
  hashNamed,
  idOf,
  merkleTreeHash,
  payloadOf,
  unb64,
} from "../../packages/protocol/test/reference.ts";
import { turn } from "../../packages/protocol/test/spaces.ts";
import { accepted, type Book, type Case, refused } from "./book.ts";
import { chainsOf } from "./cast.ts";
import { first, people } from "./revisions.ts";

const { alice } = people;

/** Rule 5, and the tree that an epoch's statement signs. Each case is a list of steps; in a refused one the last is refused. */
export function items(): Book {
  const step = (
    op: string,
    item: string,
    name: string,
    parents: readonly string[] = [],
  ): Fields => ({
    op,
    item: idOf(`item ${item}`),
    revision: idOf(`revision ${name}`),
    parents: parents.map((each) => idOf(`revision ${each}`)),
  });
  const create = step("create", "x", "1");
  const heads = (...names: string[]) => names.map((name) => idOf(`revision ${name}`)).sort();
  const right: [string, Fields[], string[]][] = [
    ["created", [create], heads("1")],
    ["corrected", [create, step("correct", "x", "2", ["1"])], heads("2")],
    [
      "corrected twice from one parent: a conflict, both kept",
      [create, step("correct", "x", "2", ["1"]), step("correct", "x", "3", ["1"])],
      heads("2", "3"),
    ],
    [
      "a conflict resolved",
      [
        create,
        step("correct", "x", "2", ["1"]),
        step("correct", "x", "3", ["1"]),
        step("correct", "x", "4", ["2", "3"]),
      ],
      heads("4"),
    ],
    ["deleted", [create, step("delete", "x", "2", ["1"])], heads("2")],
  ];
  const wrongRows: [string, string, Fields[]][] = [
    ["rule 5: created twice", "item", [create, step("create", "x", "2")]],
    ["rule 5: corrected before it exists", "item", [step("correct", "x", "2", ["1"])]],
    ["rule 5: a parent that is not there", "parents", [create, step("correct", "x", "2", ["0"])]],
    [
      "rule 5: a parent of another item",
      "parents",
      [create, step("create", "y", "9"), step("correct", "x", "2", ["9"])],
    ],
    [
      "rule 5: one of two parents is not there",
      "parents",
      [create, step("correct", "x", "2", ["1", "0"])],
    ],
    ["rule 5: its own parent", "parents", [create, step("correct", "x", "2", ["2"])]],
    ["rule 5: the same revision twice", "revision", [create, step("correct", "x", "1", ["1"])]],
  ];
  return {
    spec: "spec/revision.md, Accepting a revision, rule 5",
    accept: right.map(([name, steps, front]) =>
      accepted(name, { steps, item: idOf("item x"), heads: front }),
    ),
    refuse: wrongRows.map(([name, field, steps]) =>
      refused(name, "statement-refused", field, { steps }),
    ),
  };
}

/** The tree of revisions against the roots that epochs sign: rule 4. */
export function trees(): Book {
  const leaves = Array.from({ length: 5 }, (_, i) => hashNamed(`header ${i}`));
  const root = (size: number) => b64(merkleTreeHash(leaves.slice(0, size).map(unb64)));
  const at3 = turn(first, alice, 2, { revisions: { size: 3, root: root(3) } });
  const rows = (other: number): string[] =>
    leaves.map((leaf, i) => (i === other ? hashNamed("planted") : leaf));
  const swapped = [leaves[1], leaves[0], ...leaves.slice(2)].map(String);
  const none: Case[] = [
    refused("a revision of the ended epoch exchanged", "fork", "revisions.root", {
      leaves: rows(1),
    }),
    refused("the last revision of the ended epoch exchanged", "fork", "revisions.root", {
      leaves: rows(2),
    }),
    refused("two revisions of the ended epoch in another order", "fork", "revisions.root", {
      leaves: swapped,
    }),
  ];
  return {
    spec: "spec/revision.md, Accepting a revision, rule 4",
    shared: { chain: [first, at3], accounts: chainsOf(people), at: payloadOf(at3).at },
    accept: [
      accepted("the revisions that the epoch's statement signed", { leaves }),
      accepted("another revision after the epoch began", { leaves: rows(4) }),
      accepted("the first revisions only", { leaves: leaves.slice(0, 2) }),
    ],
    refuse: none,
  };
}
