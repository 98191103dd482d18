import type { AccountId, EntryAbout, SpaceId } from "@ecrin/protocol";
import type { Ground } from "./call.ts";

interface Past {
  readonly space: SpaceId;
  readonly about: EntryAbout;
}

/**
 * So many at once: they are ended under the lock that every write waits for, and many end at the same
 * midnight.
 */
const MOST_AT_ONCE = 500;

/**
 * Writes down, once, each membership and share whose date has passed. What they
 * gave was refused from that moment on; this only says so. The marks are set under
 * the journal's lock, so that of several processes one writes.
 * @returns how many
 */
export async function noteExpired(
  ground: Pick<Ground, "sql" | "journal" | "now">,
): Promise<number> {
  const at = ground.now();
  for (let noted = 0; ; ) {
    const { marked, entries } = await noteSome(ground, at);
    noted += entries;
    if (marked < MOST_AT_ONCE) return noted;
  }
}

/** @returns how many were marked, and of how many the journal tells */
async function noteSome(
  { sql, journal }: Pick<Ground, "sql" | "journal">,
  at: number,
): Promise<{ readonly marked: number; readonly entries: number }> {
  const [due] = await sql`
    select from space_members where until <= ${at} and not expired
    union all
    select from shares where until <= ${at} and not expired limit 1`;
  if (due === undefined) return { marked: 0, entries: 0 };
  let marked = 0;
  const done = await journal.commit<Past[]>({
    effect: async (tx) => {
      const members = await tx<{ space: SpaceId; account: AccountId; kind: string }[]>`
        update space_members m set expired = true from spaces s
        where s.space = m.space and (m.space, m.account) in (
          select space, account from space_members
          where until <= ${at} and not expired order by until limit ${MOST_AT_ONCE})
        returning m.space, m.account, s.kind`;
      const shares = await tx<{ source: SpaceId; share: SpaceId; closed: boolean }[]>`
        update shares h set expired = true from spaces s
        where s.space = h.share and h.share in (
          select share from shares where until <= ${at} and not expired
          order by until limit ${MOST_AT_ONCE - members.length})
        returning h.source, h.share, s.closed`;
      marked = members.length + shares.length;
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
  return { marked, entries: done.positions.length };
}
