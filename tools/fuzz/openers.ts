// Everything that reads what others made, and the targets that try it. A function whose name says
// that it reads stands here or in `NOT_OTHERS`, or a test fails.

import { globSync, readFileSync } from "node:fs";
import { basename, dirname } from "node:path";

/** Of the server, its doors: everything behind them gets what the table of routes has parsed, or its own rows. */
const SOURCES = [
  "packages/{protocol,crypto,timestamp,client}/src/*.ts",
  "apps/server/src/{account-chain,address,input,nonce,proof,token,incoming-*}.ts",
];
const READS =
  /^(?:parse|open|read|decode|unpad|follow|finish|kitFrom|from[A-Z]|tokenOf|resourcesOf)/;
const root = new URL("../../", import.meta.url);

/** Targets by what they try, each an exported function, as `file:name`. */
export const TARGETS_OF: Readonly<Record<string, readonly string[]>> = {
  "protocol/account:parseAccountStatement": ["statement account", "payload account"],
  "protocol/account:followAccount": ["account chain", "account chain of the vectors"],
  "protocol/add-checkpoint:parseAddCheckpoint": ["request to a witness"],
  "protocol/add-checkpoint:parseCosignatures": ["answer of a witness"],
  "protocol/add-checkpoint:parseSeenSize": ["size a witness has seen"],
  "protocol/bitcoin:openBlockHeader": ["block header"],
  "protocol/bytes:fromBase64url": ["base64url"],
  "protocol/bytes:fromUtf8": ["UTF-8"],
  "protocol/canonical:parseCanonical": ["canonical JSON"],
  "protocol/checkpoint:parseCheckpoint": ["checkpoint"],
  "protocol/checkpoint:openCheckpoint": ["checkpoint signed"],
  "protocol/checkpoint:parseEntryProof": ["entry proof"],
  "protocol/contact:parseContactCode": ["contact code"],
  "protocol/contact:parseAcceptance": ["statement acceptance", "payload acceptance"],
  "protocol/deposit:parseDeposit": ["statement deposit", "payload deposit"],
  "protocol/entry-read:readOf": ["statement read", "payload read"],
  "protocol/export-anchors:openAnchors": [
    "time-stamp token",
    "OpenTimestamps proof",
    "block header",
  ],
  "protocol/export-archive:openArchive": ["archive"],
  "protocol/export-lines:readJournal": ["journal of an export"],
  "protocol/export-manifest:parseManifest": ["manifest", "signature of a manifest"],
  "protocol/export-manifest:parseExported": [
    "exported keys",
    "exported epochs",
    "exported witnesses",
    "exported accounts",
    "exported ended",
  ],
  "protocol/fields:parseAs": ["bytes field", "body reads"],
  "protocol/handshake:parseHandshakeCode": ["handshake code"],
  "protocol/ids:parseId": ["id"],
  "protocol/ids:parseHash": ["hash"],
  "protocol/ids:parseSigningKey": ["signing key"],
  "protocol/ids:parseSealingKey": ["sealing key"],
  "protocol/json:parseJson": ["answer account", "answer journal"],
  "protocol/journal:parseEntry": ["journal entry"],
  "protocol/journal:openHead": ["statement head", "payload head"],
  "protocol/journal:openReceipt": ["statement receipt", "payload receipt"],
  "protocol/journal:followEntry": ["journal with its head"],
  "protocol/log-key:parseLogKey": ["keys of the log"],
  "protocol/log-key:followLogKeys": ["keys of the log"],
  "protocol/merkle:decodeFrontier": ["frontier", "frontier size"],
  "protocol/metadata:parseMetadata": ["metadata JSON"],
  "protocol/note:parseNote": ["note"],
  "protocol/note:fromBase64": ["note", "checkpoint"],
  "protocol/ots:parseOtsProof": ["OpenTimestamps proof"],
  "protocol/ots:parseOtsStamp": ["OpenTimestamps stamp"],
  "protocol/read:parseRead": ["statement read", "payload read"],
  "protocol/reduce:followSpace": ["space chain", "space chain of the vectors"],
  "protocol/reduce:followParsed": ["space chain", "space fact"],
  "protocol/revision:parseRevision": ["statement revision", "payload revision"],
  "protocol/revision:parseRewrap": ["statement rewrap", "payload rewrap"],
  "protocol/sign-in:parseSignIn": ["statement sign-in", "payload sign-in"],
  "protocol/space:parseSpaceStatement": ["statement space", "payload space"],
  "protocol/statement:parseStatement": ["statement account", "statement space"],
  "protocol/succession:parseSuccession": ["statement succession", "payload succession"],
  "protocol/succession:followSuccessions": ["logs that ended"],
  "protocol/succession:openCheckpointOf": ["checkpoint of a log or one before it"],
  "protocol/tile:parseTilePath": ["tile path"],
  "protocol/verifier-key:parseVerifierKey": ["verifier key"],
  "protocol/zip:openZip": ["archive"],
  "timestamp/token:tokenOf": ["time-stamp answer"],
  "timestamp/token:parseToken": ["time-stamp token"],
  "timestamp/token:parseCertificate": ["time-stamp token", "time-stamp roots"],
  "timestamp/roots:readRoots": ["time-stamp roots"],
  "crypto/box:openBox": ["box"],
  "crypto/content:openContent": ["content"],
  "crypto/content:openContentBytes": ["content"],
  "crypto/kit:kitFromWords": ["kit words"],
  "crypto/kit:kitFromText": ["kit text"],
  "crypto/opaque:finishRegistration": ["OPAQUE registration answer"],
  "crypto/opaque:finishLogin": ["OPAQUE answer"],
  "crypto/pad:unpad": ["padding"],
  "crypto/pad:unpadStream": ["padding", "content"],
  "crypto/secret:openMetadata": ["metadata"],
  "crypto/slot:openSlot": ["slot password", "slot kit", "slot passkey"],
  "crypto/stream:openStream": ["stream", "stream under its own digests"],
  "crypto/stream:openSegment": ["segment alone", "segment header"],
  "crypto/wrap:openWrap": ["wrap", "wrap's ciphertext"],
  "client/fhir:resourcesOfBundle": ["FHIR bundle", "names of FHIR resources"],
  "client/fhir-json:readFhir": ["digits of FHIR"],
  "client/keyring:openKeyring": ["keyring", "keyring's JSON"],
  "client/kit:readKit": ["kit words", "kit text"],
  "client/link-set:openLinks": ["link set", "link set under its root"],
  "client/link-set:openLinkReleases": ["link set", "link set under its root"],
  "client/listing:openName": ["metadata", "metadata JSON"],
  "client/open-account:openAnySlot": [
    "slot password",
    "slot kit",
    "slot passkey",
    "answer account",
  ],
  "client/open-account:openAccount": ["answer account", "account chain", "keyring"],
  "client/open-account:openWithKey": ["answer account", "account chain", "keyring"],
  "client/open-account:readServer": ["answer server"],
  "client/accept-log:openBook": ["keyring", "answer log", "logs that ended"],
  "client/accounts:follow": ["account chain", "answer chain"],
  "client/pinned-witnesses:readWitness": ["key line of a witness"],
  "client/pinned-witnesses:readWitnessList": ["list of witnesses"],
  "client/log:followLog": [
    "answer log",
    "answer logConsistency",
    "keys of the log",
    "checkpoint signed",
  ],
  "client/journal:followJournal": ["answer journal", "journal with its head"],
  "client/journal:followJournals": ["answer journal", "journal with its head"],
  "client/content-keys:openEach": ["stream", "content"],
  "client/met:openName": ["wrap", "padding", "UTF-8"],
  "client/open:openThrough": ["stream", "content"],
  "client/open:openOwn": ["content"],
  "client/open:openRange": ["segment alone"],
  "server/account-chain:readIncoming": ["body accountPost", "statement account"],
  "server/incoming-revision:readRevision": ["body revisionsPost", "statement revision"],
  "server/input:readInput": ["request"],
  "server/token:readToken": ["session token"],
  "server/address:openAddress": ["wrap"],
};

/** Functions of such a name that read nothing of others, and why. */
export const NOT_OTHERS: Readonly<Record<string, string>> = {
  "protocol/read:readReasonField": "a schema; parseRead's targets try it",
  "protocol/read:readPayload": "a schema; parseRead's targets try it",
  "protocol/tile:readTiles": "tiles are checked against a signed root by whoever reads from them",
  "timestamp/authority:openAuthority": "a demonstration's own file, beside its data",
  "client/errors:opening": "gives what opens one error",
  "client/errors:opens": "gives what opens one error",
  "client/factors:readFactors": "asks a route; the table's targets try its answer",
  "client/second-factor:finishSignIn": "asks routes; the table's targets try their answers",
  "client/own-device:readDevice": "the device's own store, sealed",
  "client/about-to-be:readAboutToBe": "the device's own store, sealed",
  "client/about-to-be:readUnfinished": "the device's own store, sealed",
};

/** Every exported function whose name says that it reads, as `file:name`. */
export function everyOpener(): string[] {
  return globSync(SOURCES, { cwd: root })
    .sort()
    .flatMap((path) => {
      const source = readFileSync(new URL(path, root), "utf8");
      const names = source.matchAll(/^export (?:async )?(?:function\*?|const) (\w+)/gm);
      const file = `${basename(dirname(dirname(path)))}/${basename(path, ".ts")}`;
      return [...names].map(([, name = ""]) => `${file}:${name}`);
    })
    .filter((opener) => READS.test(opener.slice(opener.indexOf(":") + 1)));
}
