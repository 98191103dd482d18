import { heading } from "./flows.ts";
import type { Ground } from "./ground.ts";
import { somebody } from "./people.ts";
import { type Look, newVisitor, type Visitor } from "./visitor.ts";
import { unlock } from "./waiting-room.ts";
import type { Language } from "./words.ts";

export interface Owner extends Visitor {
  readonly address: string;
  /** The kit as letters. */
  readonly kit: string;
}

/** Somebody on a device of theirs, before their empty record: signed up by the SDK, unlocked at the door. */
export async function owner(
  ground: Ground,
  language: Language,
  look: Look = {},
  name = "Alice Martin",
): Promise<Owner> {
  const { address, kit, store } = await somebody(ground, name);
  const visitor = await newVisitor(ground, language, look, store);
  await unlock(visitor);
  await heading(visitor.page, visitor.say("My documents"));
  return { ...visitor, address, kit };
}
