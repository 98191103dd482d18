import { client as whole } from "@serenity-kit/opaque";

export { ready, server } from "@serenity-kit/opaque";

const keyStretching = {
  "argon2id-custom": { memory: 8, iterations: 1, parallelism: 1 },
} as const;

/** The module's client, whose passwords are stretched next to nothing. */
export const client: typeof whole = {
  ...whole,
  finishLogin: (answer) => whole.finishLogin({ ...answer, keyStretching }),
  finishRegistration: (answer) => whole.finishRegistration({ ...answer, keyStretching }),
};
