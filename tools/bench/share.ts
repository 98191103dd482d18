// Sharing 500 documents, the whole call: device, network, server, database.
//
// The baseline is what its name says: 500 bare wraps of a 32-byte key (HKDF-SHA256 for a subkey,
// AES-256-GCM) and one bare HPKE seal.

import { createCipheriv, hkdfSync, randomBytes } from "node:crypto";
import { memoryStore, signUp } from "@ecrin/client";
import { newId } from "@ecrin/protocol";
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_MLKEM768_X25519 } from "hpke";
import { fill, meet, newPerson, startBenchServer } from "./ground.ts";
import { type Group, inTurn, ms, timeRatio } from "./measure.ts";

const suite = new CipherSuite(KEM_MLKEM768_X25519, KDF_HKDF_SHA256, AEAD_AES_256_GCM);
const KEY = randomBytes(32);
const NONCE = new Uint8Array(12);
const TOMORROW = 24 * 3_600_000;

function bareWrap(info: string): void {
  const subkey = Buffer.from(hkdfSync("sha256", KEY, randomBytes(32), info, 32));
  const cipher = createCipheriv("aes-256-gcm", subkey, NONCE);
  cipher.setAAD(NONCE);
  cipher.update(KEY);
  cipher.final();
}

export const shareBench: Group = {
  lines: [
    {
      name: "share.500_vs_wraps",
      what: "a share of 500 documents over 500 bare key wraps and one HPKE seal",
      bar: { most: 2 },
    },
  ],
  async *measure(_, size) {
    const [count, rounds] = size === "whole" ? [500, 15] : [5, 1];
    const server = await startBenchServer();
    try {
      // Time that the device does nothing but wait for the server, to say where it goes.
      let waited = 0;
      const fetch: typeof globalThis.fetch = async (...ask) => {
        const start = performance.now();
        const answer = await globalThis.fetch(...ask);
        waited += performance.now() - start;
        return answer;
      };
      const person = {
        server: server.url,
        store: memoryStore(),
        password: `correct horse ${newId()}`,
      };
      const address = `${newId().toLowerCase()}@example.org`;
      const { account } = await signUp({ ...person, fetch, address, name: "Alice Martin" });
      const doctor = await newPerson(server.url, "Dr Roche");
      await meet({ ...person, account }, doctor);
      const record = await account.record();
      await fill(record, count);
      const items = (await record.list()).map((each) => each.item);
      const waits: number[] = [];
      const ours = async () => {
        waited = 0;
        await record.share({ with: doctor.account.id, items, until: Date.now() + TOMORROW });
        waits.push(waited);
      };
      const { publicKey } = await suite.GenerateKeyPair();
      const bare = async () => {
        for (let i = 0; i < count; i++) bareWrap("link secret");
        await suite.Seal(publicKey, KEY, { info: NONCE });
      };
      const times = await inTurn(rounds, ours, bare);
      yield timeRatio(
        "share.500_vs_wraps",
        times,
        `; of ours ${ms(waits.slice(1))} waiting for the server`,
      );
    } finally {
      await server.stop();
    }
  },
};
