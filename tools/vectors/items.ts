// Items and their revisions: spec/revision.md, Accepting a revision, rule 5.

import { type Fields, idOf } from "../../packages/protocol/test/reference.ts";
import { accepted, type Book, refused } from "./book.ts";

/** Each case is a list of steps; in a refused one the last is refused. */
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
