import type {
  AccountId,
  DeviceId,
  Hash,
  RouteAnswer,
  RouteName,
  Routes,
  Witness,
} from "@ecrin/protocol";
import type * as z from "zod/mini";
import type { AnchorSources } from "./anchor-sources.ts";
import type { Blobs } from "./blobs.ts";
import type { AccountChains } from "./chains.ts";
import type { Sql } from "./database.ts";
import type { Journal } from "./journal.ts";
import type { Keys } from "./keys.ts";
import type { Limiter } from "./limits.ts";
import type { Live } from "./live.ts";
import type { Log } from "./log.ts";
import type { LogKeyring } from "./log-keys.ts";
import type { Nonces } from "./nonce.ts";
import type { Places } from "./places.ts";
import type { Quotas } from "./quotas.ts";
import type { ReleaseKeys } from "./release.ts";
import type { ReportSigner } from "./report-signer.ts";
import type { SpaceChains } from "./space-chains.ts";

/** What every request stands on; one for the life of the process. */
export interface Ground {
  readonly sql: Sql;
  readonly journal: Journal;
  readonly log: Log;
  readonly logKeys: LogKeyring;
  /** Tells who watches that a journal grew. */
  readonly live: Live;
  /** Where checkpoints are anchored. */
  readonly sources: AnchorSources;
  /** Whose cosignatures count. */
  readonly witnesses: readonly Witness[];
  /** The operator's signature under reports. */
  readonly report: ReportSigner;
  readonly keys: Keys;
  readonly chains: AccountChains;
  readonly spaces: SpaceChains;
  readonly releases: ReleaseKeys;
  readonly places: Places;
  readonly blobs: Blobs;
  readonly limit: Limiter;
  readonly quotas: Quotas;
  readonly nonces: Nonces;
  /** Milliseconds since 1970-01-01 UTC. Tests inject it. */
  readonly now: () => number;
}

/** Who speaks, as the token and its proof show. */
export interface Session {
  readonly account: AccountId;
  /** Absent until a device signed in by the kit has been enrolled. */
  readonly device?: DeviceId;
  /** Random, 22 characters. */
  readonly session: string;
  /** RFC 7638 thumbprint of the session's key. */
  readonly key: Hash;
  readonly issued: number;
  readonly expires: number;
}

type Output<Schema> = Schema extends z.ZodMiniType ? z.output<Schema> : undefined;
type Part<Name extends RouteName, Key extends string> = Routes[Name] extends {
  readonly [K in Key]: infer Schema;
}
  ? Output<Schema>
  : undefined;

type PathOf<Name extends RouteName> = Routes[Name]["path"];
type ParameterNames<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | ParameterNames<Rest>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never;
type Parameters = typeof import("@ecrin/protocol").pathParameters;

/** One request, its input already in the form the table gives. */
export interface Call<Name extends RouteName> extends Ground {
  readonly session: Routes[Name]["session"] extends true ? Session : undefined;
  readonly params: {
    readonly [Key in ParameterNames<PathOf<Name>> & keyof Parameters]: Output<Parameters[Key]>;
  };
  readonly query: Part<Name, "query">;
  readonly body: Part<Name, "body">;
  /** Where it comes from, as `networkOf` names it. */
  readonly network: string;
  readonly request: Request;
  /** Scheme, host and port under which the server is reached. */
  readonly origin: string;
  readonly broke: Broke;
}

/**
 * Told by an answer in pieces that cannot go on: the log says so, and the connection is cut, or what
 * came so far would look whole.
 */
export type Broke = (error: unknown) => void;

/** Answers one route: the table's answer, or a response of its own where that is bytes. */
export type Handler<Name extends RouteName> = (
  call: Call<Name>,
) => Promise<undefined extends RouteAnswer<Name> ? Response : RouteAnswer<Name>>;

/** Handlers by the names of their routes. */
export type Handlers<Names extends RouteName> = { readonly [Name in Names]: Handler<Name> };

/** Who an entry says has acted. */
export function actorOf({ account, device }: Session): { account: AccountId; device?: DeviceId } {
  return device === undefined ? { account } : { account, device };
}
