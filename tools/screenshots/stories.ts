import type { Ground } from "../../apps/web/test/ground.ts";
import type { Language } from "../../apps/web/test/words.ts";
import { apart } from "./apart.ts";
import { away } from "./away.ts";
import type { Camera } from "./camera.ts";
import { door } from "./door.ts";
import { loss } from "./loss.ts";
import { record } from "./record.ts";
import { room } from "./room.ts";

export type Story = (ground: Ground, language: Language, camera: Camera) => Promise<void>;

/** What people go through; together they come by every page. A loss comes last: it ends what was before. */
export const STORIES = { record, room, away, apart, door, loss } as const satisfies Readonly<
  Record<string, Story>
>;
