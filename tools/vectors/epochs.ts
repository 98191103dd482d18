// Keys of epochs, from the newest backwards: spec/space.md, An epoch and Mending.

import { box } from "../../packages/crypto/test/reference.ts";
import {
  b64,
  context,
  type Fields,
  idOf,
  pattern,
} from "../../packages/protocol/test/reference.ts";
import { accepted, type Book, type Case, refused } from "./book.ts";
import { type Keys, keysOf, sealedEpoch } from "./sealed-space.ts";

const space = idOf("space of epochs");
const SECRETS = ["space", "release"] as const;

/** Two boxes, as `back` and `mend` have them. */
function boxes(label: "back" | "mend", n: number, inside: Keys, ...of: number[]): Fields {
  const sealed = (secret: (typeof SECRETS)[number]) => {
    const salt = pattern(`${label} ${n} ${secret} ${of.join(" ")}`, 32);
    const ctx = context(`${label} ${secret} key`, space, n, ...of);
    return b64(box(salt, keysOf(space, n)[secret], `${label} ${secret} key`, ctx, inside[secret]));
  };
  return { space: sealed("space"), release: sealed("release") };
}

/** What statements say of epochs 1 to `n`, each sealing the keys of the one before. */
function epochsTo(n: number): Fields[] {
  return Array.from({ length: n }, (_, i) => sealedEpoch(space, i + 1, []));
}

const textOf = ({ space: K, release: S }: Keys): Fields => ({ space: b64(K), release: b64(S) });

/** The newest, with other members; left out where undefined. */
function withLast(epochs: readonly Fields[], over: Fields): Fields[] {
  return [...epochs.slice(0, -1), { ...epochs.at(-1), ...over }];
}

export function epochs(): Book {
  const three = epochsTo(3);
  const mend = (of: number, made = of) => ({
    of,
    ...boxes("mend", 3, keysOf(space, of), made),
  });
  const right = (name: string, made: readonly Fields[], reached: readonly number[]): Case =>
    accepted(name, {
      epochs: made,
      newest: textOf(keysOf(space, made.length)),
      keys: reached.map((n) => ({ n, ...textOf(keysOf(space, n)) })),
    });
  const wrong = (
    name: string,
    made: readonly Fields[],
    newest = keysOf(space, made.length),
  ): Case => refused(name, "cannot-open", undefined, { epochs: made, newest: textOf(newest) });
  const two = keysOf(space, 2);
  const exchanged = { space: two.release, release: two.space };
  const mended = withLast(three, { back: undefined, mend: mend(1) });
  return {
    spec: "spec/space.md, An epoch, Mending",
    shared: { space },
    accept: [
      right("one epoch", epochsTo(1), [1]),
      right("three, one after the other", three, [3, 2, 1]),
      right("the second passed over", mended, [3, 1]),
      right("the one before, and an older one", withLast(three, { mend: mend(1) }), [3, 2, 1]),
    ],
    refuse: [
      wrong("keys of another epoch", three, two),
      wrong("K and S exchanged", epochsTo(1), exchanged),
      wrong(
        "boxes that hold each other's key",
        withLast(three, { back: boxes("back", 3, exchanged) }),
      ),
      wrong(
        "boxes that hold keys other than those committed to",
        withLast(three, { back: boxes("back", 3, keysOf(space, 9)) }),
      ),
      wrong("boxes of another epoch", withLast(three, { back: boxes("back", 2, two) })),
      wrong(
        "a mend that was sealed for another epoch than it names",
        withLast(three, { back: undefined, mend: mend(1, 2) }),
      ),
      wrong(
        "a mend in the place of the one before",
        withLast(three, { back: boxes("mend", 3, two, 2) }),
      ),
    ],
  };
}
