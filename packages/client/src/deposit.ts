import {
  commitTo,
  contentKeyOf,
  layoutOfPlaintext,
  metadataKeyOf,
  newSecret,
  paddedLength,
  sealContentBytes,
  sealMetadata,
  wrapTo,
} from "@ecrin/crypto";
import {
  type Bytes,
  canonicalJson,
  concat,
  type DepositId,
  type DepositRecipient,
  depositCommitContext,
  depositContext,
  depositRecipients,
  depositWrapContext,
  digestOf,
  fromBase64url,
  INBOX,
  MAX_DEPOSIT,
  newId,
  openReceipt,
  parseDeposit,
  refuse,
  type SealingKey,
  type Statement,
  toBase64url,
  utf8,
} from "@ecrin/protocol";
import { type FileInput, fileDraft, type ResourceInput, resourceDraft } from "./draft.ts";
import { ClientError } from "./errors.ts";
import { keepReceipt } from "./log.ts";
import { hasMovedOn, type SpaceView } from "./space-view.ts";
import type { Unlocked } from "./unlocked.ts";

/** What was given, and the server's word that it took it. */
export interface Deposited {
  readonly deposit: DepositId;
  readonly receipt: Statement;
}

const ATTEMPTS = 3;

/** What is sealed once, whoever it is then wrapped to. */
interface Sealed {
  readonly deposit: DepositId;
  /** R ‖ h. */
  readonly secrets: Bytes;
  readonly metadata: Bytes;
  readonly content: Bytes;
  readonly facts: {
    readonly commit: { readonly secret: string; readonly content: string };
    readonly metadata: string;
    readonly content: { readonly length: number; readonly root: string };
  };
}

/**
 * Gives a file, or a FHIR resource, to the owners and managers of a record, or to the maker of a share
 * (spec/deposit.md). Whoever may only read may do this.
 * @throws ClientError `too-large` for what does not fit one segment, `quota-reached`, `closed`; FhirError
 */
export async function makeDeposit(
  u: Unlocked,
  view: SpaceView,
  given: FileInput | ResourceInput,
): Promise<Deposited> {
  await view.beFresh(0);
  const sealed = await sealDeposit(u, view, given);
  for (let tried = 1; ; tried++) {
    try {
      return await post(u, view, sealed);
    } catch (error) {
      // Somebody has joined or ended meanwhile: the same, wrapped to those of now.
      if (!hasMovedOn(error) || tried === ATTEMPTS) throw error;
      await view.refresh();
      await view.beFresh(0);
    }
  }
}

async function sealDeposit(
  u: Unlocked,
  view: SpaceView,
  given: FileInput | ResourceInput,
): Promise<Sealed> {
  const item = newId<"item">();
  const draft =
    "resource" in given
      ? resourceDraft(given.resource, item, given.content)
      : fileDraft(given, item, "create", [], u.now());
  const size = draft.resource.length + draft.size;
  if (layoutOfPlaintext(paddedLength(size)).sealed > MAX_DEPOSIT)
    throw new ClientError("too-large", "a deposit is one segment at most");
  const parts: Uint8Array[] = [draft.resource];
  for await (const part of draft.open()) parts.push(part.slice());
  const deposit = newId<"deposit">();
  const place = { space: view.space, deposit, by: { account: u.account } };
  const [secret, release] = [newSecret(), newSecret()];
  const ctx = depositContext(place);
  const key = contentKeyOf(secret, release, ctx);
  const name = utf8(canonicalJson(draft.metadata));
  const metadata = await sealMetadata(metadataKeyOf(secret, ctx), ctx, name);
  const { bytes, length, root } = await sealContentBytes(key, ctx, concat(...parts));
  const commit = (of: "secret" | "content", by: Bytes) =>
    toBase64url(commitTo(by, depositCommitContext(place, of)));
  return {
    deposit,
    secrets: concat(secret, release),
    metadata,
    content: bytes,
    facts: {
      commit: { secret: commit("secret", secret), content: commit("content", key) },
      metadata: digestOf(metadata),
      content: { length, root: toBase64url(root) },
    },
  };
}

async function post(u: Unlocked, view: SpaceView, sealed: Sealed): Promise<Deposited> {
  const { deposit, facts } = sealed;
  const place = { space: view.space, deposit };
  const wrapped = await Promise.all(
    depositRecipients(view.state, u.now()).map(async (to) => {
      const ctx = depositWrapContext(place, to);
      const wrap = await wrapTo(fromBase64url(keyOf(view, to)), ctx, sealed.secrets);
      return { ...to, wrap };
    }),
  );
  const statement = await u.sign("deposit", {
    ...place,
    ...facts,
    spaceHead: { ...view.head },
    to: wrapped.map(({ wrap, ...to }) => ({ ...to, wrap: digestOf(wrap) })),
  });
  const { receipt } = await u.http.call("deposit", {
    body: {
      statement,
      wraps: wrapped.map(({ wrap }) => toBase64url(wrap)),
      metadata: toBase64url(sealed.metadata),
      content: toBase64url(sealed.content),
    },
  });
  const opened = await openReceipt(receipt, u.server.logKey);
  if (opened.statement !== parseDeposit(statement).hash)
    throw new ClientError("cannot-open", "a receipt is for another deposit");
  await keepReceipt(u, opened.parsed.statement, opened);
  return { deposit, receipt };
}

/** The key of a recipient, from the chain that was followed here. */
function keyOf(view: SpaceView, { recipient }: Pick<DepositRecipient, "recipient">): SealingKey {
  if (recipient !== INBOX) return view.sealingKey(recipient);
  return view.state.inbox?.key ?? refuse("has no inbox", "inbox");
}
