// Witnesses for tests: as many as wanted, each with a folder of its own, and all gone at the end.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatVerifierKey, logIdOf, originOf, type SigningKey } from "@ecrin/protocol";
import type { WitnessSource } from "../../apps/server/src/witness-sources.ts";
import { type RunningWitness, startWitness } from "./server.ts";

export interface Witnesses {
  readonly all: readonly RunningWitness[];
  /** As a service is configured with them, each of another operator. */
  readonly sources: readonly WitnessSource[];
  /** From now on they know the log that began with this key. */
  trust(first: SigningKey): void;
  stop(): Promise<void>;
}

export async function startWitnesses(count: number, now?: () => number): Promise<Witnesses> {
  const folder = await mkdtemp(join(tmpdir(), "ecrin-witness-"));
  const all = await Promise.all(
    Array.from({ length: count }, (_, i) =>
      startWitness({
        name: `witness${i}.example/w`,
        folder: join(folder, String(i)),
        ...(now === undefined ? {} : { now }),
      }),
    ),
  );
  return {
    all,
    sources: all.map(({ key: { name, key }, url }, i) => ({
      name,
      key,
      url,
      operator: `operator ${i}`,
    })),
    trust(first) {
      for (const each of all) each.trust(verifierKeyOf(first));
    },
    async stop() {
      await Promise.all(all.map((each) => each.stop()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The verifier key of the log that began with this key. */
export function verifierKeyOf(first: SigningKey): string {
  return formatVerifierKey({ name: originOf(logIdOf(first)), type: 1, key: first });
}
