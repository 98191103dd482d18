import { type Signer, signBytes } from "@ecrin/crypto";
import {
  canonicalJson,
  fromBase64url,
  headerFor,
  type Json,
  STATEMENT_KINDS,
  type StatementKind,
  SUITE,
  toBase64url,
  utf8,
} from "@ecrin/protocol";

/** What a statement is made of, before it is written down in whatever form. */
export interface Material {
  readonly kind: StatementKind;
  readonly payload: { readonly [name: string]: Json };
  readonly signer: Signer;
}

/** Writes a statement down. */
export type Form = (material: Material) => Promise<string>;

const part = (text: string) => toBase64url(utf8(text));

/** header "." payload "." signature, rightly signed as it stands. */
async function jws(header: string, payload: string, signer: Signer): Promise<string> {
  return `${header}.${payload}.${toBase64url(await signBytes(signer, utf8(`${header}.${payload}`)))}`;
}

const payloadOf = ({ payload }: Material) => part(canonicalJson(payload));
const headerText = ({ kind }: Material) => `{"alg":"Ed25519","typ":"${SUITE}.${kind}"}`;
const withHeader =
  (text: (material: Material) => string): Form =>
  (material) =>
    jws(part(text(material)), payloadOf(material), material.signer);
const withPayload =
  (text: (material: Material) => string): Form =>
  (material) =>
    jws(headerFor(material.kind), part(text(material)), material.signer);
const withAlg = (alg: string) =>
  withHeader(({ kind }) => `{"alg":"${alg}","typ":"${SUITE}.${kind}"}`);
const withTyp = (typ: (kind: string) => string) =>
  withHeader(({ kind }) => `{"alg":"Ed25519","typ":"${typ(kind)}"}`);

/** The one form there is. */
export const right: Form = (material) =>
  jws(headerFor(material.kind), payloadOf(material), material.signer);

/** Another algorithm, or another suite. */
export const otherSuites: Readonly<Record<string, Form>> = {
  "alg EdDSA": withAlg("EdDSA"),
  "alg ES256": withAlg("ES256"),
  "alg ed25519": withAlg("ed25519"),
  "alg none, signed": withAlg("none"),
  "alg none, without signature": async (material) =>
    `${part(`{"alg":"none","typ":"${SUITE}.${material.kind}"}`)}.${payloadOf(material)}.`,
  "alg HS512 under the public key": async (material) => {
    const header = part(`{"alg":"HS512","typ":"${SUITE}.${material.kind}"}`);
    const input = `${header}.${payloadOf(material)}`;
    const hmac = { name: "HMAC", hash: "SHA-512" };
    const publicKey = fromBase64url(material.signer.publicKey);
    const key = await crypto.subtle.importKey("raw", publicKey, hmac, false, ["sign"]);
    const mac = await crypto.subtle.sign(hmac, key, utf8(input));
    return `${input}.${toBase64url(new Uint8Array(mac))}`;
  },
  "no alg": withHeader(({ kind }) => `{"typ":"${SUITE}.${kind}"}`),
  "suite ecrin-2 in the header": withTyp((kind) => `ecrin-2.${kind}`),
  "suite ecrin-2 in the payload": withPayload(({ payload }) =>
    canonicalJson({ ...payload, suite: "ecrin-2" }),
  ),
  "no suite": withPayload(({ payload: { suite: _, ...rest } }) => canonicalJson(rest)),
};

/** The header of every other kind over the payload of this one. */
export function otherKinds(kind: StatementKind): Readonly<Record<string, Form>> {
  const others = STATEMENT_KINDS.filter((other) => other !== kind);
  const forms = others.map((other) => [
    `header of ${other}`,
    (material: Material) => right({ ...material, kind: other }),
  ]);
  return Object.fromEntries(forms) as Record<string, Form>;
}

/** The same facts, rightly signed, written in another way than the one. */
export const otherForms: Readonly<Record<string, Form>> = {
  "typ JWT": withTyp(() => "JWT"),
  "typ without suite": withTyp((kind) => kind),
  "typ in capitals": withTyp((kind) => `ECRIN-1.${kind}`),
  "header in another order": withHeader(({ kind }) => `{"typ":"${SUITE}.${kind}","alg":"Ed25519"}`),
  "white space in the header": withHeader((material) => headerText(material).replace(",", ", ")),
  kid: withHeader((material) => headerText(material).replace("}", ',"kid":"1"}')),
  jwk: withHeader((material) => {
    const jwk = `{"crv":"Ed25519","kty":"OKP","x":"${material.signer.publicKey}"}`;
    return headerText(material).replace("}", `,"jwk":${jwk}}`);
  }),
  crit: withHeader((material) => headerText(material).replace("}", ',"crit":["b64"],"b64":false}')),
  "header twice": withHeader((material) => headerText(material).replace("{", '{"alg":"Ed25519",')),
  "padded header": (material) =>
    jws(`${headerFor(material.kind)}==`, payloadOf(material), material.signer),
  "white space in the payload": withPayload(({ payload }) => JSON.stringify(payload, null, 1)),
  "payload in another order": withPayload(({ payload }) =>
    JSON.stringify(Object.fromEntries(Object.entries(payload).reverse())),
  ),
  "a member twice": withPayload(({ payload }) =>
    canonicalJson(payload).replace("{", `{"suite":"${SUITE}",`),
  ),
  "a member more": withPayload(({ payload }) => canonicalJson({ ...payload, zz: 1 })),
  "another escape": withPayload(({ payload }) =>
    canonicalJson(payload).replace('"suite"', '"\\u0073uite"'),
  ),
  "padded payload": (material) =>
    jws(headerFor(material.kind), `${payloadOf(material)}=`, material.signer),
  "padded signature": async (material) => `${await right(material)}==`,
  "unused bits in the signature": async (material) => loosened(await right(material)),
  "a part more": async (material) => `${await right(material)}.`,
  "a part less": async (material) => (await right(material)).split(".").slice(0, 2).join("."),
  "a line end": async (material) => `${await right(material)}\n`,
  "JSON serialization": async (material) => {
    const [head, payload, signature] = (await right(material)).split(".");
    return JSON.stringify({ protected: head, payload, signature });
  },
};

/** The same bytes for whoever does not look at the bits that are not used (RFC 4648 section 3.5). */
function loosened(statement: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const last = alphabet.indexOf(statement.slice(-1));
  return statement.slice(0, -1) + alphabet.charAt(last + 1);
}
