import { ClientError, type Succession } from "@ecrin/client";
import type { LossCalls } from "../wire-loss.ts";
import { behind, refusal, signInBehind } from "./behind.ts";
import type { Handlers } from "./handlers.ts";
import { current, forget, open, opened, sayAccepted, status } from "./session.ts";

/** A log that lost entries: accepting that, and what is left to show for it. */
export const lossCalls: Handlers<keyof LossCalls> = {
  async acceptLoss({ log }, _, passkey) {
    // What this device keeps is shown, and the sign-in behind it was what met the loss.
    if (opened() === undefined && behind() !== undefined) {
      await signInBehind("", passkey, open, log as Succession["to"]);
      if (opened() === undefined) throw refusal() ?? new ClientError("offline", "not signed in");
      sayAccepted();
      return await status();
    }
    const account = current();
    const successions = account.successions();
    const pending = await successions.pending();
    if (pending?.to !== log) throw new ClientError("refused", "another log follows than was shown");
    await successions.accept(pending.to);
    // What it remembered is let go: it opens again, and takes what there is now.
    forget();
    sayAccepted();
    await account.lock();
    return await status();
  },

  async lostReceipts() {
    return (await current().successions().lostReceipts()).map(({ at }) => at);
  },
};

/** An error as the open account understands it: something may be older than before because the log lost entries. */
export async function explained(error: unknown): Promise<unknown> {
  const account = opened();
  return account === undefined ? error : await account.successions().explain(error);
}
