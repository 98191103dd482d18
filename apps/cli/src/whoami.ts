import type { Command } from "commander";
import { Invocation } from "./invocation.ts";
import { nameOf } from "./naming.ts";
import { shortId } from "./short-id.ts";
import { columns, momentIn, shown, wordIn } from "./shown.ts";
import type { Words } from "./words.ts";

export function defineWhoami(program: Command, { help }: Words): void {
  program
    .command("whoami")
    .description(help.whoami)
    .action(async (_options: object, command: Command) => {
      await whoami(Invocation.of(command));
    });
}

async function whoami(call: Invocation): Promise<void> {
  const { words } = call;
  await call.unlocked(async (account) => {
    const server = await call.server();
    const records: { space: string; owner: string; own: boolean; role: string }[] = [];
    for (const record of await account.records()) {
      const members = await record.members();
      const owner = members.find((member) => member.role === "owner")?.account;
      const role = members.find((member) => member.account === account.id)?.role ?? "reader";
      const own = owner === account.id;
      records.push({ space: record.space, owner: nameOf(account, owner, words), own, role });
    }
    const notices = await account.notices();
    const { id, device, name } = account;
    await call.result({ account: id, device, name, server, records, notices }, [
      `${shown(name)}  ${id}`,
      shown(server),
      ...columns(
        records.map(({ space, owner, own, role }) => [
          shortId(space),
          own ? words.table.own : words.table.recordOf(owner),
          own ? "" : words.roles[role as keyof typeof words.roles],
        ]),
      ),
      ...notices.map(
        ({ kind, at }) => `${momentIn(words, at)}  ${wordIn(words.notices, kind) ?? shown(kind)}`,
      ),
    ]);
  });
}
