import { Trans, useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import type { VaultError } from "../vault.ts";
import { waitInWords } from "../words.ts";
import { AlarmWords } from "./alarm.tsx";
import { Notice } from "./notice.tsx";

/** What went wrong, in words, and what to do about it; in a dialog too, where nothing further is asked. */
export function Failure({
  error,
  children,
}: {
  readonly error: VaultError | undefined;
  readonly children?: ReactNode;
}) {
  if (error === undefined) return null;
  return (
    <Notice tone="alarm">
      {isAlarm(error.code) && error.code !== "contact-changed" ? (
        <AlarmWords code={error.code} />
      ) : (
        <p>
          <ProblemWords code={error.code} place={error.place} wait={error.wait} />
        </p>
      )}
      {children}
    </Notice>
  );
}

/** Alarms are never about a mistake of the person's: something is not as it was. */
const ALARMS: ReadonlySet<string> = new Set([
  "rollback",
  "fork",
  "entry-missing",
  "not-witnessed",
  "log-key-changed",
  "log-succeeded",
  "contact-changed",
]);

/** Whether a code says that the service shows something other than before. */
function isAlarm(code: string): boolean {
  return ALARMS.has(code);
}

function ProblemWords({
  code,
  place,
  wait = 0,
}: {
  readonly code: string;
  readonly place: string | undefined;
  /** Seconds until it may be tried again. */
  readonly wait: number | undefined;
}): ReactNode {
  const { i18n } = useLingui();
  switch (code) {
    case "offline":
      return (
        <Trans>
          The service cannot be reached. Check your connection and try again; nothing you typed is
          lost.
        </Trans>
      );
    case "not-kept":
      return (
        <Trans>
          There is no network, and this is not kept on this device. It opens when the device is
          connected again.
        </Trans>
      );
    case "unavailable":
    case "internal":
    case "bad-answer":
      return (
        <Trans>
          The service has a difficulty of its own. Nothing was done by halves. Try again in a few
          minutes.
        </Trans>
      );
    case "worker-stopped":
      return (
        <Trans>
          The part of this page that seals and opens has not started. Reload the page; if that does
          not help, use a recent Firefox, Chrome, Edge or Safari.
        </Trans>
      );
    case "rate-limited":
      return (
        <Trans>
          That was many attempts in a short time. Wait {waitInWords(wait, i18n.locale)}, then try
          again.
        </Trans>
      );
    case "wrong-password":
    case "sign-in-refused":
      return (
        <Trans>This password does not open the record. Check the keyboard and try again.</Trans>
      );
    case "second-factor-needed":
      return <Trans>A code of your app is asked for as well. Type it, then open again.</Trans>;
    case "factor-refused":
      return <Trans>This code was not accepted. Wait until the app shows the next one.</Trans>;
    case "broken-off":
      return (
        <Trans>
          Your session ended while this was being added. A part of it may be in your record. Look at
          your documents, then add it again if it is missing.
        </Trans>
      );
    case "code-differs":
      return (
        <Trans>
          That is not the code. Look at the other device and type it again. If it happens three
          times, begin anew on the new device.
        </Trans>
      );
    case "passkey-refused":
      return <Trans>No passkey was used. Nothing has changed; try again when you are ready.</Trans>;
    case "passkey-opens-nothing":
      return (
        <Trans>
          This passkey cannot open a record: what holds it lacks a function for that. Use your kit,
          or another phone or security key.
        </Trans>
      );
    case "device-password-needed":
      return (
        <Trans>
          Your password was changed on another device. Use the one this device knew before; it will
          then learn the new one.
        </Trans>
      );
    case "password-changed":
      return (
        <Trans>
          Your password was changed on another device. The one you typed opens this device only.
          Type the new one to sign in.
        </Trans>
      );
    case "log-key":
      return <Trans>This is not a key of a log: it has 43 letters and figures.</Trans>;
    case "roots-file":
      return (
        <Trans>
          This file holds no certificate. One ends in .pem, .crt, .cer or .der, and the authority
          publishes it.
        </Trans>
      );
    case "witnesses-file":
      return (
        <Trans>
          This file is no list of witnesses. It has the form of log/witnesses.json in a copy.
        </Trans>
      );
    case "witness-line":
      return (
        <Trans>
          This is not the key line of a witness: a name, eight figures or letters and the key, with
          a plus sign between them. Copy it whole.
        </Trans>
      );
    case "witness-operator":
      return <Trans>Say who runs this witness, in at most 80 letters.</Trans>;
    case "witness-twice":
      return <Trans>This witness is on the list already.</Trans>;
    case "witnesses-few":
      return <Trans>At least three witnesses of different people are needed.</Trans>;
    case "witnesses-many":
      return <Trans>A list has 15 witnesses at most. Take one off first.</Trans>;
    case "record-number":
      return <Trans>This is not a record number: it has 22 letters and figures.</Trans>;
    case "wrong-kit":
      return place === undefined ? (
        <Trans>This kit does not fit. Compare it with your sheet, sign by sign.</Trans>
      ) : (
        <Trans>This kit does not fit: look at number {place} on your sheet again.</Trans>
      );
    case "not-enrolled":
    case "device-or-kit-needed":
      return (
        <Trans>
          This device is not, or no longer, signed in to the record. Open it again with your kit and
          your password.
        </Trans>
      );
    case "locked":
    case "not-signed-in":
      return <Trans>The record is closed. Open it again with your password.</Trans>;
    case "contact-not-verified":
      return (
        <Trans>
          This person is not among your contacts yet. Check their code first, or wait until they
          accept your invitation.
        </Trans>
      );
    case "not-accepted":
      return <Trans>This is offered to you. Accept it first, on the page Shared with me.</Trans>;
    case "contact-code":
      return (
        <Trans>
          This is not a contact code. It begins with “ecrin-1:contact:” and is copied whole.
        </Trans>
      );
    case "contact-changed":
      return (
        <Trans>
          Warning: this contact’s keys are not those you checked. Share nothing with them before you
          have met and compared your codes again.
        </Trans>
      );
    case "parameters-below-floor":
      return (
        <Trans>
          The service asked this device to protect your password less than it must. The device
          refused, and sent nothing.
        </Trans>
      );
    case "cannot-open":
      return (
        <Trans>
          This cannot be opened: it is not, byte for byte, what its author sealed. Nothing of it is
          shown.
        </Trans>
      );
    case "not-allowed":
    case "closed":
      return (
        <Trans>
          You may no longer open this: the access has ended. Ask the person who shared it.
        </Trans>
      );
    case "not-found":
      return <Trans>This is not, or no longer, here.</Trans>;
    case "too-large":
      return <Trans>This file is too large to be added in a browser: 2 GB is the most.</Trans>;
    case "invitations-open":
      return (
        <Trans>
          Too many of your invitations wait for an answer. You can invite again once one is
          accepted, or a year old.
        </Trans>
      );
    case "quota-reached":
    case "storage-full":
      return (
        <Trans>
          There is no more room. Nothing was added; free some space or ask whoever runs the service.
        </Trans>
      );
    case "device-full":
      return (
        <Trans>This device has no room left for Écrin’s own notes. Free some space first.</Trans>
      );
    case "clock":
      return (
        <Trans>This device’s clock is wrong. Set its date and time right, then try again.</Trans>
      );
    case "not-fhir":
      return place === undefined ? (
        <Trans>This file is not a FHIR bundle that can be read.</Trans>
      ) : (
        <Trans>This FHIR bundle cannot be read: look at {place}.</Trans>
      );
    case "stale-head":
    case "stale-tree":
    case "stale-view":
    case "conflict":
    case "rotation-due":
      return <Trans>Something changed on another device at the same moment. Try once more.</Trans>;
    default:
      return (
        <Trans>
          This could not be done, and nothing was done by halves. If it happens again, give whoever
          runs the service this word: {code}.
        </Trans>
      );
  }
}
