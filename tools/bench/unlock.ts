// Signing in and unlocking, from the password to an account ready to use: local store, OPAQUE,
// proof of the device, slot, keyring, chain.
//
// The baseline is one Argon2id of the very implementation that OPAQUE stretches the password with:
// the same step of the same module with the suite's parameters, less that step with parameters that
// cost nothing.

import { client, server as opaqueServer, ready } from "@serenity-kit/opaque";
import { again, newPerson, startBenchServer } from "./ground.ts";
import { type Group, median, ms, quantile, time } from "./measure.ts";

const SUITE = { memory: 65_536, iterations: 3, parallelism: 4 };
const NOTHING = { memory: 64, iterations: 1, parallelism: 1 };

/** One step of a sign-in with these parameters, ready to be done again and again. */
function loginStep(parameters: typeof SUITE): () => void {
  const password = "correct horse";
  const keyStretching = { "argon2id-custom": parameters };
  const serverSetup = opaqueServer.createSetup();
  const registration = client.startRegistration({ password });
  const { registrationResponse } = opaqueServer.createRegistrationResponse({
    serverSetup,
    userIdentifier: "a",
    registrationRequest: registration.registrationRequest,
  });
  const { registrationRecord } = client.finishRegistration({
    password,
    registrationResponse,
    clientRegistrationState: registration.clientRegistrationState,
    keyStretching,
  });
  const { clientLoginState, startLoginRequest } = client.startLogin({ password });
  const { loginResponse } = opaqueServer.startLogin({
    serverSetup,
    userIdentifier: "a",
    registrationRecord,
    startLoginRequest,
  });
  return () => {
    if (
      client.finishLogin({ password, clientLoginState, loginResponse, keyStretching }) === undefined
    )
      throw new RangeError("no sign-in");
  };
}

export const unlockBench: Group = {
  lines: [
    {
      name: "unlock.vs_argon2",
      what: "whole sign-in and unlock over the bare Argon2id",
      bar: { most: 1.4 },
    },
  ],
  async *measure(_, size) {
    await ready;
    const rounds = size === "whole" ? 15 : 1;
    const server = await startBenchServer();
    try {
      const person = await newPerson(server.url, "Alice Martin");
      await person.account.lock();
      const [dear, cheap] = [loginStep(SUITE), loginStep(NOTHING)];
      const [whole, argon2]: [number[], number[]] = [[], []];
      for (let round = -1; round < rounds; round++) {
        const ours = await time(() => again(server.url, person));
        const bare = (await time(dear)) - (await time(cheap));
        if (round < 0) continue;
        whole.push(ours);
        argon2.push(bare);
      }
      const value = median(whole) / median(argon2);
      const ratios = whole.map((each, i) => each / (argon2[i] ?? Number.NaN));
      const noise = (quantile(ratios, 0.75) - quantile(ratios, 0.25)) / 2 / value;
      yield { name: "unlock.vs_argon2", value, noise, note: `${ms(whole)} over ${ms(argon2)}` };
    } finally {
      await server.stop();
    }
  },
};
