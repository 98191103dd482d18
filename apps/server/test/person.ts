import { generateKeyPairSync, hash, randomBytes, sign } from "node:crypto";
import {
  type AccountId,
  assembleStatement,
  context,
  type DeviceId,
  type Hash,
  type Head,
  type Identity,
  identityHash,
  type Json,
  newId,
  type Problem,
  parseSealingKey,
  parseSigningKey,
  parseStatement,
  type SealingKey,
  type SigningKey,
  type Slot,
  type SlotKind,
  type Statement,
  type StatementKind,
  SUITE,
  signingInputFor,
  utf8,
} from "@ecrin/protocol";
import { client as opaque, ready } from "@serenity-kit/opaque";
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_MLKEM768_X25519 } from "hpke";

// Somebody who speaks to the server as a client would, with nothing sealed: the server cannot tell.
// Argon2id is made cheap here; that is the client's own business.
const CHEAP = { "argon2id-custom": { iterations: 1, memory: 64, parallelism: 1 } };

const suite = new CipherSuite(KEM_MLKEM768_X25519, KDF_HKDF_SHA256, AEAD_AES_256_GCM);

/** HPKE to a sealing key: `enc ‖ ciphertext`. */
export async function sealTo(
  key: string,
  plaintext: Uint8Array,
  info: Uint8Array,
): Promise<string> {
  const publicKey = await suite.DeserializePublicKey(Buffer.from(key, "base64url"));
  const { encapsulatedSecret, ciphertext } = await suite.Seal(publicKey, plaintext, { info });
  return Buffer.concat([encapsulatedSecret, ciphertext]).toString("base64url");
}

/** An answer of the server. */
export interface Answer<Body = Record<string, Json>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** How a request differs from a right one. */
export interface Twist {
  readonly proof?: string;
  readonly nonce?: string;
  readonly claims?: Record<string, Json | undefined>;
  readonly header?: Record<string, Json | undefined>;
  readonly headers?: Record<string, string>;
  readonly text?: string;
}

/** An Ed25519 key pair of somebody. */
export interface Signer {
  readonly key: SigningKey;
  /** Signs a statement. */
  sign(kind: StatementKind, payload: unknown): Statement;
  /** Signs bytes. */
  raw(bytes: Uint8Array): Buffer;
}

export function newSigner(): Signer {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const raw = (bytes: Uint8Array) => sign(null, bytes, privateKey);
  return {
    key: parseSigningKey(publicKey.export({ format: "jwk" }).x, "key"),
    raw,
    sign(kind, payload) {
      const input = signingInputFor(kind, payload as Json);
      return assembleStatement(input, raw(utf8(input)));
    },
  };
}

/** A session's key and, once signed in, its token. */
export interface Seat {
  readonly signer: Signer;
  readonly key: Hash;
  token?: string;
  nonce?: string;
  /** When the nonce came. */
  nonceAt?: number;
}

export function newSeat(): Seat {
  const signer = newSigner();
  const jwk = `{"crv":"Ed25519","kty":"OKP","x":"${signer.key}"}`;
  return { signer, key: hash("sha256", jwk, "base64url") as Hash };
}

/** A DPoP proof (RFC 9449) of a seat. */
export function proofOf(
  seat: Seat,
  method: string,
  url: string,
  now: number,
  twist: Twist = {},
): string {
  const { header: otherHeader, claims: otherClaims } = twist;
  const header = {
    typ: "dpop+jwt",
    alg: "Ed25519",
    jwk: { kty: "OKP", crv: "Ed25519", x: seat.signer.key },
    ...otherHeader,
  };
  const claims = {
    jti: newId(),
    htm: method,
    htu: url,
    iat: Math.floor(now / 1000),
    ath: hash("sha256", seat.token ?? "", "base64url"),
    nonce: twist.nonce ?? seat.nonce,
    ...otherClaims,
  };
  const input = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  return `${input}.${seat.signer.raw(utf8(input)).toString("base64url")}`;
}

/** The server as somebody's seat reaches it. */
export class Line {
  readonly url: string;
  readonly now: () => number;
  #addressKey: string | undefined;

  constructor(url: string, now: () => number = Date.now) {
    this.url = url;
    this.now = now;
  }

  /** One request, as JSON; with a seat, with its token and proof. */
  async ask<Body = Record<string, never>>(
    method: string,
    path: string,
    body?: unknown,
    seat?: Seat,
    twist: Twist = {},
  ): Promise<Answer<Body & Partial<Problem>>> {
    const headers: Record<string, string> = {};
    const text = twist.text ?? (body === undefined ? undefined : JSON.stringify(body));
    if (text !== undefined) headers["content-type"] = "application/json";
    if (seat?.token !== undefined) {
      if (this.now() - (seat.nonceAt ?? 0) > 9 * 60_000) await this.refreshNonce(seat);
      const url = this.url + path.replace(/\?.*/, "");
      headers.authorization = `DPoP ${seat.token}`;
      headers.dpop = twist.proof ?? proofOf(seat, method, url, this.now(), twist);
    }
    const response = await fetch(this.url + path, {
      method,
      headers: { ...headers, ...twist.headers },
      ...(text === undefined ? {} : { body: text }),
    });
    const nonce = response.headers.get("ecrin-nonce");
    if (seat !== undefined && nonce !== null) Object.assign(seat, { nonce, nonceAt: this.now() });
    const type = response.headers.get("content-type") ?? "";
    const answer = type.includes("json") ? await response.json() : await response.arrayBuffer();
    return { status: response.status, headers: response.headers, body: answer };
  }

  async refreshNonce(seat: Seat): Promise<void> {
    const response = await fetch(`${this.url}/v1/server`);
    await response.arrayBuffer();
    seat.nonce = response.headers.get("ecrin-nonce") ?? "";
    seat.nonceAt = this.now();
  }

  /** An address as it travels (spec/http.md, Sessions). */
  async wrapAddress(address: string): Promise<string> {
    this.#addressKey ??= (await this.done<{ addressKey: string }>("GET", "/v1/server")).addressKey;
    const padded = Buffer.alloc(256);
    padded.writeUInt16BE(Buffer.byteLength(address), 0);
    padded.write(address, 2);
    return sealTo(this.#addressKey, padded, context("address"));
  }

  /** As `ask`, for what must succeed. */
  async done<Body = Record<string, never>>(
    method: string,
    path: string,
    body?: unknown,
    seat?: Seat,
  ): Promise<Body> {
    const answer = await this.ask<Body>(method, path, body, seat);
    if (answer.status !== 200) {
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    return answer.body;
  }
}

/** Somebody with an account. */
export class Person {
  /** Where it talks to; a test moves it to another server. */
  line: Line;
  readonly account: AccountId = newId<"account">();
  readonly device: DeviceId = newId<"device">();
  readonly deviceSigner = newSigner();
  readonly kitSigner = newSigner();
  identitySigner = newSigner();
  identity: Identity;
  password = `pass ${newId()}`;
  address = `${newId().toLowerCase()}@example.org`;
  slots: Slot[] = [];
  chain: Statement[] = [];
  seat = newSeat();

  constructor(line: Line) {
    this.line = line;
    this.identity = { sign: this.identitySigner.key, seal: anySealingKey() };
  }

  /** The last statement of the account's chain. */
  get head(): Head {
    const last = this.chain.at(-1);
    if (last === undefined) throw new Error("no chain yet");
    return { seq: this.chain.length - 1, hash: parseStatement("account", last).hash };
  }

  /** What a contact code says beside the account. */
  get identityHash(): Hash {
    return identityHash(this.account, this.identity);
  }

  /** The signer of a space statement, a revision or a read. */
  get by(): { account: AccountId; device: DeviceId; head: Head } {
    return { account: this.account, device: this.device, head: this.head };
  }

  /** A slot with nothing real in it. */
  slot(kind: SlotKind): Slot {
    return {
      slot: newId<"slot">(),
      kind,
      key: anySealingKey(),
      wrap: randomBytes(1168).toString("base64url"),
      mac: randomBytes(32).toString("base64url") as Hash,
      identity: this.identity,
    };
  }

  /** The next statement of the account's chain, signed by the identity, not yet posted. */
  statement(facts: object, signer: Signer = this.identitySigner): Statement {
    const place =
      this.chain.length === 0 ? { seq: 0 } : { seq: this.head.seq + 1, prev: this.head.hash };
    const facts0 = { suite: SUITE, account: this.account, at: this.line.now(), ...place };
    return signer.sign("account", { ...facts0, ...facts });
  }

  /** The body of `signUpFinish`, without `begin` posted yet. */
  async signUpBody(): Promise<Record<string, unknown>> {
    const { record } = await this.register("/v1/sign-up/start", { account: this.account });
    this.slots = [this.slot("password"), this.slot("kit")];
    const begin = this.statement({
      op: "begin",
      identity: this.identity,
      device: { device: this.device, key: this.deviceSigner.key },
      slots: this.slots.map(keyOf),
    });
    this.chain = [begin];
    return {
      account: this.account,
      address: await this.line.wrapAddress(this.address),
      record,
      statement: begin,
      slots: this.slots,
      keyring: randomBytes(200).toString("base64url"),
      kitKey: this.kitSigner.key,
      key: this.seat.key,
    };
  }

  /** An OPAQUE registration of the person's password through one of the start routes. */
  async register(path: string, more: object, seat?: Seat): Promise<{ record: string }> {
    await ready;
    const start = opaque.startRegistration({ password: this.password });
    const body = { ...more, request: start.registrationRequest };
    const { response } = await this.line.done<{ response: string }>("POST", path, body, seat);
    const end = opaque.finishRegistration({
      password: this.password,
      registrationResponse: response,
      clientRegistrationState: start.clientRegistrationState,
      identifiers: { client: this.account, server: SUITE },
      keyStretching: CHEAP,
    });
    return { record: end.registrationRecord };
  }

  async signUp(): Promise<this> {
    const body = await this.signUpBody();
    const { token } = await this.line.done<{ token: string }>("POST", "/v1/sign-up/finish", body);
    this.seat.token = token;
    return this;
  }

  /** The first half of a sign-in; `finish` is absent where the password did not fit. */
  async signInStart(
    options: { by?: "account" | "address"; generation?: string; password?: string } = {},
  ): Promise<{ signIn: string; account: AccountId; finish?: string }> {
    await ready;
    const password = options.password ?? this.password;
    const start = opaque.startLogin({ password });
    const who =
      options.by === "address"
        ? { address: await this.line.wrapAddress(this.address) }
        : { account: this.account };
    const generation = options.generation === undefined ? {} : { generation: options.generation };
    const answer = await this.line.done<{ signIn: string; response: string; account: AccountId }>(
      "POST",
      "/v1/sign-in/start",
      { ...who, ...generation, request: start.startLoginRequest },
    );
    const end = opaque.finishLogin({
      password,
      loginResponse: answer.response,
      clientLoginState: start.clientLoginState,
      identifiers: { client: answer.account, server: SUITE },
      keyStretching: CHEAP,
    });
    const { signIn, account } = answer;
    return end === undefined
      ? { signIn, account }
      : { signIn, account, finish: end.finishLoginRequest };
  }

  /** What a device, or the kit, signs at a sign-in. */
  signInStatement(signIn: string, seat: Seat, by: "device" | "kit", facts: object = {}): Statement {
    const device = by === "device" ? { device: this.device } : {};
    const payload = {
      suite: SUITE,
      account: this.account,
      signIn,
      key: seat.key,
      at: this.line.now(),
      ...device,
      ...facts,
    };
    return (by === "device" ? this.deviceSigner : this.kitSigner).sign("sign-in", payload);
  }

  /** A whole sign-in: a fresh seat, or what the server said instead. */
  async signIn(
    proofs: readonly ("device" | "kit")[] = ["device"],
    options: Parameters<Person["signInStart"]>[0] = {},
  ): Promise<{ seat: Seat; answer: Answer<{ token?: string } & Partial<Problem>> }> {
    const seat = newSeat();
    const { signIn, finish } = await this.signInStart(options);
    const statements = Object.fromEntries(
      proofs.map((by) => [by, this.signInStatement(signIn, seat, by)]),
    );
    const body = { signIn, finish: finish ?? "A".repeat(86), key: seat.key, ...statements };
    const answer = await this.line.ask<{ token?: string }>("POST", "/v1/sign-in/finish", body);
    if (answer.body.token !== undefined) seat.token = answer.body.token;
    return { seat, answer };
  }

  /** Signs the next statement, posts it, and keeps it. */
  async post(
    facts: object,
    slots?: readonly Slot[],
    seat = this.seat,
  ): Promise<Answer<{ head?: Head } & Partial<Problem>>> {
    const statement = this.statement(facts);
    const body = slots === undefined ? { statement } : { statement, slots };
    const answer = await this.line.ask<{ head?: Head }>(
      "POST",
      "/v1/account/statements",
      body,
      seat,
    );
    if (answer.status === 200) this.chain.push(statement);
    return answer;
  }
}

/** The public part of a slot. */
export function keyOf({ slot, kind, key }: Slot): {
  slot: string;
  kind: SlotKind;
  key: SealingKey;
} {
  return { slot, kind, key };
}

export function anySealingKey(): SealingKey {
  return parseSealingKey(randomBytes(1216).toString("base64url"), "key");
}
