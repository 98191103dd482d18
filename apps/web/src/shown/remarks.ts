// What a FHIR resource says of itself that turns what it seems to say: that it was a mistake, was not
// done, is not in force. It stands before everything else, so that nobody reads the rest without it.

import { isMembers, type Members } from "./members.ts";

export type Remark =
  /** It carries something that may change its meaning and that is not read here (FHIR R4, 2.7.1.1, 2.1.0.5). */
  | { readonly kind: "unread" }
  | { readonly kind: "mistake" }
  | { readonly kind: "not-done" }
  | { readonly kind: "not-to-do" }
  | { readonly kind: "ruled-out" }
  /** A status that is not the plain one: as a code, and the element that has it. */
  | { readonly kind: "status"; readonly element: string; readonly code: string };

const STATUSES = ["status", "docStatus", "clinicalStatus", "verificationStatus"] as const;

const TURNED: Readonly<Record<string, "mistake" | "not-done" | "ruled-out">> = {
  "entered-in-error": "mistake",
  "not-done": "not-done",
  "not-taken": "not-done",
  refuted: "ruled-out",
};

/** Codes of FHIR R4 under which something is, as a rule, not final or not in force. */
const APART: ReadonlySet<string> = new Set([
  ...["registered", "partial", "preliminary", "draft", "preparation", "planned", "proposed"],
  ...["intended", "unconfirmed", "provisional", "differential", "amended", "corrected", "appended"],
  ...[
    "cancelled",
    "stopped",
    "on-hold",
    "suspended",
    "revoked",
    "aborted",
    "abandoned",
    "rejected",
  ],
  ...["inactive", "remission", "resolved", "superseded", "retired", "noshow", "declined"],
]);

export function remarksOf(resource: Members): readonly Remark[] {
  const remarks: Remark[] = [];
  if (isUnread(resource)) remarks.push({ kind: "unread" });
  if (resource.doNotPerform === true) remarks.push({ kind: "not-to-do" });
  for (const element of STATUSES) {
    for (const code of codesOf(resource[element])) {
      const turned = Object.hasOwn(TURNED, code) ? TURNED[code] : undefined;
      if (turned !== undefined) remarks.push({ kind: turned });
      else if (APART.has(code)) remarks.push({ kind: "status", element, code });
    }
  }
  return remarks.filter(
    ({ kind }, i) => remarks.findIndex((each) => each.kind === kind) === i || kind === "status",
  );
}

/** Whether it, or anything in it, is changed by something that only machines of its author know. */
function isUnread(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isUnread);
  if (!isMembers(value)) return false;
  return (
    "modifierExtension" in value ||
    typeof value.implicitRules === "string" ||
    Object.values(value).some(isUnread)
  );
}

function codesOf(status: unknown): string[] {
  if (typeof status === "string") return [status];
  const codings = isMembers(status) && Array.isArray(status.coding) ? status.coding : [];
  return codings.filter(isMembers).flatMap(({ code }) => (typeof code === "string" ? [code] : []));
}
