import type { Handlers } from "./handlers.ts";
import { current, ownRecord } from "./session.ts";

type ExportCall = "takeJournal" | "verifyReady" | "verifyExport";

/** Taking a journal along, and checking a copy of one. What checks is fetched when it is first needed. */
export const exportCalls: Handlers<ExportCall> = {
  async takeJournal({ of, language, since, log }, progress) {
    const [account, record] = [current(), await ownRecord()];
    const [known] = (await account.checkLog()).keys.lives;
    // Of another log: one that lost entries, perhaps those under that copy (spec/succession.md).
    const asked = since === 0 || log !== known?.key ? { language } : { language, since };
    const pieces = await (of === "record" ? record : account).exportJournal(asked);
    // The pieces go into a blob one by one, so nothing is held twice.
    const parts: Blob[] = [];
    let done = 0;
    for await (const piece of pieces) {
      parts.push(new Blob([piece]));
      done += piece.length;
      progress(done, 0);
    }
    const file = new Blob(parts, { type: "application/zip" });
    const [first] = (await account.checkLog()).keys.lives;
    const { demonstration } = await account.anchors();
    const { verdictOn } = await verifier();
    const nothing = { roots: [], witnesses: undefined, earlier: undefined };
    const given = { file, logKey: first?.key ?? "", demonstration, ...nothing };
    return { file, verdict: await verdictOn(given, progress, account.witnesses()) };
  },

  async verifyReady() {
    await verifier();
    return undefined;
  },

  async verifyExport(asked, progress) {
    return await (await verifier()).verdictOn(asked, progress);
  },
};

function verifier(): Promise<typeof import("./verdict.ts")> {
  return import("./verdict.ts");
}
