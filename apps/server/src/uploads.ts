import { randomBytes } from "node:crypto";
import type { Readable } from "node:stream";
import { type AccountId, MAX_CONTENT, type ProblemCode } from "@ecrin/protocol";
import { DataStore, MemoryLocker, Server, Upload } from "@tus/server";
import type { UploadHandler } from "./app.ts";
import type { Ground } from "./call.ts";
import { refuse } from "./problem.ts";

type Kept = Pick<Ground, "sql" | "blobs" | "now">;
type Making = Kept & Pick<Ground, "quotas">;

/** An upload that no revision names, and on which nothing moves for this long, is collected. */
const ABANDONED_MS = 24 * 3600_000;
/** What an account may have lying here without a revision that names it. */
const MOST_BYTES = MAX_CONTENT;
const MOST_UPLOADS = 256;

/**
 * The resumable upload (tus 1.0). What arrives is ciphertext under a random name;
 * a revision names it once it is whole (accept.ts), and from then on it stays.
 */
export function createUploads(): UploadHandler {
  const locker = new MemoryLocker();
  return async (call) => {
    let failure: unknown;
    const tus = new Server({
      path: "/v1/uploads",
      datastore: new AccountUploads(call, call.session.account),
      locker,
      relativeLocation: true,
      maxSize: MAX_CONTENT,
      // No page of another host uploads here.
      allowedOrigins: () => false,
      namingFunction: () => randomBytes(24).toString("base64url"),
      onResponseError: (_request, error) => {
        failure = error;
        return undefined;
      },
    });
    const response = await tus.handleWeb(call.request);
    if (failure instanceof Error) throw failure;
    return response.ok ? response : refuse(CODES.get(response.status) ?? "internal");
  };
}

/** What tus says by a status, and without a body of ours. */
const CODES = new Map<number, ProblemCode>([
  [400, "malformed"],
  [403, "malformed"],
  [404, "not-found"],
  [409, "conflict"],
  [412, "malformed"],
  [413, "too-large"],
  [501, "malformed"],
]);

/** The uploads of one account; those of others are not there. */
class AccountUploads extends DataStore {
  readonly #kept: Making;
  readonly #account: AccountId;

  constructor(kept: Making, account: AccountId) {
    super();
    this.#kept = kept;
    this.#account = account;
    this.extensions = ["creation", "termination"];
  }

  override async create(upload: Upload): Promise<Upload> {
    const { sql, blobs, now, quotas } = this.#kept;
    // File names and the like have no place here.
    if (upload.metadata !== undefined) refuse("malformed", "header.upload-metadata");
    const length = upload.size ?? 0;
    if (length === 0) refuse("malformed", "header.upload-length");
    await sql.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(hashtextextended(${this.#account}, 0))`;
      const admitted = await tx`
        insert into uploads (upload, account, length, moved_at)
        select ${upload.id}, ${this.#account}, ${length}::bigint, ${now()}::bigint
        from (
          select coalesce(sum(length), 0) as bytes, count(*) as uploads
          from uploads where account = ${this.#account} and not named
        ) as lying
        where bytes + ${length} <= ${MOST_BYTES} and uploads < ${MOST_UPLOADS}
        returning upload`;
      if (admitted.length === 0) refuse("rate-limited");
      const [all] = await tx<{ bytes: number }[]>`
        select coalesce(sum(length), 0)::bigint as bytes from uploads
        where account = ${this.#account}`;
      if ((all?.bytes ?? 0) > quotas.uploaded) refuse("quota-reached", "header.upload-length");
    });
    // A row without its file is collected; a file without its row never would be. Until then it
    // would count: who tries again on a full disk shall find room once there is some.
    await blobs.create(upload.id).catch(async (error: unknown) => {
      await sql`delete from uploads where upload = ${upload.id}`.catch(() => undefined);
      throw error;
    });
    return upload;
  }

  override async write(stream: Readable, id: string, offset: number): Promise<number> {
    const { sql, blobs, now } = this.#kept;
    await sql`update uploads set moved_at = ${now()} where upload = ${id}`;
    return await blobs.append(id, offset, stream);
  }

  override async getUpload(id: string): Promise<Upload> {
    const { sql, blobs } = this.#kept;
    const [row] = await sql<{ length: number }[]>`
      select length from uploads where upload = ${id} and account = ${this.#account}`;
    const offset = row === undefined ? undefined : await blobs.size(id);
    if (row === undefined || offset === undefined) return refuse("not-found");
    return new Upload({ id, size: row.length, offset });
  }

  override async remove(id: string): Promise<void> {
    const { sql, blobs } = this.#kept;
    await sql.begin(async (tx) => {
      const gone = await tx`
        delete from uploads where upload = ${id} and account = ${this.#account} and not named
        returning upload`;
      if (gone.length === 0) refuse("not-found");
      await blobs.remove(id);
    });
  }
}

/**
 * Deletes uploads that were abandoned. The row is locked while its file goes: a
 * revision that names it at this moment finds it whole, or gone.
 * @returns how many
 */
export async function collectUploads({ sql, blobs, now }: Kept): Promise<number> {
  return await sql.begin(async (tx) => {
    const gone = await tx<{ upload: string }[]>`
      delete from uploads where not named and moved_at < ${now() - ABANDONED_MS}
      returning upload`;
    for (const { upload } of gone) await blobs.remove(upload);
    return gone.length;
  });
}
