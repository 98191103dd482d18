import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { parseNote } from "@ecrin/protocol";
import { VERSION } from "./about-server.ts";
import { type AnchorSources, NO_SOURCES } from "./anchor-sources.ts";
import { type AnchorPace, startAnchors } from "./anchors.ts";
import { type AppOptions, createApp, type LogLine } from "./app.ts";
import { openBlobs } from "./blobs.ts";
import type { Ground } from "./call.ts";
import { createAccountChains } from "./chains.ts";
import { type DatabaseTarget, openPool, parseDatabaseUrl, type Sql } from "./database.ts";
import { type Door, doorOf } from "./door.ts";
import { systemCodeOf } from "./fault.ts";
import { handlers } from "./handlers.ts";
import { createJournal } from "./journal.ts";
import { type Keys, openKeys } from "./keys.ts";
import { createLimiter, DEFAULT_LIMITS, type Limits } from "./limits.ts";
import { listen } from "./listen.ts";
import { createLive, LIVE_PACE, type LivePace } from "./live.ts";
import { createLog, type LogRefused, type Signed } from "./log.ts";
import { openLogKeys } from "./log-keys.ts";
import { migrate } from "./migrations.ts";
import { refuseNeighbours } from "./neighbours.ts";
import { createNonces } from "./nonce.ts";
import { openPages } from "./pages.ts";
import type { Patience } from "./patience.ts";
import { createPlaces } from "./places.ts";
import { startPostgres } from "./postgres.ts";
import { asServerError } from "./problem.ts";
import { DEFAULT_QUOTAS, type Quotas } from "./quotas.ts";
import { createReleaseKeys } from "./release.ts";
import { openReportSigner, type ReportCertificate } from "./report-signer.ts";
import { noteConfiguration, noteRefusals } from "./security-log.ts";
import { DEFAULT_PACE, type Pace, startSequencing } from "./sequencing.ts";
import type { Signer } from "./signer.ts";
import { createSpaceChains } from "./space-chains.ts";
import { startSweeping } from "./sweep.ts";
import { type LocalAuthority, openTls, type Tls, type TlsFiles } from "./tls.ts";
import { createUploads } from "./uploads.ts";
import type { WitnessSource } from "./witness-sources.ts";
import { startWitnessing, type WitnessAlarm, type WitnessPace } from "./witnessing.ts";

export interface ServerOptions {
  /** Keys, blobs and the embedded database; made if it is not there. */
  readonly dataDir: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Where to listen; this machine only, unless told otherwise. With TLS everywhere. */
  readonly host?: string;
  /** Another PostgreSQL; absent: the embedded one. */
  readonly databaseUrl?: string;
  /** Whether others may be at work in that PostgreSQL, which then asks for no password; for tests. */
  readonly neighbours?: boolean;
  /** The folder of the built page, if there is one to serve. */
  readonly pages?: string;
  /** The address it is reached at from outside, such as `https://ecrin.example`. */
  readonly origin?: string;
  /** TLS of its own, from files or from an authority made here; absent: plain HTTP. */
  readonly tls?: "local" | TlsFiles;
  /** Behind a proxy that sets `X-Forwarded-For`. */
  readonly forwarded?: boolean;
  /** Milliseconds since 1970-01-01 UTC; for tests. */
  readonly now?: () => number;
  readonly limits?: Limits;
  readonly quotas?: Quotas;
  /** Where checkpoints are anchored; absent: nowhere. */
  readonly anchors?: AnchorSources;
  /** How often sources are asked; for tests. */
  readonly anchorPace?: AnchorPace;
  /** Who cosigns checkpoints; absent: nobody. */
  readonly witnesses?: readonly WitnessSource[];
  /** How often witnesses are asked; for tests. */
  readonly witnessPace?: WitnessPace;
  /** How often watched journals are looked at; for tests. */
  readonly live?: LivePace;
  /** The certificate of reports; absent: one that is made here. */
  readonly reportCertificate?: ReportCertificate;
  /** Milliseconds from one sweep of what has expired to the next; for tests. */
  readonly sweepEvery?: number;
  /** How long connections and bodies are waited for; for tests. */
  readonly patience?: Patience;
  /** How often the log is signed; for tests. */
  readonly pace?: Pace;
  /** Told of each checkpoint that is signed here. */
  readonly signed?: (checkpoint: Signed, closes: boolean) => void;
  readonly log?: (line: LogLine) => void;
  /** Told what happens to the embedded database. */
  readonly databaseLog?: (line: string) => void;
}

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  /** Who vouches for it on the line, where that was made here. */
  readonly authority?: LocalAuthority;
  /** Answers what has been asked, then ends. May be called twice. */
  stop(): Promise<void>;
}

const CONNECTIONS = 12;

/**
 * Starts everything: keys, database, migrations, journal, HTTP.
 * @throws Error with a sentence that says what to do
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  await mkdir(options.dataDir, { recursive: true, mode: 0o700 });
  const keys = await openKeys(join(options.dataDir, "keys"));
  const database = await reachDatabase(options);
  const closing: (() => Promise<void> | void)[] = [database.stop];
  try {
    await prepareDatabase(database.target, keys, options.neighbours ?? false);
    const target = { ...database.target, user: "ecrin_app", password: keys.databasePassword };
    const [sql, line] = [openPool(target, CONNECTIONS), openPool(target, 1)];
    closing.unshift(() => endAll(sql, line));
    const ground = await layGround(options, { sql, line }, keys);
    // Before anything is asked: a database that lost what was signed for is not written to.
    await ground.log.check();
    const sequencing = await startSequencing({ ...ground, ...sequencingOf(options, ground) });
    closing.unshift(sequencing.stop);
    const anchors = startAnchors({ ...ground, ...anchoringOf(options, ground) });
    closing.unshift(anchors.stop);
    const witnessing = startWitnessing({ ...ground, ...witnessingOf(options) });
    closing.unshift(witnessing.stop);
    const sweeping = startSweeping(ground, options.sweepEvery);
    closing.unshift(sweeping.stop);
    const refusals = noteRefusals(sql, ground.now);
    closing.unshift(refusals.stop);
    await noteConfiguration(sql, ground.now(), settingsOf(options));
    const tls = await tlsOf(options, ground.now);
    const listening = await listen({
      app: await appOf(options, ground, refusals.refused, tls),
      port: options.port,
      host: options.host ?? (tls === undefined ? "127.0.0.1" : undefined),
      tls,
      ...(options.patience === undefined ? {} : { patience: options.patience }),
    });
    closing.unshift(() => {
      // A stream ends by itself never: it would keep whoever waits for its connection.
      const closed = listening.close();
      ground.live.stop();
      return closed;
    });
    const { port } = listening;
    let stopped: Promise<void> | undefined;
    return {
      url: `${tls === undefined ? "http" : "https"}://localhost:${port}`,
      port,
      ...(tls?.authority === undefined ? {} : { authority: tls.authority }),
      stop: () => (stopped ??= inOrder(closing)),
    };
  } catch (error) {
    await inOrder(closing);
    throw error;
  }
}

async function layGround(
  {
    dataDir,
    now = Date.now,
    limits,
    quotas = DEFAULT_QUOTAS,
    anchors = NO_SOURCES,
    witnesses = [],
    live = LIVE_PACE,
    reportCertificate,
  }: ServerOptions,
  { sql, line }: { readonly sql: Sql; readonly line: Sql },
  keys: Keys,
): Promise<Ground & { readonly door: Door }> {
  const folder = join(dataDir, "keys");
  const journalOf = (signer: Signer) => createJournal({ sql, line, signer, tags: keys.tags, now });
  const logKeys = await openLogKeys({ sql, keys, folder, now, journalOf });
  const { id, from, signer } = logKeys;
  const door = doorOf(journalOf(signer));
  return {
    sql,
    keys,
    door,
    journal: door.journal,
    live: createLive(sql, live),
    log: createLog({ id, from, sql, signer, tags: keys.tags, folder, now }),
    logKeys,
    sources: anchors,
    witnesses: witnesses.map(({ name, key, operator }) => ({ name, key, operator })),
    report: await openReportSigner(folder, reportCertificate),
    chains: createAccountChains(),
    spaces: createSpaceChains(),
    releases: createReleaseKeys(keys.release),
    places: createPlaces(sql),
    blobs: await openBlobs(join(dataDir, "blobs")),
    limit: createLimiter(limits ?? DEFAULT_LIMITS, now),
    quotas,
    nonces: createNonces(keys.nonce),
    now,
  };
}

function anchoringOf({ anchorPace, now = Date.now }: ServerOptions, { log }: Ground) {
  return {
    now,
    newest: async () => {
      const latest = await log.latest();
      return latest && { size: latest.size, text: parseNote(latest.note).text, note: latest.note };
    },
    anchored: (size: number) => log.anchored(size),
    ...(anchorPace === undefined ? {} : { pace: anchorPace }),
  };
}

function witnessingOf({ witnesses = [], witnessPace, databaseLog }: ServerOptions) {
  return {
    asked: witnesses,
    alarm: (witness: string, alarm: WitnessAlarm) =>
      databaseLog?.(
        alarm === "ahead"
          ? `the witness ${witness} has seen more entries than there are here (spec/witness.md, Alarms)`
          : `the witness ${witness} has seen another log than this one (spec/witness.md, Alarms)`,
      ),
    ...(witnessPace === undefined ? {} : { pace: witnessPace }),
  };
}

function sequencingOf(
  { pace = DEFAULT_PACE, now = Date.now, databaseLog, signed }: ServerOptions,
  { log, keys, door }: Ground & { readonly door: Door },
) {
  return {
    id: log.id,
    tags: keys.tags,
    now,
    pace,
    ...(signed === undefined ? {} : { signed }),
    refused(error: LogRefused | undefined) {
      if (error === undefined) door.open();
      else door.shut();
      if (error !== undefined) databaseLog?.(error.message);
    },
    failed(error: unknown) {
      databaseLog?.(
        error === undefined
          ? "the log is signed again"
          : `the log cannot be signed (${reasonOf(error)}): the next try is in a second`,
      );
    },
  };
}

/** Why, in a code of ours and one of the system's: a message may repeat what was asked. */
function reasonOf(error: unknown): string {
  const { code } = asServerError(error);
  const system = systemCodeOf(error);
  return system === undefined ? code : `${code}, ${system}`;
}

interface Database {
  readonly target: DatabaseTarget;
  readonly stop: () => Promise<void>;
}

async function reachDatabase({
  dataDir,
  databaseUrl,
  databaseLog,
}: ServerOptions): Promise<Database> {
  if (databaseUrl !== undefined) {
    return { target: parseDatabaseUrl(databaseUrl), stop: () => Promise.resolve() };
  }
  const running = await startPostgres({
    dataDir: join(dataDir, "postgres"),
    ...(databaseLog === undefined ? {} : { log: databaseLog }),
  });
  return { target: running.connection, stop: () => running.stop() };
}

async function prepareDatabase(
  target: DatabaseTarget,
  keys: Keys,
  neighbours: boolean,
): Promise<void> {
  const admin = openPool(target, 2);
  try {
    if (!neighbours) await refuseNeighbours(admin);
    await migrate(admin, keys.databasePassword);
    await admin`insert into ground (log_key) values (${keys.logKey}) on conflict do nothing`;
  } finally {
    await admin.end({ timeout: 5 });
  }
}

async function tlsOf({ tls, dataDir }: ServerOptions, now: () => number): Promise<Tls | undefined> {
  if (tls === undefined) return undefined;
  return await openTls(dataDir, tls === "local" ? undefined : tls, now);
}

/** What of the settings is no secret. */
function settingsOf(options: ServerOptions): string {
  const {
    origin,
    forwarded,
    host,
    databaseUrl,
    tls,
    anchors = NO_SOURCES,
    reportCertificate,
  } = options;
  const { authorities, calendars } = anchors;
  return [
    `version ${VERSION}`,
    `origin ${origin ?? "none"}`,
    `host ${host ?? "127.0.0.1"}`,
    `database ${databaseUrl === undefined ? "embedded" : "given"}`,
    ...(forwarded === true ? ["forwarded"] : []),
    ...(tls === undefined ? [] : [`tls ${tls === "local" ? "local" : "given"}`]),
    `authorities ${authorities.length}`,
    `calendars ${calendars.length}`,
    `report ${reportCertificate === undefined ? "self-signed" : "certificate given"}`,
  ].join(", ");
}

async function appOf(
  options: ServerOptions,
  ground: Ground & { readonly door: Door },
  refused: NonNullable<AppOptions["refused"]>,
  tls: Tls | undefined,
): Promise<ReturnType<typeof createApp>> {
  const pages = options.pages === undefined ? undefined : await openPages(options.pages);
  return createApp({
    ground,
    handlers,
    upload: createUploads(),
    refused,
    isShut: ground.door.isShut,
    ...(pages === undefined ? {} : { pages }),
    ...(options.origin === undefined ? {} : { origin: options.origin }),
    ...(tls === undefined ? {} : { hstsSeconds: tls.hstsSeconds }),
    ...(tls?.authority === undefined ? {} : { authority: tls.authority.certificate }),
    ...(options.forwarded === undefined ? {} : { forwarded: options.forwarded }),
    ...(options.patience === undefined ? {} : { patience: options.patience }),
    ...(options.log === undefined ? {} : { log: options.log }),
  });
}

async function inOrder(steps: readonly (() => Promise<void> | void)[]): Promise<void> {
  for (const step of steps) await step();
}

async function endAll(...pools: readonly Sql[]): Promise<void> {
  await Promise.all(pools.map((pool) => pool.end({ timeout: 5 })));
}
