import { operate as command } from "../src/operator-commands.ts";

/** What `npm run log` said, and the code it ended with. */
export interface Said {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Does what `npm run log -- …` does, in this process, for a data folder and, where it is named, a
 * database. That the process passes it on is a test's own (`operator.test.ts`).
 */
export async function operate(
  env: { readonly ECRIN_DATA: string; readonly DATABASE_URL?: string },
  ...args: readonly string[]
): Promise<Said> {
  const said = { stdout: "", stderr: "" };
  const out = (name: keyof typeof said) => ({
    write(text: string) {
      said[name] += text;
    },
  });
  const status = await command(args, { env, stdout: out("stdout"), stderr: out("stderr") });
  return { status, ...said };
}
