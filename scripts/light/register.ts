// Loaded before a test (`--import`): passwords are stretched next to nothing. Argon2id at the suite's
// cost is half a second of a processor at each sign-up and sign-in, and most of what the tests took.
//
// Only the stretching itself is another: parameters travel, are kept and are refused below the floor
// as ever. Nothing of the product knows of this folder; what must hold at the real cost (crypto, the
// data of earlier versions, the journey in the browser) runs without it: see steps.ts.

import { registerHooks } from "node:module";

const OPAQUE = new URL("./opaque.ts", import.meta.url).href;
const ARGON2 = new URL("./argon2.ts", import.meta.url).href;

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === "@serenity-kit/opaque" && context.parentURL !== OPAQUE) {
      return { url: OPAQUE, shortCircuit: true };
    }
    if (specifier === "#argon2") return { url: ARGON2, shortCircuit: true };
    return next(specifier, context);
  },
});
