import { ClientError, type HealthRecord, type ListedItem, withDigits } from "@ecrin/client";
import type { Series } from "../wire.ts";
import { seriesOf } from "./series.ts";

/** Results of one kind that are drawn together; older ones are left out, and counted. */
const MOST = 120;

type Opening = Pick<HealthRecord, "list" | "open">;
type Resource = Readonly<Record<string, unknown>>;

/** Whether it is a result, of which others may be drawn beside it. */
export function isDrawn({ metadata }: ListedItem): boolean {
  return metadata.type === "Observation";
}

/** The results of the kind that this one is of. One that does not open is left out as well, and keeps no other from being drawn. */
export async function drawn(record: Opening, item: string): Promise<readonly Series[]> {
  const items = await record.list();
  const own = items.find((each) => each.item === item);
  if (own === undefined || !isDrawn(own)) return [];
  const { title } = own.metadata;
  const named = items
    .filter((each) => isDrawn(each) && each.metadata.title === title)
    .sort((a, b) => ((a.metadata.date ?? "") < (b.metadata.date ?? "") ? 1 : -1));
  const alike = named.slice(0, MOST);
  if (alike.length < 2) return [];
  const resources: (readonly [item: string, resource: Resource])[] = [];
  let left = named.length - alike.length;
  for (const { item: each, revision } of alike) {
    const resource = await resourceOr(record, revision);
    if (resource === "shut") left += 1;
    else if (resource !== undefined) resources.push([each, resource]);
  }
  return seriesOf(item, resources).map((each) => ({ ...each, left: each.left + left }));
}

async function resourceOr(record: Opening, revision: ListedItem["revision"]) {
  try {
    return withDigits(await record.open(revision));
  } catch (error) {
    if (error instanceof ClientError && error.code === "cannot-open") return "shut";
    throw error;
  }
}
