import type { Sql, Tx } from "./database.ts";
import { placed } from "./origin.ts";
import { askedUntilTold, endsSession, untilTold } from "./told-late.ts";

// A transaction ends with its connection, and the driver (postgres 3.4.9) does not see to that by
// itself. What is asked on a connection that has closed, its own `rollback` and `commit` included,
// it writes a moment later to a socket that is null: an exception outside of every promise, which
// ends the process; or the bytes stay behind and spoil the connection that is opened next. So
// nothing is asked any more once the connection has closed, and what the driver would ask at the
// end of the work is held back by never telling it that the work has ended: it has rejected the
// transaction already.

type Work<T> = (tx: Tx) => T | Promise<T>;

/** The pool, with transactions that end with their connection, and with nothing refused for what ended another. */
export function withTransactions(sql: Sql): Sql {
  const most = sql.options.max;
  const begin = <T>(...args: [Work<T>] | [string, Work<T>]) => {
    const [options, work] = args.length === 1 ? ["", args[0]] : args;
    return transaction(sql, options, work);
  };
  const unsafe: Sql["unsafe"] = (...args) => askedUntilTold(() => sql.unsafe(...args), most);
  return new Proxy(sql, {
    apply: (of, self, args) =>
      askedUntilTold(() => placed(Reflect.apply(of, self, args), args[0]), most),
    get(of, name) {
      if (name === "begin") return begin;
      return name === "unsafe" ? unsafe : Reflect.get(of, name);
    },
  });
}

async function transaction<T>(sql: Sql, options: string, work: Work<T>): Promise<unknown> {
  const life = new Life();
  let begun = false;
  const begin = async () =>
    await sql.begin(options, (tx) => {
      begun = true;
      return whileAlive(life, work, tx);
    });
  const running = untilTold(begin, (asked) => !begun && asked <= sql.options.max);
  running.catch((error: unknown) => life.end(error));
  return await Promise.race([running, life.over]);
}

/** Whether the connection of a transaction is still there. */
class Life {
  /** Rejects once it is not. */
  readonly over: Promise<never>;
  readonly #reject: (error: unknown) => void;
  #ended: { readonly error: unknown } | undefined;

  constructor() {
    const { promise, reject } = Promise.withResolvers<never>();
    promise.catch(() => undefined);
    this.over = promise;
    this.#reject = reject;
  }

  get isOver(): boolean {
    return this.#ended !== undefined;
  }

  end(error: unknown): void {
    this.#ended ??= { error };
    this.#reject(error);
  }

  /** @throws what ended it */
  check(): void {
    if (this.#ended !== undefined) throw this.#ended.error;
  }

  /** Notices where a query tells that the connection closes. Does not send it: a query of the driver leaves when it is first awaited. */
  watch<Q>(query: Q): Q {
    if (query instanceof Promise) {
      Promise.prototype.then.call(query, undefined, (error: unknown) => {
        if (isClosing(error)) this.end(error);
      });
    }
    return query;
  }
}

/** Does the work; does not end where the connection has closed meanwhile. */
async function whileAlive<T>(life: Life, work: Work<T>, tx: Tx): Promise<T> {
  try {
    const result = await work(alive(life, tx));
    if (!life.isOver) return result;
  } catch (error) {
    if (!life.isOver) throw error;
  }
  return await new Promise<never>(() => undefined);
}

/** The transaction, on which nothing is asked any more once its connection has closed. */
function alive(life: Life, tx: Tx): Tx {
  const savepoint = <T>(...args: [Work<T>] | [string, Work<T>]) => {
    life.check();
    const inner = (work: Work<T>) => (of: Tx) => whileAlive(life, work, of);
    return args.length === 1 ? tx.savepoint(inner(args[0])) : tx.savepoint(args[0], inner(args[1]));
  };
  const unsafe: Tx["unsafe"] = (...args) => {
    life.check();
    return life.watch(tx.unsafe(...args));
  };
  return new Proxy(tx, {
    apply(of, self, args) {
      life.check();
      return life.watch(placed(Reflect.apply(of, self, args), args[0]));
    },
    get(of, name) {
      if (name === "savepoint") return savepoint;
      return name === "unsafe" ? unsafe : Reflect.get(of, name);
    },
  });
}

const CLOSED = new Set(["CONNECTION_CLOSED", "CONNECTION_DESTROYED", "ECONNRESET", "EPIPE"]);

/** An error after which the connection closes for certain: of the socket, or one that PostgreSQL calls fatal. */
function isClosing(error: unknown): boolean {
  if (endsSession(error)) return true;
  if (!(error instanceof Error)) return false;
  return "code" in error && typeof error.code === "string" && CLOSED.has(error.code);
}
