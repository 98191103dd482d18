import { ServerError } from "./problem.ts";

/** A bucket holds `burst` requests and fills by `perSecond`. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** How often somebody may ask. */
export interface Limits {
  /** One session, whatever it asks. */
  readonly session: Rate;
  /** One connection address, whatever it asks. */
  readonly connection: Rate;
  /** One connection address, for what needs no session: signing up and in. */
  readonly signIn: Rate;
  /** One account, for attempts to sign in to it, wherever they come from. */
  readonly attempts: Rate;
}

export const DEFAULT_LIMITS: Limits = {
  session: { burst: 3000, perSecond: 200 },
  connection: { burst: 6000, perSecond: 400 },
  signIn: { burst: 60, perSecond: 0.5 },
  attempts: { burst: 30, perSecond: 0.1 },
};

const MOST_KEPT = 100_000;

/** Takes one request from the bucket of `name`. @throws ServerError `rate-limited` */
export type Limiter = (kind: keyof Limits, name: string) => void;

/** Limits in memory: a process that starts again forgets them, which costs an attacker nothing and gains little. */
export function createLimiter(limits: Limits, now: () => number): Limiter {
  const buckets = new Map<string, { left: number; at: number }>();
  return (kind, name) => {
    const { burst, perSecond } = limits[kind];
    if (burst === Number.POSITIVE_INFINITY) return;
    const at = now();
    const key = `${kind} ${name}`;
    const bucket = buckets.get(key) ?? { left: burst, at };
    const left = Math.min(burst, bucket.left + (Math.max(0, at - bucket.at) / 1000) * perSecond);
    if (left < 1) throw new ServerError("rate-limited");
    // Last used last: what is dropped first has long been full again.
    buckets.delete(key);
    buckets.set(key, { left: left - 1, at });
    if (buckets.size > MOST_KEPT) {
      const [oldest] = buckets.keys();
      if (oldest !== undefined) buckets.delete(oldest);
    }
  };
}

const NONE: Rate = { burst: Number.POSITIVE_INFINITY, perSecond: 0 };

/** For measuring. */
export const NO_LIMITS: Limits = { session: NONE, connection: NONE, signIn: NONE, attempts: NONE };
