// What others start from here: the invented people for trying things out, the kit as a page, the samples.

export { type Demo, type DemoPerson, makeDemo } from "./demo.ts";
export { demoLines } from "./demo-command.ts";
export { type KitPage, kitPdf } from "./kit-pdf.ts";
export { KIT_WORDS, type KitWords } from "./kit-words.ts";
export { SAMPLES_FOLDER, type SampleFile, sampleFiles } from "./samples/files.ts";
export { catalogue, type Language, type Words } from "./words.ts";
