import { everything, WRITTEN } from "../capture/people.ts";
import { type AttackCase, holds } from "./case.ts";
import { sweep } from "./sweep.ts";

/** 16 random bytes; an upload's name has 24. A key, with 32, would be longer. */
const ID = /^(?:[A-Za-z0-9_-]{22}|[A-Za-z0-9_-]{32})$/;
const WORD = /^[a-z]+(-[a-z]+)*$|^v1$/;
/** Where something lies in a list or a tree: numbers. */
const ASKED = new Set(["from", "limit", "epoch", "before", "since", "index", "size", "to"]);
const NUMBER = /^\d{1,16}$/;
/** Hashes of the log that everybody may fetch (C2SP tlog-tiles). */
const TILE = /^\/log\/tile(\/x?\d{1,3})+(\.p\/\d{1,3})?$/;
/** What somebody has seen of another's chain, by which the server tells acquaintances (spec/http.md, Whose chain). */
const SEEN = new Set(["seen", "identity"]);
const HASH = /^[A-Za-z0-9_-]{43}$/;

export const trafficCases: readonly AttackCase[] = [
  {
    number: 25,
    title: "keys in links: whatever two people do, in addresses, headers, bodies, log and files",
    promise: "P",
    countermeasure: "nothing secret is ever put there",
    slow: true,
    mutation: [
      {
        file: "packages/client/src/seal.ts",
        find: 'const release = releaseOf(await view.secret("release", epoch), place);',
        replace:
          'await u.http.raw("GET", `/v1/server?key=${toBase64url(secret)}`, {}).catch(() => undefined); const release = releaseOf(await view.secret("release", epoch), place);',
      },
    ],
    async run(stage) {
      const before = stage.network.sent.length;
      const { held } = await everything(stage.url, stage.network.fetch);
      const urls = stage.network.sent.slice(before).map(({ url }) => new URL(url));
      for (const { pathname, searchParams, hash } of urls) {
        const isPlain =
          (TILE.test(pathname) ||
            pathname
              .slice(1)
              .split("/")
              .every((part) => WORD.test(part) || ID.test(part))) &&
          [...searchParams].every(([name, value]) =>
            SEEN.has(name) ? HASH.test(value) : ASKED.has(name) && NUMBER.test(value),
          ) &&
          hash === "";
        holds(
          isPlain,
          `an address says more than a place: ${pathname} with ${[...searchParams.keys()].join(", ")}`,
        );
      }
      const { found, canaries } = await sweep(stage, { ...WRITTEN, ...held });
      holds(found.length === 0, found.slice(0, 3).join("; "));
      return `${canaries} canaries in none of ${urls.length} requests, nor log, nor files`;
    },
  },
];
