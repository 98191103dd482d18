import { refuseUntil } from "./problem.ts";

/** A bucket holds `burst` requests and fills by `perSecond`. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** How often somebody may ask (spec/http.md, Limits). */
export interface Limits {
  /** One session, whatever it asks. */
  readonly session: Rate;
  /** One network, whatever it asks. */
  readonly connection: Rate;
  /** One network, for signing up, and for signing in where neither device nor kit was shown first. */
  readonly signIn: Rate;
  /** One account from one network, where neither device nor kit was shown first. */
  readonly stranger: Rate;
  /** One account from all networks together, where neither device nor kit was shown first. */
  readonly strangers: Rate;
  /** One enrolled device that has shown its key. */
  readonly device: Rate;
  /** One account whose kit was shown. */
  readonly kit: Rate;
  /** One account, for showing a second factor. */
  readonly factor: Rate;
  /** One new device, asking whether it is let in. */
  readonly approval: Rate;
  /** One account, looking for a new device by its number. */
  readonly approving: Rate;
  /** One account in one space that it is no member of any more, for telling what it had read. */
  readonly declared: Rate;
  /** One account, for taking a journal along: each copy has a report that is set page by page. */
  readonly export: Rate;
}

export const DEFAULT_LIMITS: Limits = {
  session: { burst: 3000, perSecond: 200 },
  connection: { burst: 6000, perSecond: 400 },
  signIn: { burst: 60, perSecond: 0.5 },
  stranger: { burst: 30, perSecond: 1 / 60 },
  strangers: { burst: 120, perSecond: 1 / 30 },
  device: { burst: 30, perSecond: 0.1 },
  kit: { burst: 30, perSecond: 0.1 },
  factor: { burst: 10, perSecond: 1 / 60 },
  approval: { burst: 60, perSecond: 1 },
  approving: { burst: 60, perSecond: 0.5 },
  declared: { burst: 10, perSecond: 1 / 21_600 },
  export: { burst: 20, perSecond: 1 / 60 },
};

/** Of each kind: whoever makes many names of one drops no bucket of another. */
const MOST_KEPT = 100_000;

/** A bucket that was said to hold one by now holds one, whatever fractions add up to. */
const ONE = 1 - 1e-9;

/** Takes one request from the bucket of `name`. @throws ServerError `rate-limited` */
export type Limiter = (kind: keyof Limits, name: string) => void;

/** Limits in memory: a process that starts again forgets them, which costs an attacker nothing and gains little. */
export function createLimiter(limits: Limits, now: () => number): Limiter {
  const kinds = new Map<keyof Limits, Map<string, { left: number; at: number }>>();
  return (kind, name) => {
    const { burst, perSecond } = limits[kind];
    if (burst === Number.POSITIVE_INFINITY) return;
    const at = now();
    const buckets = kinds.get(kind) ?? new Map<string, { left: number; at: number }>();
    kinds.set(kind, buckets);
    const bucket = buckets.get(name) ?? { left: burst, at };
    // A clock that was set back fills on from now, or whoever asks waits until it is where it was.
    if (bucket.at > at) bucket.at = at;
    const left = Math.min(burst, bucket.left + ((at - bucket.at) / 1000) * perSecond);
    if (left < ONE) refuseUntil(at + (1000 * (1 - left)) / perSecond, at);
    // Last used last: what is dropped first has long been full again.
    buckets.delete(name);
    buckets.set(name, { left: left - 1, at });
    if (buckets.size > MOST_KEPT) {
      const [oldest] = buckets.keys();
      if (oldest !== undefined) buckets.delete(oldest);
    }
  };
}

const NONE: Rate = { burst: Number.POSITIVE_INFINITY, perSecond: 0 };

/** For measuring. */
export const NO_LIMITS: Limits = {
  session: NONE,
  connection: NONE,
  signIn: NONE,
  stranger: NONE,
  strangers: NONE,
  device: NONE,
  kit: NONE,
  factor: NONE,
  approval: NONE,
  approving: NONE,
  declared: NONE,
  export: NONE,
};
