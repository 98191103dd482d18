import type { AccountId, EntryAbout, SpaceId } from "@ecrin/protocol";
import type { Ground } from "./call.ts";

interface Past {
  readonly space: SpaceId;
  readonly about: EntryAbout;
}

/**
 * Writes down, once, each membership and share whose date has passed. What they
 * gave was refused from that moment on; this only says so. The marks are set under
 * the journal's lock, so that of several processes one writes.
 * @returns how many
 */
export async function noteExpired({
  sql,
  journal,
  now,
}: Pick<Ground, "sql" | "journal" | "now">): Promise<number> {
  const at = now();
  const [due] = await sql`
    select from space_members where until <= ${at} and not expired
    union all
    select from shares where until <= ${at} and not expired limit 1`;
  if (due === undefined) return 0;
  const done = await journal.commit<Past[]>({
    effect: async (tx) => {
      const members = await tx<{ space: SpaceId; account: AccountId; kind: string }[]>`
        update space_members m set expired = true from spaces s
        where s.space = m.space and m.until <= ${at} and not m.expired
        returning m.space, m.account, s.kind`;
      const shares = await tx<{ source: SpaceId; share: SpaceId; closed: boolean }[]>`
        update shares h set expired = true from spaces s
        where s.space = h.share and h.until <= ${at} and not h.expired
        returning h.source, h.share, s.closed`;
      return [
        // A share's recipient has the share's own date, told of in the space it was made from.
        ...members
          .filter(({ kind }) => kind === "record")
          .map(({ space, account }) => ({ space, about: { account } })),
        // One that was ended before its date has its entry already.
        ...shares
          .filter(({ closed }) => !closed)
          .map(({ source, share }) => ({ space: source, about: { share } })),
      ];
    },
    entries: (past) =>
      past.map(({ space, about }) => ({ subject: space, kind: "expiry", actor: {}, about, at })),
  });
  return done.positions.length;
}
