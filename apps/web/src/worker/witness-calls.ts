import { ProtocolError, parseSigningKey, quorumAmong, readWitness } from "@ecrin/client";
import type { WitnessCalls, WitnessesTold, WitnessTold } from "../wire-witnesses.ts";
import { type Handlers, Refusal } from "./handlers.ts";
import { current } from "./session.ts";

// A keyring takes no more (spec/witness.md, Who).
const MOST = 15;
// Fewer are never a quorum: counting on them would be nothing but an alarm.
const LEAST_OPERATORS = 3;

/** The witnesses that a record counts on. */
export const witnessCalls: Handlers<keyof WitnessCalls> = {
  witnesses() {
    return together(current().witnesses());
  },

  async witnessesAsked() {
    return (await current().witnessesAsked()).map(({ name, key, operator, state, at }) => ({
      ...{ name, key, operator, state },
      ...(at === undefined ? {} : { at }),
    }));
  },

  async witnessesSeen() {
    const { witnessed } = await current().checkLog();
    return witnessed === undefined
      ? undefined
      : { operators: witnessed.operators, at: witnessed.at };
  },

  witnessesMeant({ witnesses, more }) {
    if (more === undefined) return together(witnesses);
    const fresh = lineRead(more);
    if (witnesses.some(({ name, key }) => name === fresh.name || key === fresh.key))
      throw new Refusal("witness-twice");
    if (witnesses.length >= MOST) throw new Refusal("witnesses-many");
    return together([...witnesses, fresh]);
  },

  async witnessesPin({ witnesses }) {
    const { operators } = together(witnesses);
    if (witnesses.length > 0 && operators < LEAST_OPERATORS) throw new Refusal("witnesses-few");
    await current().pinWitnesses(witnesses.map(parsed));
    return together(current().witnesses());
  },
};

function together(witnesses: readonly WitnessTold[]): WitnessesTold {
  return { witnesses, ...quorumAmong(witnesses.map(parsed)) };
}

function parsed({ name, key, operator }: WitnessTold) {
  return { name, key: parseSigningKey(key, "key"), operator };
}

/** @throws Refusal `witness-line`, `witness-operator` */
function lineRead({ line, operator }: { readonly line: string; readonly operator: string }) {
  try {
    return readWitness(line.trim(), operator.trim());
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const isAboutLine = error.field === "vkey" || !error.field?.endsWith("operator");
    throw new Refusal(isAboutLine ? "witness-line" : "witness-operator");
  }
}
