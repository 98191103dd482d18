import {
  headPayload,
  mayManage,
  parseAs,
  parseStatement,
  type SpaceId,
  type Statement,
  type Subject,
} from "@ecrin/protocol";
import { openSpace } from "./access.ts";
import { answerStream } from "./answer-stream.ts";
import type { Call, Handlers } from "./call.ts";
import { exportJournal } from "./export.ts";
import { refuse } from "./problem.ts";

/** Handing a subject's journal to whom it concerns (spec/journal.md). */
export const journalHandlers: Handlers<"journal" | "journalExport"> = { journal, journalExport };

async function journal(call: Call<"journal">) {
  const subject = call.params.subject;
  await checkConcerned(call, subject);
  // The head first: entries that were added meanwhile belong to the next answer.
  const head = await call.journal.headOf(subject);
  if (head === undefined) return { entries: [] };
  const last = lastOf(head);
  const entries = await call.journal.entries(subject, call.query.from, call.query.limit);
  return { entries: entries.filter((entry) => entry.n <= last), head };
}

/** The whole of it as an archive, sent as it is made. */
async function journalExport(call: Call<"journalExport">): Promise<Response> {
  const { subject } = call.params;
  await checkConcerned(call, subject);
  call.limit("export", call.session.account);
  const { since, language } = call.query;
  const parts = await exportJournal(call, {
    subject,
    language,
    ...(since === undefined ? {} : { since }),
  });
  const body = answerStream(
    () => parts.next(),
    () => parts.return(undefined),
    call.broke,
  );
  return new Response(body, { headers: { "content-type": "application/zip" } });
}

/** An account's journal is its own; a space's is for those who manage it. Nobody else learns that there is one. */
export async function checkConcerned(
  call: Call<"journal"> | Call<"journalExport"> | Call<"journalEvents">,
  subject: Subject,
): Promise<void> {
  // What the log says of itself is for everybody.
  if (subject === call.session.account || subject === call.log.id) return;
  const { member } = await openSpace(call, subject as SpaceId);
  if (!mayManage(member)) refuse("not-allowed");
}

function lastOf(head: Statement): number {
  return parseAs(headPayload, parseStatement("head", head).payload, "head").n;
}
