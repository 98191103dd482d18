import { readFile } from "node:fs/promises";
import {
  COSIGNATURE,
  ProtocolError,
  parseAs,
  parseVerifierKey,
  type Witness,
  witnessesField,
} from "@ecrin/protocol";
import * as z from "zod/mini";

/** A witness that this service asks. */
export interface WitnessSource extends Witness {
  /** What `/add-checkpoint` is put behind. */
  readonly url: string;
}

const fileField = z.strictObject({
  witnesses: z
    .array(
      z.strictObject({
        vkey: z.string(),
        url: z.string().check(z.regex(/^https?:\/\/[A-Za-z0-9._:/-]{1,900}$/)),
        operator: z.string(),
      }),
    )
    .check(z.minLength(1)),
});

/**
 * Reads the file that ECRIN_WITNESSES names.
 * @throws Error with a sentence that says what is wrong with it
 */
export async function readWitnessSources(path: string): Promise<readonly WitnessSource[]> {
  try {
    const { witnesses } = parseAs(fileField, JSON.parse(await readFile(path, "utf8")), "file");
    const sources = witnesses.map(({ vkey, url, operator }, i) => {
      const { name, type, key } = parseVerifierKey(vkey, `witnesses.${i}.vkey`);
      if (type !== COSIGNATURE) throw new Error(`${name} is not a key of cosignatures`);
      return { name, key, operator, url: url.replace(/\/+$/, "") };
    });
    parseAs(
      witnessesField,
      sources.map(({ name, key, operator }) => ({ name, key, operator })),
      "witnesses",
    );
    return sources;
  } catch (cause) {
    const why =
      cause instanceof ProtocolError ? `not in its form at ${cause.field}` : String(cause);
    throw new Error(`the file of witnesses: ${why}`, { cause });
  }
}
