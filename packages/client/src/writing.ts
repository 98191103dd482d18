import { CryptoError } from "@ecrin/crypto";
import type { ItemId, RevisionId } from "@ecrin/protocol";
import { BegunUpload } from "./begun.ts";
import { ClientError } from "./errors.ts";
import type { Listing } from "./listing.ts";
import { mustTurn, rotateIfDue } from "./membership.ts";
import { type Draft, rewrap, type SealedDraft, sealRevision } from "./seal.ts";
import { hasMovedOn, type SpaceView } from "./space-view.ts";
import type { Unlocked } from "./unlocked.ts";
import type { Progress } from "./upload.ts";

const ATTEMPTS = 5;

/** How something is written. */
export interface WriteOptions {
  readonly progress?: Progress;
  /** A name for the file, such as its path: an interrupted upload under it goes on. */
  readonly resume?: string;
}

/** How revisions come into a record: sealed from a view that is young enough, and again from a newer one. */
export class Writing {
  /** Whether the listing holds all that was written here. */
  isListed = true;
  readonly #u: Unlocked;
  readonly #view: SpaceView;
  readonly #listing: Listing;

  constructor(u: Unlocked, view: SpaceView, listing: Listing) {
    this.#u = u;
    this.#view = view;
    this.#listing = listing;
  }

  /** The view is young enough, and nothing is due any more. */
  async ready(): Promise<void> {
    await this.#view.beFresh();
    if (!(await mustTurn(this.#view))) return;
    await this.#listing.sync();
    await rotateIfDue(this.#u, this.#view, this.#listing.tree);
  }

  /** Seals drafts and posts them in one; the first is answered. */
  async write(
    drafts: readonly Draft[],
    { progress, resume }: WriteOptions = {},
  ): Promise<{ item: ItemId; revision: RevisionId }> {
    const begun = resume === undefined ? undefined : new BegunUpload(this.#u.store, resume);
    const options = {
      ...(progress === undefined ? {} : { progress }),
      ...(begun === undefined ? {} : { begun }),
    };
    const seal = () =>
      Promise.all(drafts.map((draft) => sealRevision(this.#u, this.#view, draft, options)));
    try {
      const [first] = await this.post(seal);
      await begun?.forget();
      if (first === undefined) throw new ClientError("not-found", "nothing was written");
      return first;
    } catch (error) {
      // Another file under the same name: what was begun cannot go on.
      if (error instanceof CryptoError && error.code === "source-changed") await begun?.forget();
      throw error;
    }
  }

  /** Seals once and posts; where the epoch turned meanwhile, wraps again what is sealed already. */
  async post(seal: () => Promise<SealedDraft[]>): Promise<SealedDraft[]> {
    await this.ready();
    let sealed = await seal();
    return await this.again(async (attempt) => {
      if (attempt > 0) {
        await this.ready();
        sealed = await Promise.all(sealed.map((each) => rewrap(this.#u, this.#view, each)));
      }
      await this.#u.http.call("revisionsPost", {
        params: { space: this.#view.space },
        body: { revisions: sealed.map((each) => each.post) },
      });
      this.isListed = false;
      return sealed;
    });
  }

  /** Tries again from the new state where somebody else was faster. */
  async again<T>(attempt: (tried: number) => Promise<T>): Promise<T> {
    for (let tried = 0; ; tried++) {
      try {
        return await attempt(tried);
      } catch (error) {
        if (!hasMovedOn(error) || tried + 1 >= ATTEMPTS) throw error;
        await this.#view.refresh();
        await this.#view.beFresh(0);
        await this.#listing.sync();
      }
    }
  }
}
