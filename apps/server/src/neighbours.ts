import type { Sql } from "./database.ts";

/**
 * Looks whether another service is at work in another database of the same PostgreSQL server. Roles
 * belong to the server and not to a database: both are `ecrin_app`, each start gives it the password
 * of its own service, and the other one is refused from its next connection on.
 * @throws Error with a sentence that says what to do
 */
export async function refuseNeighbours(admin: Sql): Promise<void> {
  const [other] = await admin<{ name: string }[]>`
    select datname as name from pg_stat_activity
    where usename = 'ecrin_app' and datname <> current_database() limit 1`;
  if (other === undefined) return;
  throw new Error(
    `another Écrin is at work in this PostgreSQL server, in the database ${other.name}, and this one would lock it out: ` +
      "both are the role ecrin_app, which has one password. Give each a PostgreSQL server of its own.",
  );
}
