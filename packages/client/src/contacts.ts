import { pad, unpad, wrapTo } from "@ecrin/crypto";
import {
  type AccountId,
  acceptanceNameContext,
  checkSignature,
  contactCode,
  currentIdentity,
  deviceKeyAt,
  fromBase64url,
  fromUtf8,
  type InvitationId,
  METADATA_FLOOR,
  parseAcceptance,
  parseAs,
  parseContactCode,
  type Statement,
  toBase64url,
  utf8,
} from "@ecrin/protocol";
import * as z from "zod/mini";
import { wrapAddress } from "./address.ts";
import { asClientError, ClientError, opening } from "./errors.ts";
import { type Contact, checkContact, contactField, pin } from "./keyring.ts";
import { namesKnown } from "./met.ts";
import { nameFor } from "./self-given.ts";
import type { Unlocked } from "./unlocked.ts";

const NAMES = "invitation/";
const nameField = contactField.shape.name;
const keptField = z.strictObject({ name: nameField });

/** An invitation that waits for this account's answer. */
export interface Received {
  readonly invitation: InvitationId;
  readonly from: AccountId;
  readonly at: number;
}

/** An invitation made by this account. */
export interface Sent {
  readonly invitation: InvitationId;
  readonly at: number;
  /** `refused`: somebody answered, and the answer does not hold. */
  readonly state: "waiting" | "accepted" | "refused";
  readonly contact?: Contact;
}

/** Whom the account knows. Everything here is pinned in the keyring and compared at every use. */
export class Contacts {
  readonly #u: Unlocked;

  constructor(u: Unlocked) {
    this.#u = u;
  }

  list(): readonly Contact[] {
    return this.#u.keyring.contents().contacts;
  }

  get(account: AccountId): Contact | undefined {
    return this.#u.keyring.contact(account);
  }

  /** This account's own contact code, to be shown face to face. Public facts. */
  async code(): Promise<string> {
    const chain = await this.#u.accounts.get(this.#u.account);
    return contactCode(chain.account, currentIdentity(chain).hash);
  }

  /**
   * Looks at a contact's chain anew.
   * @throws ClientError `contact-not-verified`, `contact-changed`, `rollback`, `fork`
   */
  async check(account: AccountId): Promise<Contact> {
    const contact = this.get(account);
    if (contact === undefined) {
      throw new ClientError("contact-not-verified", "the account is not a contact");
    }
    checkContact(contact, await this.#u.accounts.get(account, 0));
    return contact;
  }

  /**
   * Whether a contact's identity was renewed since it was verified: the key of before says that the
   * new one is theirs, and comparing codes face to face settles it.
   * @throws ClientError as `check` does
   */
  async renewedSince(account: AccountId): Promise<boolean> {
    const { identity } = await this.check(account);
    return currentIdentity(await this.#u.accounts.get(account)).hash !== identity;
  }

  /**
   * Pins the account of a code that was scanned, or read out, face to face.
   * @throws ClientError `malformed` for what is no code; `contact-changed` where the account's chain does not hold the identity of the code
   */
  async verify(code: string, name: string): Promise<Contact> {
    const { account, identity } = await opening(
      () => Promise.resolve(code).then(parseContactCode),
      "malformed",
    );
    if (account === this.#u.account) {
      throw new ClientError("refused", "this is the account's own code");
    }
    const chain = await this.#u.accounts.get(account, 0, identity);
    if (!chain.identities.some((life) => life.hash === identity)) {
      throw new ClientError(
        "contact-changed",
        "the account does not hold the identity of the code",
      );
    }
    const known = this.get(account);
    if (known !== undefined) checkContact(known, chain);
    return await this.#pin(pin(chain, name, "face-to-face", identity));
  }

  /** Invites an address. The answer never tells whether anybody has it. `name` is what the guest is called here. */
  async invite(address: string, name: string): Promise<InvitationId> {
    const kept = { name: parseAs(nameField, name, "name") };
    const wrapped = await wrapAddress(this.#u.server.addressKey, address);
    const { invitation } = await this.#u.http.call("invite", { body: { address: wrapped } });
    await this.#u.store.putJson(NAMES + invitation, kept);
    return invitation;
  }

  /** Invitations both ways. Those that were accepted since become contacts by this. */
  async invitations(): Promise<{ received: Received[]; sent: Sent[] }> {
    const { received, sent } = await this.#u.http.call("invitations");
    const states: Sent[] = [];
    for (const { invitation, at, acceptance } of sent) {
      states.push({ invitation, at, ...(await this.#stateOf(invitation, acceptance)) });
    }
    return { received: received.filter(({ from }) => from !== this.#u.account), sent: states };
  }

  /**
   * Accepts an invitation and pins who made it. It protects against strangers,
   * not against a server that swaps keys: that takes the code.
   * @param name what the inviter is called here
   */
  async accept(invitation: InvitationId, name: string): Promise<Contact> {
    const { received } = await this.#u.http.call("invitations");
    const found = received.find((each) => each.invitation === invitation);
    if (found === undefined) throw new ClientError("not-found", "is not an invitation received");
    const chain = await this.#u.accounts.get(found.from, 0);
    const known = this.get(found.from);
    if (known !== undefined) checkContact(known, chain);
    const { hash, identity } = currentIdentity(chain);
    const ownName = await wrapTo(
      fromBase64url(identity.seal),
      acceptanceNameContext(invitation),
      pad(utf8(this.#u.keyring.name()), METADATA_FLOOR),
    );
    const acceptance = await this.#u.sign("acceptance", {
      invitation,
      from: found.from,
      to: hash,
      name: toBase64url(ownName),
    });
    const contact = known ?? (await this.#pin(pin(chain, name, "invitation")));
    await this.#u.http.call("invitationAccept", { params: { invitation }, body: { acceptance } });
    return contact;
  }

  async #stateOf(
    invitation: InvitationId,
    acceptance: Statement | undefined,
  ): Promise<Pick<Sent, "state" | "contact">> {
    if (acceptance === undefined) return { state: "waiting" };
    try {
      return { state: "accepted", contact: await this.#accepted(invitation, acceptance) };
    } catch (error) {
      const known = asClientError(error, "signature-refused");
      if (known instanceof ClientError && REFUSALS.has(known.code)) return { state: "refused" };
      throw known;
    }
  }

  /** Checks an acceptance and pins who signed it, unless they are a contact already. */
  async #accepted(invitation: InvitationId, statement: Statement): Promise<Contact> {
    const parsed = parseAcceptance(statement);
    const { fact } = parsed;
    const { account, device, head } = fact.by;
    const own = await this.#u.accounts.get(this.#u.account);
    const isForUs =
      fact.invitation === invitation &&
      fact.from === this.#u.account &&
      own.identities.some((life) => life.hash === fact.to);
    if (!isForUs || account === this.#u.account) {
      throw new ClientError("signature-refused", "the acceptance is for another invitation");
    }
    const chains = await this.#u.accounts.reaching([fact.by]);
    const chain = chains.get(account);
    if (chain === undefined) throw new ClientError("not-found", "the account is not known");
    await checkSignature(parsed, deviceKeyAt(chain, device, head));
    const known = this.get(account);
    if (known !== undefined) {
      checkContact(known, chain);
      return known;
    }
    const ctx = acceptanceNameContext(invitation);
    const padded = await this.#u.openWrap(ctx, fromBase64url(fact.name), fact.to);
    const ownName = fromUtf8(unpad(padded, METADATA_FLOOR));
    const name = (await this.#nameGiven(invitation)) ?? nameFor(ownName, namesKnown(this.#u));
    return await this.#pin(pin(chain, name, "invitation"));
  }

  /** What whoever was invited is called, where this device invited them. */
  async #nameGiven(invitation: InvitationId): Promise<string | undefined> {
    const kept = await this.#u.store.getJson(NAMES + invitation);
    return kept === undefined ? undefined : parseAs(keptField, kept, "invitation").name;
  }

  async #pin(contact: Contact): Promise<Contact> {
    const { account } = contact;
    await this.#u.keyring.update((keyring) => ({
      ...keyring,
      contacts: [...keyring.contacts.filter((each) => each.account !== account), contact],
    }));
    return contact;
  }
}

/** What an acceptance that does not hold is refused for. Alarms about a known contact are none of these. */
const REFUSALS: ReadonlySet<string> = new Set(["signature-refused", "cannot-open", "not-found"]);
