// Short codes and approvals of a device: spec/short-code.md, spec/device-approval.md.

import { person } from "../../packages/protocol/test/people.ts";
import {
  b64,
  context,
  hashNamed,
  idOf,
  pattern,
  unb64,
} from "../../packages/protocol/test/reference.ts";
import { accepted, type Book } from "./book.ts";

function digits(bytes: Uint8Array, count: number): string {
  const value = BigInt(`0x${Buffer.from(bytes).subarray(0, 8).toString("hex")}`);
  return String(value % BigInt(10 ** count)).padStart(count, "0");
}

/** One run straight from the page. */
function run(label: string) {
  const approval = idOf(`approval ${label}`);
  const number = digits(context("approval number", approval), 9);
  const { account } = person("alice");
  const device = idOf(`device ${label}`);
  const key = hashNamed(`device key ${label}`);
  const seal = b64(pattern(`run key ${label}`, 1216));
  const identity = hashNamed("identity alice");
  const [nonceA, nonceB] = [pattern(`nonce A ${label}`, 32), pattern(`nonce B ${label}`, 32)];
  const factsA = [number, device, unb64(key), unb64(seal)];
  const factsB = [account, unb64(identity)];
  const commitment = context("approval commitment", ...factsA, nonceA);
  const all = [...factsA, ...factsB, commitment, nonceA, nonceB];
  return {
    approval,
    number,
    device,
    key,
    seal,
    account,
    identity,
    nonceA: b64(nonceA),
    nonceB: b64(nonceB),
    commitment: b64(commitment),
    codeA: digits(context("approval code A", ...all), 6),
    codeB: digits(context("approval code B", ...all), 6),
    wrapContext: b64(context("approval key", ...all)),
  };
}

export function approvals(): Book {
  // Some whose number or code begins with zero: the zeros belong to it.
  const zeros = Array.from({ length: 400 }, (_, i) => run(`zero ${i}`));
  const inCode = zeros.find(({ codeA }) => codeA.startsWith("0"));
  const inNumber = zeros.find(({ number }) => number.startsWith("0"));
  return {
    spec: "spec/device-approval.md, spec/short-code.md",
    accept: [
      accepted("a tablet let in by a phone", run("tablet")),
      accepted("a code that begins with zero", inCode ?? {}),
      accepted("a number that begins with zero", inNumber ?? {}),
    ],
    refuse: [],
  };
}
