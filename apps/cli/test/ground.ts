import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NO_LIMITS, type RunningServer, type ServerOptions, startServer } from "@ecrin/server";
import { type Call, json } from "./command.ts";

/** A server, and a folder for the people who use it. */
export interface Ground {
  readonly folder: string;
  readonly server: RunningServer;
  end(): Promise<void>;
}

export async function startGround(options: Partial<ServerOptions> = {}): Promise<Ground> {
  const folder = await mkdtemp(join(tmpdir(), "ecrin-cli-"));
  const server = await startServer({
    dataDir: join(folder, "server"),
    port: 0,
    limits: NO_LIMITS,
    ...options,
  });
  return {
    folder,
    server,
    async end() {
      await server.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Somebody who signs up with the real command; the kit lies in the ground's folder. */
export async function signUp(
  { folder, server }: Ground,
  name: string,
  password: string,
  kit: string,
  more: Pick<Call, "alone"> = {},
): Promise<Call & { readonly account: string }> {
  const first = name.toLowerCase().replaceAll(" ", "-");
  const call = { home: join(folder, first), secrets: [password], ...more };
  const { account } = await json<{ account: string }>(
    { ...call, server: server.url },
    ...["sign-up", "--address", `${first}@exemple.fr`, "--name", name],
    ...["--kit-file", join(folder, kit)],
  );
  return { ...call, account };
}

/** A patient and a doctor who have signed up, on a ground of their own. */
export interface Pair {
  readonly ground: Ground;
  readonly camille: Call & { readonly account: string };
  readonly roche: Call & { readonly account: string };
}

export async function startPair(
  kit = "camille.txt",
  more: Pick<Call, "alone"> = {},
): Promise<Pair> {
  const ground = await startGround();
  const [camille, roche] = await Promise.all([
    signUp(ground, "Camille Moreau", "chaise-fleuve-orange", kit, more),
    signUp(ground, "Dr Roche", "lampe-renard-violet", "roche.txt", more),
  ]);
  return { ground, camille, roche };
}

export interface Listed {
  items: { item: string; revision: string; title: string; type: string; revisions: number }[];
}

export interface Journal {
  entries: {
    kind: string;
    check: string;
    actor: { account?: string };
    about: { declared?: boolean };
  }[];
}
