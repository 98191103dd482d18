import { spawn } from "node:child_process";
import { resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { readAnchorSources } from "./anchor-sources.ts";
import { given, originOf, switchOf } from "./environment.ts";
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

/** A certificate and its key: both are named, or neither. */
function pairOf(certificate: string, key: string): TlsFiles | undefined {
  const [first, second] = [given(certificate), given(key)];
  if ((first === undefined) !== (second === undefined)) giveUp(words.halfOfPair(certificate, key));
  if (first === undefined || second === undefined) return undefined;
  return { certificate: resolve(first), key: resolve(second) };
}

/** TLS as it is asked for: of the given files, or of an authority made here. */
function tlsOf(): "local" | TlsFiles | undefined {
  const files = pairOf("ECRIN_TLS_CERTIFICATE", "ECRIN_TLS_KEY");
  return files ?? (process.argv.includes("--tls") ? "local" : undefined);
}

/** The address from outside: with a path, or one that is none, no proof of a session would ever fit. */
function originGiven(): string | undefined {
  const text = given("ECRIN_ORIGIN");
  return text === undefined ? undefined : (originOf(text) ?? giveUp(words.badOrigin));
}

/** Whether a proxy names who asks. Another word than yes or no is not taken for either. */
function isForwarded(): boolean {
  const text = given("ECRIN_FORWARDED");
  return text !== undefined && (switchOf(text) ?? giveUp(words.badForwarded));
}

const KNOWN: readonly string[] = ["--demo", "--tls"];
const unknown = process.argv.slice(2).find((argument) => !KNOWN.includes(argument));
if (unknown !== undefined) giveUp(words.badArgument(unknown));
const port = portFrom(env.PORT);
const dataDir = resolve(given("ECRIN_DATA") ?? ".ecrin");
const tls = tlsOf();
const reportCertificate = pairOf("ECRIN_REPORT_CERTIFICATE", "ECRIN_REPORT_KEY");
const origin = originGiven();
const forwarded = isForwarded();
const pages = await buildPage(() => say(words.building));
if (pages === undefined) say(words.notBuilt);
try {
  const anchors = given("ECRIN_ANCHORS");
  const witnesses = given("ECRIN_WITNESSES");
  const host = given("HOST");
  const databaseUrl = given("DATABASE_URL");
  const server = await startServer({
    dataDir,
    port,
    databaseLog: say,
    log: ({ route, fault }) => fault && say(words.failed(route, fault)),
    ...(pages === undefined ? {} : { pages }),
    ...(host === undefined ? {} : { host }),
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    ...(origin === undefined ? {} : { origin }),
    ...(anchors === undefined ? {} : { anchors: await readAnchorSources(resolve(anchors)) }),
    ...(witnesses === undefined ? {} : { witnesses: await readWitnessSources(resolve(witnesses)) }),
    ...(reportCertificate === undefined ? {} : { reportCertificate }),
    ...(forwarded ? { forwarded } : {}),
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
