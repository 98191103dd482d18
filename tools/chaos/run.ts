import { setTimeout as sleep } from "node:timers/promises";
import { memoryStore, signInWithKit, signUp } from "@ecrin/client";
import { Ledger } from "./ledger.ts";
import { keepBusy } from "./traffic.ts";
import { verify } from "./verify.ts";
import { KILLS, Victim } from "./victim.ts";

/** What a run came to. */
export interface ChaosReport {
  readonly kills: number;
  readonly added: number;
  readonly shared: number;
  readonly unanswered: number;
  readonly medianRestartMs: number;
  readonly wrong: readonly string[];
}

const LONGEST_LIFE_MS = 700;
const LOOK_MS = 20;

/** Lets a patient work while server and database are killed `rounds` times, then looks at what is left. */
export async function runChaos(
  dataDir: string,
  rounds: number,
  say: (line: string) => void,
): Promise<ChaosReport> {
  const victim = new Victim(dataDir);
  await victim.start();
  try {
    const password = crypto.randomUUID();
    const person = (name: string) => ({
      server: victim.url,
      address: `${name}@example.org`,
      password,
      name,
      store: memoryStore(),
    });
    const patient = await signUp(person("patient"));
    const { account: doctor } = await signUp(person("doctor"));
    await patient.account.contacts().verify(await doctor.contacts().code(), "Dr");
    await doctor.contacts().verify(await patient.account.contacts().code(), "patient");
    const record = await patient.account.record();
    const ledger = new Ledger();
    let over = false;
    const busy = keepBusy(record, doctor.id, ledger, () => over);
    // On a slow machine a few short lives could all end before there is anything to lose.
    while (ledger.added.length === 0) await Promise.race([sleep(LOOK_MS), busy]);
    const restarts = await killAgainAndAgain(victim, rounds, busy, (round) => {
      if (round % 50 === 0)
        say(`round ${round}: ${ledger.added.length} items, ${ledger.shared.size} shares`);
    });
    over = true;
    await busy;
    const fresh = await signInWithKit({ ...person("patient"), kit: patient.kit });
    const wrong = await verify(await fresh.record(), doctor, ledger);
    return {
      kills: rounds,
      added: ledger.added.length,
      shared: ledger.shared.size,
      unanswered: ledger.unanswered,
      medianRestartMs: restarts.toSorted((a, b) => a - b)[Math.floor(restarts.length / 2)] ?? 0,
      wrong,
    };
  } finally {
    await victim.stop();
  }
}

async function killAgainAndAgain(
  victim: Victim,
  rounds: number,
  busy: Promise<void>,
  told: (round: number) => void,
): Promise<number[]> {
  const restarts: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    // A finding in the traffic ends the run at once.
    await Promise.race([sleep(Math.random() * LONGEST_LIFE_MS), busy]);
    const what = KILLS[round % KILLS.length] ?? "server";
    await victim.kill(what);
    if (what !== "database") restarts.push(await victim.start());
    told(round);
  }
  return restarts;
}
