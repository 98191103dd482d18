// npm run journey -- FILE…   Runs journey.ts on these files, or on the samples, and says what held.
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type FileInput, isBundle, mediaTypeOf } from "@ecrin/client";
import { startServer } from "@ecrin/server";
import { afterTheEnd } from "./after-the-end.ts";
import { checkItsExport } from "./check-export.ts";
import { journey } from "./journey.ts";
import { printingReport } from "./report.ts";

type InMemory = FileInput & { readonly content: Uint8Array<ArrayBuffer> };

const samples = new URL("../samples/", import.meta.url);
const given = process.argv.slice(2);
const paths =
  given.length > 0
    ? given
    : (await readdir(samples)).map((name) => new URL(name, samples).pathname);

const files: InMemory[] = [];
const bundles: unknown[] = [];
for (const path of paths) {
  const content = new Uint8Array(await readFile(path));
  const bundle = bundleOf(path, content);
  if (bundle === undefined)
    files.push({ title: basename(path), mediaType: mediaTypeOf(path), content });
  else bundles.push(bundle);
}
// A journey opens all but one of its files.
while (files.length < 2) {
  files.push({
    title: `note ${files.length}`,
    mediaType: "text/plain",
    content: new TextEncoder().encode("une note"),
  });
}

const elsewhere = process.env.ECRIN_URL;
const dataDir =
  elsewhere === undefined ? await mkdtemp(join(tmpdir(), "ecrin-journey-")) : undefined;
const server = dataDir === undefined ? undefined : await startServer({ dataDir, port: 0 });
const report = printingReport((line) => console.log(line));
let failed = false;
try {
  console.log(
    `\n${files.length} files and ${bundles.length} FHIR bundles, against ${elsewhere ?? "a server of our own"}\n`,
  );
  const told = await journey(server?.url ?? elsewhere ?? "", files, bundles, report);
  await checkItsExport(told, report);
  if (dataDir === undefined)
    console.log("              what needs the server's own keys is not tried against ECRIN_URL");
  else await afterTheEnd(told, report);
} catch (error) {
  failed = true;
  console.error(error);
} finally {
  await server?.stop();
  if (dataDir !== undefined) await rm(dataDir, { recursive: true, force: true });
}
const broken = report.broken.length;
console.log(failed || broken > 0 ? `\n${broken} promises broken\n` : "\nEvery promise held.\n");
process.exitCode = failed || broken > 0 ? 1 : 0;

function bundleOf(path: string, content: Uint8Array): unknown {
  if (!path.endsWith(".json")) return undefined;
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(content));
    return isBundle(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
