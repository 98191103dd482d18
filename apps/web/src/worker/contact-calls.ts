import { ClientError, inOneLine } from "@ecrin/client";
import { type Handlers, Refusal } from "./handlers.ts";
import { personOf } from "./people.ts";
import { current } from "./session.ts";

type ContactCall = "contacts" | "code" | "verify" | "invite" | "invitations" | "accept";

/** Whom one knows. */
export const contactCalls: Handlers<ContactCall> = {
  contacts() {
    return current()
      .contacts()
      .list()
      .filter(({ until }) => until === undefined || until > Date.now())
      .map(({ account }) => personOf(account))
      .sort((a, b) => a.name.localeCompare(b.name));
  },

  async code() {
    return await current().contacts().code();
  },

  async verify({ code, name }) {
    try {
      await current().contacts().verify(code.replace(/\s/g, ""), name);
    } catch (error) {
      const isNoCode = error instanceof ClientError && error.code === "malformed";
      throw isNoCode ? new Refusal("contact-code") : error;
    }
    return undefined;
  },

  async invite({ address, name }) {
    try {
      await current().contacts().invite(address, name);
    } catch (error) {
      const isFull = error instanceof ClientError && error.code === "quota-reached";
      throw isFull ? new Refusal("invitations-open") : error;
    }
    return undefined;
  },

  async invitations() {
    const { received, sent } = await current().contacts().invitations();
    return {
      received: received.map(({ invitation, at }) => ({ invitation, at })),
      sent: sent.map(({ invitation, at, state, contact }) => ({
        invitation,
        at,
        state,
        name: inOneLine(contact?.name ?? ""),
      })),
    };
  },

  async accept({ invitation, name }) {
    const contacts = current().contacts();
    const { received } = await contacts.invitations();
    const found = received.find((each) => each.invitation === invitation);
    if (found === undefined) throw new ClientError("not-found", "is not an invitation received");
    await contacts.accept(found.invitation, name);
    return undefined;
  },
};
