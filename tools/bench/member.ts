// Adding and ending memberships: that it does not depend on what a record holds, and what it costs
// beside the wraps that nobody can do without. Times are those of the whole call: device, network,
// server, database.

import type { HealthRecord } from "@ecrin/client";
import { type AccountId, contactCode, identityHash } from "@ecrin/protocol";
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_MLKEM768_X25519 } from "hpke";
import { Line, Person as Newcomer } from "../../apps/server/test/person.ts";
import { fill, meet, newPerson, type Person, startBenchServer } from "./ground.ts";
import {
  type Group,
  inTurn,
  type Measured,
  type Size,
  type Times,
  time,
  timeRatio,
} from "./measure.ts";

const suite = new CipherSuite(KEM_MLKEM768_X25519, KDF_HKDF_SHA256, AEAD_AES_256_GCM);
const TOMORROW = 24 * 3_600_000;

/** A large and a small record of the same kind, and the same doctor added to and taken from both in turn. */
async function* bySize(server: string, size: Size): AsyncGenerator<Measured> {
  const [many, rounds] = size === "whole" ? [100_000, 21] : [20, 1];
  const doctor = await newPerson(server, "Dr Roche");
  const records: HealthRecord[] = [];
  for (const count of [many, 10]) {
    const patient = await newPerson(server, "Alice Martin");
    await meet(patient, doctor);
    const record = await patient.account.record();
    await fill(record, count);
    await record.sync();
    records.push(record);
  }
  const [large, small] = records;
  if (large === undefined || small === undefined) throw new RangeError("two records");
  const adding = { ours: [] as number[], base: [] as number[] };
  const ending = { ours: [] as number[], base: [] as number[] };
  for (let round = -2; round < rounds; round++) {
    for (const record of round % 2 === 0 ? [large, small] : [small, large]) {
      const rights = { role: "reader", until: Date.now() + TOMORROW } as const;
      const added = await time(() => record.addMember(doctor.account.id, rights));
      const ended = await time(() => record.endMember(doctor.account.id));
      if (round < 0) continue;
      (record === large ? adding.ours : adding.base).push(added);
      (record === large ? ending.ours : ending.base).push(ended);
    }
  }
  yield timeRatio("member.add_100k_vs_10", adding);
  yield timeRatio("member.end_100k_vs_10", ending);
}

/** Somebody new whose identity is real and whose password costs nothing: the server cannot tell. */
async function newcomer(server: string, seal: string): Promise<Newcomer> {
  const person = new Newcomer(new Line(server));
  person.identity = { ...person.identity, seal: seal as Newcomer["identity"]["seal"] };
  return await person.signUp();
}

async function ofMany(server: string, size: Size): Promise<Measured> {
  const [count, rounds] = size === "whole" ? [200, 15] : [3, 1];
  const patient = await newPerson(server, "Alice Martin");
  const record = await patient.account.record();
  const keys: string[] = [];
  const members: AccountId[] = [];
  for (let i = 0; i < count; i++) {
    const { publicKey } = await suite.GenerateKeyPair();
    const seal = Buffer.from(await suite.SerializePublicKey(publicKey)).toString("base64url");
    const member = await newcomer(server, seal);
    await know(patient, member);
    await record.addMember(member.account, { role: "reader" });
    keys.push(seal);
    members.push(member.account);
  }
  const bare = async () => {
    const info = new Uint8Array(32);
    const wraps = keys.slice(1).map(async (seal) => {
      const key = await suite.DeserializePublicKey(Buffer.from(seal, "base64url"));
      return await suite.Seal(key, new Uint8Array(32), { info });
    });
    await Promise.all(wraps);
  };
  const times: Times & { ours: number[] } = { ours: [], base: [] };
  const [leaving] = members;
  if (leaving === undefined) throw new RangeError("nobody to end");
  const end = async () => {
    times.ours.push(await time(() => record.endMember(leaving)));
    await record.addMember(leaving, { role: "reader" });
  };
  const { base } = await inTurn(rounds, end, bare);
  // The first of ours warmed up.
  return timeRatio("member.end_200_vs_wraps", { ours: times.ours.slice(1), base });
}

async function know(patient: Person, { account, identity }: Newcomer): Promise<void> {
  await patient.account
    .contacts()
    .verify(contactCode(account, identityHash(account, identity)), "Dr Roche");
}

export const memberBench: Group = {
  lines: [
    {
      name: "member.add_100k_vs_10",
      what: "adding a member to a record of 100,000 items over one of 10",
      bar: { most: 1.3 },
    },
    { name: "member.end_100k_vs_10", what: "ending the membership", bar: { most: 1.3 } },
    {
      name: "member.end_200_vs_wraps",
      what: "ending one of 200 memberships over 199 bare HPKE seals",
      bar: { most: 1.4 },
    },
  ],
  async *measure(wanted, size) {
    const server = await startBenchServer();
    try {
      if (wanted.has("member.end_200_vs_wraps")) yield await ofMany(server.url, size);
      if (wanted.has("member.add_100k_vs_10") || wanted.has("member.end_100k_vs_10"))
        yield* bySize(server.url, size);
    } finally {
      await server.stop();
    }
  },
};
