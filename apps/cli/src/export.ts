import { mkdir, open as openFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { HealthRecord, Opened } from "@ecrin/client";
import type { Command } from "commander";
import { CommandError } from "./exit.ts";
import { Invocation } from "./invocation.ts";
import { recordNamed } from "./naming.ts";
import { fileNameOf } from "./open.ts";
import { progressLine } from "./progress.ts";
import { shown } from "./shown.ts";
import { refuseAnything, wholeFolder } from "./whole-file.ts";
import type { Words } from "./words.ts";

/** What an export came to. */
interface Exported {
  readonly resources: number;
  readonly files: number;
}

export function defineExport(program: Command, { help }: Words): void {
  program
    .command("export")
    .description(help.export)
    .argument("<folder>", help.args.newFolder)
    .option("--record <owner>", help.options.record)
    .action(async (folder: string, options: { record?: string }, command: Command) => {
      await exportRecord(Invocation.of(command), folder, options.record);
    });
}

/** Everything in plain form: one FHIR R4 bundle, and the attachments as files beside it. */
async function exportRecord(
  call: Invocation,
  folder: string,
  owner: string | undefined,
): Promise<void> {
  await refuseAnything(folder);
  await call.unlocked(async (account) => {
    const record = await recordNamed(account, owner);
    const made = await wholeFolder(folder, (part) => writeAll(call, record, part));
    const exported = { folder, ...made };
    const { said } = call.words;
    await call.result(exported, [
      said.exported(exported.resources, exported.files, shown(folder)),
      said.exportedPlain,
    ]);
  });
}

async function writeAll(call: Invocation, record: HealthRecord, folder: string): Promise<Exported> {
  await mkdir(join(folder, "files"), { mode: 0o700 });
  const total = (await record.list()).length;
  const line = progressLine(call.words, call.words.said.exporting, "things");
  const resources: unknown[] = [];
  let files = 0;
  try {
    for await (const { opened } of record.openAll()) {
      if (opened.size > 0) {
        files += 1;
        const name = `${String(files).padStart(4, "0")}-${fileNameOf(opened.metadata.title)}`;
        await writeAttachment(join(folder, "files", name), opened);
        resources.push(withUrl(opened, `files/${encodeURIComponent(name)}`));
      } else {
        resources.push(opened.resource);
      }
      line.moved(resources.length, total);
    }
  } finally {
    line.done();
  }
  const entry = resources.map((resource) => ({ resource }));
  const bundle = { resourceType: "Bundle", type: "collection", entry };
  const path = join(folder, "bundle.json");
  const text = JSON.stringify(bundle, null, 2);
  await writeFile(path, text, { flag: "wx", mode: 0o600 }).catch(unwritable(path));
  return { resources: resources.length, files };
}

/** The resource, its attachment led to the file beside the bundle. */
function withUrl({ resource }: Opened, url: string): unknown {
  return JSON.parse(JSON.stringify(resource), (name, value: unknown) =>
    name === "url" && value === "#attachment" ? url : value,
  );
}

async function writeAttachment(path: string, opened: Opened): Promise<void> {
  const file = await openFile(path, "wx", 0o600).catch(unwritable(path));
  try {
    // All of a piece, also where the disk takes it in parts.
    for await (const piece of opened.attachment) await file.writeFile(piece);
  } finally {
    await file.close();
  }
}

function unwritable(path: string): (cause: unknown) => never {
  return (cause) => {
    throw new CommandError("file-unwritable", path, { cause });
  };
}
