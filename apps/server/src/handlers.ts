import type { RouteName } from "@ecrin/protocol";
import { aboutHandlers } from "./about-server.ts";
import { accountHandlers } from "./accounts.ts";
import { actsHandlers } from "./acts.ts";
import { approvalHandlers } from "./approvals.ts";
import type { Handlers } from "./call.ts";
import { contentHandlers } from "./contents.ts";
import { declaredHandlers } from "./declared.ts";
import { depositHandlers } from "./deposits.ts";
import { guestHandlers } from "./guests.ts";
import { inboxHandlers } from "./inbox.ts";
import { invitationHandlers } from "./invitations.ts";
import { kitHandlers } from "./kit.ts";
import { liveHandlers } from "./live-routes.ts";
import { logHandlers } from "./log-routes.ts";
import { passkeyHandlers } from "./passkeys.ts";
import { passwordHandlers } from "./password.ts";
import { readHandlers } from "./reads.ts";
import { rendezvousHandlers } from "./rendezvous.ts";
import { renewalHandlers } from "./renewal.ts";
import { revisionHandlers } from "./revisions.ts";
import { secondFactorHandlers } from "./second-factor.ts";
import { shareHandlers } from "./shares.ts";
import { signInHandlers } from "./sign-in.ts";
import { signUpHandlers } from "./sign-up.ts";
import { spaceHandlers } from "./spaces.ts";
import { journalHandlers } from "./subject-journal.ts";
import { totpHandlers } from "./totp.ts";
import { wrapHandlers } from "./wraps.ts";

/** Every route of the table with what answers it. */
export const handlers: Handlers<RouteName> = {
  ...aboutHandlers,
  ...signUpHandlers,
  ...signInHandlers,
  ...kitHandlers,
  ...accountHandlers,
  ...approvalHandlers,
  ...passwordHandlers,
  ...passkeyHandlers,
  ...secondFactorHandlers,
  ...totpHandlers,
  ...renewalHandlers,
  ...spaceHandlers,
  ...wrapHandlers,
  ...revisionHandlers,
  ...contentHandlers,
  ...readHandlers,
  ...declaredHandlers,
  ...shareHandlers,
  ...depositHandlers,
  ...inboxHandlers,
  ...rendezvousHandlers,
  ...guestHandlers,
  ...invitationHandlers,
  ...journalHandlers,
  ...logHandlers,
  ...liveHandlers,
  ...actsHandlers,
};
