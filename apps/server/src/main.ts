import { spawn } from "node:child_process";
import { resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { readAnchorSources } from "./anchor-sources.ts";
import { buildPage } from "./page-build.ts";
import { type RunningServer, startServer } from "./server.ts";
import type { TlsFiles } from "./tls.ts";
import { readWitnessSources } from "./witness-sources.ts";
import { wordsFor } from "./words.ts";

// npm start. PORT, HOST, ECRIN_DATA, DATABASE_URL, ECRIN_ORIGIN, ECRIN_FORWARDED, ECRIN_TLS_…, ECRIN_ANCHORS, ECRIN_WITNESSES and ECRIN_REPORT_… are described in README.

const { env } = process;
const words = wordsFor(env);

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function giveUp(text: string): never {
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

function portFrom(text: string | undefined): number {
  const port = Number(text ?? "4180");
  const good = Number.isInteger(port) && port >= 0 && port <= 65_535 && text !== "";
  return good ? port : giveUp(words.badPort);
}

function reasonOf(error: unknown): string {
  return error instanceof Error && error.message !== "" ? error.message : String(error);
}

/** Answers what has been asked and ends; a second signal ends at once. */
function stopOnSignals(server: RunningServer): void {
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) process.exit(130);
    stopping = true;
    say(words.stopping);
    await server.stop();
    say(words.stopped);
    process.exit(0);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => void stop().catch((error) => giveUp(reasonOf(error))));
  }
}

/** Lets the command line make the two people of the demonstration: a server has no way to act as anybody. */
function makeDemo({ url, authority }: RunningServer, home: string): void {
  const commandLine = fileURLToPath(new URL("../../cli/src/main.ts", import.meta.url));
  const args = ["--disable-warning=ExperimentalWarning", commandLine];
  spawn(process.execPath, [...args, "demo", "--server", url, "--home", home], {
    stdio: ["ignore", "inherit", "inherit"],
    env: authority === undefined ? env : { ...env, NODE_EXTRA_CA_CERTS: authority.file },
  });
}

/** TLS as it is asked for: of the given files, or of an authority made here. */
function tlsOf(): "local" | TlsFiles | undefined {
  const [certificate, key] = [env.ECRIN_TLS_CERTIFICATE, env.ECRIN_TLS_KEY];
  if ((certificate === undefined) !== (key === undefined)) giveUp(words.halfOfTls);
  if (certificate !== undefined && key !== undefined)
    return { certificate: resolve(certificate), key: resolve(key) };
  return process.argv.includes("--tls") ? "local" : undefined;
}

const KNOWN: readonly string[] = ["--demo", "--tls"];
const unknown = process.argv.slice(2).find((argument) => !KNOWN.includes(argument));
if (unknown !== undefined) giveUp(words.badArgument(unknown));
const port = portFrom(env.PORT);
const dataDir = resolve(env.ECRIN_DATA ?? ".ecrin");
const tls = tlsOf();
const pages = await buildPage(() => say(words.building));
if (pages === undefined) say(words.notBuilt);
try {
  const anchors = env.ECRIN_ANCHORS;
  const witnesses = env.ECRIN_WITNESSES;
  const [certificate, key] = [env.ECRIN_REPORT_CERTIFICATE, env.ECRIN_REPORT_KEY];
  const server = await startServer({
    dataDir,
    port,
    databaseLog: say,
    ...(pages === undefined ? {} : { pages }),
    ...(env.HOST === undefined ? {} : { host: env.HOST }),
    ...(env.DATABASE_URL === undefined ? {} : { databaseUrl: env.DATABASE_URL }),
    ...(env.ECRIN_ORIGIN === undefined ? {} : { origin: env.ECRIN_ORIGIN }),
    ...(anchors === undefined ? {} : { anchors: await readAnchorSources(resolve(anchors)) }),
    ...(witnesses === undefined ? {} : { witnesses: await readWitnessSources(resolve(witnesses)) }),
    ...(certificate === undefined || key === undefined
      ? {}
      : { reportCertificate: { certificate, key } }),
    ...(env.ECRIN_FORWARDED === undefined ? {} : { forwarded: true }),
    ...(tls === undefined ? {} : { tls }),
  });
  stopOnSignals(server);
  say(words.ready(server.url, dataDir, pages !== undefined));
  if (server.authority !== undefined) say(words.onYourPhone(server.authority, server.port));
  if (process.argv.includes("--demo")) makeDemo(server, dataDir);
} catch (error) {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  giveUp(code === "EADDRINUSE" ? words.portTaken(port) : words.cannotStart(reasonOf(error)));
}
