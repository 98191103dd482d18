import type { Sql } from "../src/database.ts";

// A database that fails where a test says: at the first touch of a table, or at the commit.

const COMMIT = "commit";
/** A proof is spent before anything is decided; the log is signed when it is time, whoever asks what. */
const NOT_MEASURED = new Set(["proofs", "log_checkpoints", "log_hashes", "security_log"]);
/** Of `journal_head`: how often somebody tried to write, which is no fact. */
const TRIES = "turn";

export interface Failures {
  /** The tables that were written to since the last time this was asked; `commit` among them. */
  touched(): Promise<string[]>;
  /** From here on writing to this table, or `commit`, fails as a full disk does; undefined: nothing fails. */
  failAt(place: string | undefined): Promise<void>;
  /** A picture of every table, to be compared. */
  picture(): Promise<string>;
  /** How many entries all journals have. */
  entries(): Promise<number>;
}

/** Sets traps in every table of the service. They stay until the database goes. */
export async function setTraps(admin: Sql): Promise<Failures> {
  const tables = (
    await admin<{ name: string }[]>`
      select tablename as name from pg_tables where schemaname = 'ecrin' order by 1`
  )
    .map((row) => row.name)
    .filter((name) => !NOT_MEASURED.has(name));
  await admin.unsafe(`
    create schema traps;
    create table traps.touched (name text primary key);
    create table traps.failing (name text primary key);
    create function traps.touch() returns trigger language plpgsql security definer as $$
    declare place text := coalesce(tg_argv[0], tg_table_name);
    begin
      if exists (select from traps.failing where name = place) then
        raise exception 'a trap' using errcode = '53100';
      end if;
      insert into traps.touched values (place) on conflict do nothing;
      return null;
    end $$;
    grant usage on schema traps to public;`);
  for (const table of tables) {
    await admin.unsafe(`
      create trigger traps_touch after insert or update or delete on ecrin.${table}
        for each statement execute function traps.touch();
      create constraint trigger traps_commit after insert or update or delete on ecrin.${table}
        deferrable initially deferred for each row execute function traps.touch('${COMMIT}');`);
  }
  const counted = tables
    .map((table) => {
      const sum = `coalesce(sum(hashtextextended((to_jsonb(t) - '${TRIES}')::text, 0)::numeric), 0)`;
      return `select '${table}' as name, count(*) || ' ' || ${sum} as rows from ecrin.${table} t`;
    })
    .join(" union all ");
  return {
    touched: async () =>
      (await admin<{ name: string }[]>`delete from traps.touched returning name`).map(
        (row) => row.name,
      ),
    failAt: async (place) => {
      await admin`delete from traps.failing`;
      if (place !== undefined) await admin`insert into traps.failing values (${place})`;
    },
    picture: async () => JSON.stringify(await admin.unsafe(`${counted} order by 1`)),
    entries: async () => {
      const [row] = await admin<{ count: number }[]>`select count(*) from ecrin.journal_leaves`;
      return row?.count ?? -1;
    },
  };
}
