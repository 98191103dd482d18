import { join } from "node:path";
import type { Command } from "commander";
import type { Demo } from "./demo.ts";
import { Invocation } from "./invocation.ts";
import { fullMomentIn } from "./shown.ts";
import type { Words } from "./words.ts";

export function defineDemo(program: Command, { help }: Words): void {
  program
    .command("demo")
    .description(help.demo)
    .action(async (_options: object, command: Command) => {
      const call = Invocation.of(command);
      const { makeDemo } = await import("./demo.ts"); // The samples bring a whole PDF writer along.
      const demo = await makeDemo(await call.server(), join(call.home.folder, "demo"));
      await call.result(demo, demoLines(demo, call.words));
    });
}

/** How to sign in as the invented people. Their secrets are shown because nothing real is behind them. */
export function demoLines(demo: Demo, words: Words): string[] {
  const { demo: said } = words;
  return [
    said.heading,
    ...demo.people.flatMap(({ name, address, password, kit, home }) => [
      "",
      name,
      `  ${said.address}: ${address}`,
      `  ${said.password}: ${password}`,
      `  ${said.kit}: ${kit}`,
      `  ${said.home}: npm run ecrin -- --home ${home} list`,
    ]),
    "",
    said.shared(
      demo.share.from,
      demo.share.with,
      demo.share.documents,
      fullMomentIn(words, demo.share.until),
    ),
    said.how,
  ];
}
