import {
  parseAcceptance,
  parseAccountStatement,
  parseDeposit,
  parseLogKey,
  parseRead,
  parseRevision,
  parseRewrap,
  parseSignIn,
  parseSpaceStatement,
  parseStatement,
  parseSuccession,
  STATEMENT_KINDS,
  type StatementKind,
  SUITE,
} from "@ecrin/protocol";
import { type AttackCase, Broken, holds, stops } from "./case.ts";
import type { Stage } from "./stage.ts";
import { type Form, otherForms, otherKinds, otherSuites, right } from "./statement-forms.ts";
import { type Place, placesOf } from "./statement-places.ts";

const REFUSED = [
  "malformed",
  "bad-answer",
  "fork",
  "statement-refused",
  "signature-refused",
  "cannot-open",
];

export const formCases: readonly AttackCase[] = [
  {
    number: 19,
    title: "another suite or algorithm named",
    promise: "P",
    countermeasure: "one suite; one header for each kind, byte for byte",
    mutation: [
      {
        file: "packages/protocol/src/statement.ts",
        find: "if (header !== headerFor(kind)) malformed(",
        replace: "if (header === undefined) malformed(",
      },
    ],
    async run(stage) {
      stage.network.answer("server", (answer) => ({ ...answer, suite: "ecrin-2" }));
      await stops(["bad-answer"], () => stage.victim());
      stage.network.calm();
      const tried = await refusedEverywhere(stage, () => otherSuites);
      return `${tried} statements named something else`;
    },
  },
  {
    number: 28,
    title: "a statement of one kind taken for another, and in every other form of a JWS",
    promise: "P",
    countermeasure: "the kind in the header, and one strict form",
    slow: true,
    mutation: [
      {
        file: "packages/protocol/src/statement.ts",
        find: "if (header !== headerFor(kind)) malformed(",
        replace: "if (![...HEADERS.values()].includes(header)) malformed(",
      },
    ],
    async run(stage) {
      const tried = await refusedEverywhere(stage, (kind) => ({
        ...otherKinds(kind),
        ...otherForms,
      }));
      const crossed = await crossedKinds(stage);
      return `${tried} statements in wrong form at the client's doors; ${crossed} pairs of kinds`;
    },
  },
];

/** Every place refuses every form, and takes the same facts in the right one. @returns how many it refused */
async function refusedEverywhere(
  stage: Stage,
  forms: (kind: StatementKind) => Readonly<Record<string, Form>>,
): Promise<number> {
  let tried = 0;
  for (const place of await placesOf(stage)) {
    for (const [name, form] of Object.entries(forms(place.kind))) {
      await refused(stage, place, form, name);
      tried += 1;
    }
    place.offer(right);
    await place.meet().catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : "?";
      throw new Broken(`${place.kind}, in its right form, is refused: ${why}`, { cause });
    });
    stage.network.calm();
  }
  return tried;
}

async function refused({ network }: Stage, place: Place, form: Form, name: string) {
  place.offer(form);
  await stops(REFUSED, () => place.meet(), `${place.kind}, ${name}`);
  network.checkTampers();
  network.calm();
}

const PARSERS: Readonly<Record<StatementKind, (statement: unknown) => unknown>> = {
  account: parseAccountStatement,
  space: parseSpaceStatement,
  revision: parseRevision,
  rewrap: parseRewrap,
  read: parseRead,
  acceptance: parseAcceptance,
  deposit: parseDeposit,
  head: (statement) => parseStatement("head", statement),
  receipt: (statement) => parseStatement("receipt", statement),
  "log-key": parseLogKey,
  succession: parseSuccession,
  export: (statement) => parseStatement("export", statement),
  "sign-in": parseSignIn,
};

/** Each kind's header before each other kind's parser, the payload being anything. @returns how many pairs */
async function crossedKinds({ mallory: { u } }: Stage): Promise<number> {
  let pairs = 0;
  for (const kind of STATEMENT_KINDS) {
    const statement = await right({ kind, payload: { suite: SUITE }, signer: u.deviceSigner });
    for (const other of STATEMENT_KINDS) {
      if (other === kind) continue;
      const message = await stops(["malformed"], async () => PARSERS[other](statement));
      holds(message.includes("header"), `a ${kind} before a ${other}: ${message}`);
      pairs += 1;
    }
  }
  return pairs;
}
