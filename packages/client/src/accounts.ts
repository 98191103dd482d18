import {
  type AccountId,
  type AccountPayload,
  type AccountState,
  followAccount,
  fromUtf8,
  type Hash,
  hasHead,
  ProtocolError,
  parseAccountStatement,
  parseAs,
  type Signer,
  type Statement,
  statementField,
  timeField,
} from "@ecrin/protocol";
import * as z from "zod/mini";
import { ClientError, isRefusedFor } from "./errors.ts";
import type { Http } from "./http.ts";
import type { KeyringBook } from "./keyring.ts";
import type { Store } from "./store.ts";

/** How old a chain may be where nothing is said: what one sitting needs. */
const AGE = 60_000;
/** Statements asked for at a time. */
const PAGE = 200;
const PREFIX = "account/";

const keptField = z.strictObject({ seenAt: timeField, statements: z.array(statementField) });

interface View {
  readonly state: AccountState;
  readonly statements: readonly Statement[];
  /** When the server was last asked. */
  readonly seenAt: number;
}

export interface AccountBookPlace {
  readonly http: Http;
  readonly store: Store;
  readonly keyring: KeyringBook;
  readonly now: () => number;
  /** Whether what was followed is kept on the device. */
  readonly keeps?: boolean;
}

/**
 * Account chains, own and others', followed from the last statement known and
 * kept in the local store. A chain that is shorter than the one seen, or
 * another, is an alarm and is not taken in.
 */
export class AccountBook {
  readonly #place: AccountBookPlace;
  readonly #views = new Map<AccountId, View>();
  readonly #asking = new Map<AccountId, Promise<View>>();

  constructor(place: AccountBookPlace) {
    this.#place = place;
  }

  /**
   * The chain of an account, asked for anew unless it is younger than `maxAge` milliseconds; with
   * Infinity, unless nothing of it is known.
   * @param identity from a contact code: the server hands a chain out to whoever names one
   * @throws ClientError `rollback`, `fork`, `not-found`, `offline`
   */
  async get(account: AccountId, maxAge: number = AGE, identity?: Hash): Promise<AccountState> {
    const known = await this.#known(account);
    if (known !== undefined && this.#isYoung(known, maxAge)) return known.state;
    return (await this.#refresh(account, identity)).state;
  }

  /** A clock that was set back makes no chain young. */
  #isYoung({ seenAt }: View, maxAge: number): boolean {
    const age = this.#place.now() - seenAt;
    return maxAge === Number.POSITIVE_INFINITY || (age >= 0 && age < maxAge);
  }

  /** Several at once. */
  async getAll(
    accounts: Iterable<AccountId>,
    maxAge: number = AGE,
  ): Promise<ReadonlyMap<AccountId, AccountState>> {
    const each = [...new Set(accounts)].map(
      async (account) => [account, await this.get(account, maxAge)] as const,
    );
    return new Map(await Promise.all(each));
  }

  /** The chains of signers, each at least as far as the head it signed at: asked for anew only where it is shorter. */
  async reaching(
    signers: Iterable<Pick<Signer, "account" | "head">>,
  ): Promise<ReadonlyMap<AccountId, AccountState>> {
    const chains = new Map<AccountId, AccountState>();
    for (const { account, head } of signers) {
      const known = chains.get(account) ?? (await this.get(account, Number.POSITIVE_INFINITY));
      chains.set(account, hasHead(known, head) ? known : await this.get(account, 0));
    }
    return chains;
  }

  /** A chain as far as it is known here, without asking. */
  known(account: AccountId): AccountState | undefined {
    return this.#views.get(account)?.state;
  }

  /** What each statement of a chain said, in order. */
  async facts(account: AccountId): Promise<AccountPayload[]> {
    await this.get(account);
    return (await this.statements(account)).map(
      (statement) => parseAccountStatement(statement).fact,
    );
  }

  /** The statements of a chain as far as it is known here, without asking. */
  async statements(account: AccountId): Promise<readonly Statement[]> {
    return ((await this.#known(account)) ?? missing()).statements;
  }

  /** Takes in a whole chain that came with another answer. @throws ClientError as `get` does */
  async take(account: AccountId, statements: readonly Statement[]): Promise<AccountState> {
    const known = await this.#known(account);
    const state = await follow(undefined, account, statements);
    if (known !== undefined) checkContinues(known.state, state);
    return await this.#keep(account, { state, statements, seenAt: this.#place.now() });
  }

  /** Takes in the next statement of a chain, which was signed here and accepted. */
  async append(account: AccountId, statement: Statement): Promise<AccountState> {
    const known = (await this.#known(account)) ?? missing();
    const state = await follow(known.state, account, [statement]);
    const statements = [...known.statements, statement];
    return await this.#keep(account, { state, statements, seenAt: known.seenAt });
  }

  async #refresh(account: AccountId, identity?: Hash): Promise<View> {
    const asking = this.#asking.get(account) ?? this.#ask(account, identity);
    this.#asking.set(account, asking);
    try {
      return await asking;
    } finally {
      this.#asking.delete(account);
    }
  }

  /** Asks from the last statement known on, so that its absence shows. */
  async #ask(account: AccountId, identity?: Hash): Promise<View> {
    const known = await this.#known(account);
    const statements = await this.#pages(account, known?.state.head.seq ?? 0, identity);
    const seenAt = this.#place.now();
    if (known === undefined) {
      const state = await follow(undefined, account, statements);
      await this.#keep(account, { state, statements, seenAt });
    } else {
      const [last, ...more] = statements;
      checkLast(known.state, last);
      const state = await follow(known.state, account, more);
      // A statement made here meanwhile is ahead of what was asked for before it.
      const ahead = this.#views.get(account);
      if (ahead !== undefined && ahead.state.head.seq > state.head.seq) {
        checkContinues(state, ahead.state);
        return ahead;
      }
      await this.#keep(account, { state, statements: [...known.statements, ...more], seenAt });
    }
    return this.#views.get(account) ?? missing();
  }

  /** Every statement from `from` on, page by page. What was seen before is shown: that is why it is handed out. */
  async #pages(account: AccountId, from: number, identity?: Hash): Promise<Statement[]> {
    const { http, keyring } = this.#place;
    const seen = keyring.seen(account)?.hash;
    const shown = {
      ...(seen === undefined ? {} : { seen }),
      ...(identity === undefined ? {} : { identity }),
    };
    const statements: Statement[] = [];
    for (;;) {
      const query = { from: from + statements.length, limit: PAGE, ...shown };
      const page = await http.call("chain", { params: { account }, query }).catch((cause) => {
        // What has been seen is handed out again: a server that says there is nothing has lost it.
        if (seen !== undefined && isRefusedFor(cause, "not-found")) throw shorter(cause);
        throw cause;
      });
      statements.push(...page.statements);
      if (page.statements.length < PAGE) return statements;
    }
  }

  async #keep(account: AccountId, view: View): Promise<AccountState> {
    const { keyring, store, keeps = true } = this.#place;
    const seen = keyring.seen(account);
    if (seen !== undefined && view.state.head.seq < seen.seq) throw shorter();
    if (seen !== undefined && !hasHead(view.state, seen)) throw another();
    keyring.see(account, view.state.head);
    this.#views.set(account, view);
    const { seenAt, statements } = view;
    if (keeps) await store.putJson(PREFIX + account, { seenAt, statements: [...statements] });
    return view.state;
  }

  async #known(account: AccountId): Promise<View | undefined> {
    const view = this.#views.get(account);
    if (view !== undefined) return view;
    const kept = await this.#place.store.get(PREFIX + account);
    if (kept === undefined) return undefined;
    const restored = await keptChain(account, JSON.parse(fromUtf8(kept)));
    this.#views.set(account, restored);
    return restored;
  }
}

/** A chain as it lies in the local store, followed again. */
export async function keptChain(account: AccountId, kept: unknown): Promise<View> {
  const { seenAt, statements } = parseAs(keptField, kept, "account");
  return { state: await follow(undefined, account, statements), statements, seenAt };
}

/** Follows statements of one account. @throws ClientError `fork`, `bad-answer` */
export async function follow(
  known: AccountState | undefined,
  account: AccountId,
  statements: readonly Statement[],
): Promise<AccountState> {
  let state: AccountState | undefined;
  try {
    state = await followAccount(known, statements);
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause;
    const code = cause.code === "malformed" ? "bad-answer" : "fork";
    throw new ClientError(code, "an account's chain does not hold", { cause });
  }
  if (state?.account !== account) {
    throw new ClientError("bad-answer", "the chain is not that of the account asked for");
  }
  return state;
}

/** @throws ClientError `rollback`, `fork` */
export function checkContinues(known: AccountState, next: AccountState): void {
  if (next.head.seq < known.head.seq) throw shorter();
  if (!hasHead(next, known.head)) throw another();
}

function checkLast(known: AccountState, last: Statement | undefined): void {
  if (last === undefined) throw shorter();
  if (parseAccountStatement(last).hash !== known.head.hash) throw another();
}

function shorter(cause?: unknown): ClientError {
  const message = "an account's chain is shorter than the one seen before";
  return new ClientError("rollback", message, cause === undefined ? {} : { cause });
}

function another(): ClientError {
  return new ClientError("fork", "an account's chain is another than the one seen before");
}

function missing(): never {
  throw new ClientError("not-found", "the account is not known");
}
