import type { FhirResource, HealthRecord, ListedItem, OfflineRecord } from "@ecrin/client";
import type { Command } from "commander";
import { dateGiven, fhirIn, resumeName, withFile } from "./add.ts";
import { Invocation } from "./invocation.ts";
import { itemHere, listedNamed } from "./naming.ts";
import { progressLine } from "./progress.ts";
import { titleIn } from "./shown.ts";
import { tellWaiting } from "./standing.ts";
import type { Words } from "./words.ts";

/** A new version of an item, and its end: both leave its history. */
export function defineChange(program: Command, { help }: Words): void {
  program
    .command("correct")
    .description(help.correct)
    .argument("<item>", help.args.item)
    .argument("<file>", help.args.file)
    .option("--title <title>", help.options.title)
    .option("--date <date>", help.options.date, dateGiven)
    .action(async (item: string, file: string, options: CorrectOptions, command: Command) => {
      await correct(Invocation.of(command), item, file, options);
    });
  program
    .command("delete")
    .description(help.delete)
    .argument("<item>", help.args.item)
    .option("--yes", help.options.yes)
    .action(async (item: string, options: { yes?: boolean }, command: Command) => {
      await remove(Invocation.of(command), item, options.yes);
    });
}

interface CorrectOptions {
  readonly title?: string;
  readonly date?: string;
}

async function correct(
  call: Invocation,
  text: string,
  path: string,
  given: CorrectOptions,
): Promise<void> {
  const resources = await fhirIn(path);
  await call.atHand(
    async (account) => {
      const place = await listedNamed(account, call.home, text);
      await correctIn(call, place, path, given, resources);
    },
    async (here) => {
      await correctIn(call, await itemHere(here, call.home, text), path, given, resources);
      await tellWaiting(call, here);
    },
  );
}

/** An item, and the record it is in. */
interface Place {
  readonly record: HealthRecord | OfflineRecord;
  readonly listed: ListedItem;
}

async function correctIn(
  call: Invocation,
  { record, listed }: Place,
  path: string,
  given: CorrectOptions,
  resources: readonly FhirResource[] | undefined,
): Promise<void> {
  const { said } = call.words;
  const [resource] = resources?.length === 1 ? resources : [];
  const isFile = listed.metadata.type === "DocumentReference" || resource === undefined;
  const line = progressLine(call, said.adding(titleIn(path)), "bytes");
  const title = given.title ?? listed.metadata.title;
  try {
    const options = { progress: line.moved, resume: await resumeName(path, listed.item) };
    const revision = isFile
      ? await withFile(path, { ...given, title }, (file) =>
          record.correct(listed.item, file, options),
        )
      : await record.correct(listed.item, resource, options);
    await call.result({ item: listed.item, revision }, [said.corrected(titleIn(title))]);
  } finally {
    line.done();
  }
}

async function remove(call: Invocation, text: string, yes: boolean | undefined): Promise<void> {
  await call.atHand(
    async (account) => await removeIn(call, await listedNamed(account, call.home, text), yes),
    async (here) => {
      await removeIn(call, await itemHere(here, call.home, text), yes);
      await tellWaiting(call, here);
    },
  );
}

async function removeIn(call: Invocation, { record, listed }: Place, yes: boolean | undefined) {
  const { said } = call.words;
  const title = titleIn(listed.metadata.title);
  await call.confirm(said.deleteAsk(title), yes);
  await record.delete(listed.item);
  await call.result({ item: listed.item, deleted: true }, [said.deleted(title)]);
}
