import type { Argon2Parameters } from "@ecrin/protocol";
import { badArgument, CryptoError } from "./errors.ts";

/**
 * A password as it goes into any derivation: NFKC, so that one password typed
 * on two keyboards is one password.
 */
export function normalPassword(password: string): string {
  if (password === "") badArgument("a password is not empty");
  return password.normalize("NFKC");
}

/** The parameters of the suite: the second recommendation of RFC 9106 section 4. */
export const ARGON2: Argon2Parameters = { memoryKiB: 65_536, iterations: 3, parallelism: 4 };

/**
 * Refuses parameters that are weaker than the suite's, before anything is
 * derived: a server that names smaller ones wants the password.
 * @throws CryptoError `parameters-below-floor`
 */
export function assertArgon2Floor({ memoryKiB, iterations, parallelism }: Argon2Parameters): void {
  const whole = [memoryKiB, iterations, parallelism].every((each) => Number.isSafeInteger(each));
  const strong = memoryKiB >= ARGON2.memoryKiB && iterations >= ARGON2.iterations;
  // Every lane more is work an attacker does in parallel too, so there is a ceiling on lanes.
  const lanes = parallelism >= 1 && parallelism <= ARGON2.parallelism;
  if (!whole || !strong || !lanes) {
    throw new CryptoError(
      "parameters-below-floor",
      "the Argon2id parameters are weaker than 64 MiB, 3 passes and 4 lanes",
    );
  }
}
