import { SUITE } from "@ecrin/protocol";
import type { Handlers } from "./call.ts";
import { PARAMETERS } from "./opaque.ts";

/** The version a client reads; it moves with package.json. */
export const VERSION = "0.5.0";

/** What the server says of itself to anybody. */
export const aboutHandlers: Handlers<"server"> = {
  server: ({ keys, logKeys, now }) =>
    Promise.resolve({
      suite: SUITE,
      version: VERSION,
      time: now(),
      logKey: logKeys.signer.key,
      releaseKey: keys.release.key,
      addressKey: keys.address.key,
      signIn: PARAMETERS,
    }),
};
