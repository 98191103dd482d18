import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { RunningServer } from "@ecrin/server";
import { type Command, InvalidArgumentError, Option } from "commander";
import { given, orVariable } from "./environment.ts";
import { CommandError } from "./exit.ts";
import { Invocation } from "./invocation.ts";
import type { Words } from "./words.ts";

interface ServeOptions {
  readonly port: number;
  readonly data: string;
  readonly host?: string;
}

const PORT = 4180;
const DATA = ".ecrin";
/** The built page, where `npm start` has built it. */
const PAGES = fileURLToPath(new URL("../../web/dist/", import.meta.url));

export function defineServe(program: Command, { help }: Words): void {
  program
    .command("serve")
    .description(help.serve)
    .addOption(
      orVariable(new Option("--port <number>", help.options.port), "PORT")
        .argParser(portGiven)
        .default(PORT),
    )
    .addOption(
      orVariable(new Option("--data <folder>", help.options.data), "ECRIN_DATA").default(DATA),
    )
    .option("--host <address>", help.options.host)
    .action(async (options: ServeOptions, command: Command) => {
      await serve(Invocation.of(command), options);
    });
}

function portGiven(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new InvalidArgumentError(text);
  return port;
}

async function serve(call: Invocation, options: ServeOptions): Promise<void> {
  const server = await start(call, options);
  const { url } = server;
  await call.result({ url }, [call.words.said.serving(url)]);
  await askedToStop();
  await server.stop();
  call.tell(call.words.said.stopped);
}

async function start(call: Invocation, { port, data, host }: ServeOptions): Promise<RunningServer> {
  const { startServer, traceOf } = await import("@ecrin/server"); // Only this command needs it.
  const databaseUrl = given("DATABASE_URL");
  const { said } = call.words;
  try {
    return await startServer({
      dataDir: resolve(data),
      port,
      // What happens to the database and the log is for whoever runs the server, here as with npm start.
      databaseLog: (line) => call.tell(line),
      log: ({ route, fault }) => fault && call.tell(said.requestFailed(traceOf(route, fault))),
      ...(host === undefined ? {} : { host }),
      ...(databaseUrl === undefined ? {} : { databaseUrl }),
      ...(existsSync(join(PAGES, "index.html")) ? { pages: PAGES } : {}),
    });
  } catch (cause) {
    // The server's own sentences say what to do, and name no secret.
    throw new CommandError("server-failed", cause instanceof Error ? cause.message : "", { cause });
  }
}

/** Ctrl-C is how this command ends, not how it is broken off. */
async function askedToStop(): Promise<void> {
  process.removeAllListeners("SIGINT");
  await new Promise<void>((done) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => done());
  });
}
