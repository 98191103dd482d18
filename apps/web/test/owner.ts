import { checkKit, signUp } from "./flows.ts";
import type { Ground } from "./ground.ts";
import { type Look, newVisitor, type Visitor } from "./visitor.ts";
import type { Language } from "./words.ts";

export interface Owner extends Visitor {
  readonly address: string;
  /** The kit as letters. */
  readonly kit: string;
}

let count = 0;

/** Somebody who has signed up, and stands before their empty record. */
export async function owner(
  ground: Ground,
  language: Language,
  look: Look = {},
  name = "Alice Martin",
): Promise<Owner> {
  count += 1;
  const address = `person${count}@example.org`;
  const visitor = await newVisitor(ground, language, look);
  const kit = await signUp(visitor, { name, address });
  await checkKit(visitor, kit.words);
  return { ...visitor, address, kit: kit.text };
}
