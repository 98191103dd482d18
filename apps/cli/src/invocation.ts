import { once } from "node:events";
import { confirm, isCancel, text } from "@clack/prompts";
import {
  type Account,
  ClientError,
  OfflineAccount,
  ownerOf,
  type RawStore,
  type SignIn,
  signIn,
  unlockOffline,
} from "@ecrin/client";
import { type Command, Option } from "commander";
import { awayWords } from "./away-words.ts";
import { orVariable } from "./environment.ts";
import { CommandError } from "./exit.ts";
import { Home, homeFolder } from "./home.ts";
import { droppedIn } from "./renew-words.ts";
import { askSecondFactor } from "./second-factor.ts";
import { fileSecrets, type Secrets, terminalSecrets } from "./secrets.ts";
import { serverAt, unprotectedHost } from "./server-address.ts";
import { jsonLine, momentIn, shown } from "./shown.ts";
import { sendWaiting } from "./standing.ts";
import { CommandLine, type Streams } from "./streams.ts";
import { catalogue, type Language, languageFrom, type Words } from "./words.ts";

export interface GlobalOptions {
  readonly server?: string;
  readonly home?: string;
  readonly json?: boolean;
  readonly lang?: Language;
  readonly passwordFile?: string;
  readonly passwordStdin?: boolean;
}

/** The options every command takes. */
export function globalOptions(words: Words): Option[] {
  const { options } = words.help;
  return [
    orVariable(new Option("--server <url>", options.server), "ECRIN_URL"),
    new Option("--home <folder>", options.home),
    new Option("--json", options.json),
    new Option("--lang <language>", options.lang).choices(["fr", "en"]),
    new Option("--password-file <file>", options.passwordFile),
    new Option("--password-stdin", options.passwordStdin),
  ];
}

/** What one call of the command line works with. */
export class Invocation {
  readonly words: Words;
  readonly language: Language;
  readonly json: boolean;
  readonly home: Home;
  readonly secrets: Secrets;
  readonly streams: Streams;
  readonly #server: string | undefined;
  #password: string | undefined;
  #isWarned = false;

  constructor(options: GlobalOptions, streams: Streams) {
    this.streams = streams;
    this.language = options.lang ?? languageFrom(process.env);
    this.words = catalogue(this.language);
    this.json = options.json === true;
    this.home = new Home(homeFolder(options.home));
    const file = options.passwordStdin === true ? "-" : options.passwordFile;
    this.secrets =
      file === undefined
        ? terminalSecrets(streams)
        : fileSecrets(streams, file, (open) =>
            this.tell(this.words.said.passwordFileOpen(shown(open))),
          );
    this.#server = options.server;
  }

  static of(command: Command): Invocation {
    return new Invocation(command.optsWithGlobals<GlobalOptions>(), CommandLine.streamsOf(command));
  }

  /** The server named, or the one this home belongs to. @throws CommandError `no-server` */
  async server(): Promise<string> {
    const given = this.#server ?? (await this.home.server());
    if (given === undefined) throw new CommandError("no-server");
    const server = serverAt(given);
    const open = unprotectedHost(server);
    if (open !== undefined && !this.#isWarned) this.tell(this.words.said.plainHttp(open));
    this.#isWarned = true;
    return server;
  }

  /** The result: lines for people, or one JSON value for programs. */
  async result(value: unknown, lines: readonly string[]): Promise<void> {
    await write(this.streams.stdout, `${this.json ? jsonLine(value) : lines.join("\n")}\n`);
  }

  /** A sentence beside the result. */
  tell(line: string): void {
    this.streams.stderr.write(`${line}\n`);
  }

  /** The password of this account; one call of the command line asks for it once. */
  async password(): Promise<string> {
    this.#password ??= await this.secrets.ask(this.words.ask.password);
    return this.#password;
  }

  /** A new password, asked for twice where somebody types it. */
  async newPassword(): Promise<string> {
    const password = await this.secrets.ask(this.words.ask.newPassword);
    if ([...password].length < SHORTEST) throw new CommandError("password-short", `${SHORTEST}`);
    if (this.secrets.isAsked) {
      const again = await this.secrets.ask(this.words.ask.again);
      if (again !== password) throw new CommandError("passwords-differ");
    }
    return password;
  }

  /** A line that is no secret. @throws CommandError `cannot-ask` without a terminal */
  async line(question: string, proposed?: string): Promise<string> {
    if (this.streams.stdin.isTTY !== true) throw new CommandError("cannot-ask", question);
    const answer = await text({
      message: question,
      output: this.streams.stderr,
      ...(proposed === undefined ? {} : { initialValue: proposed }),
    });
    if (isCancel(answer)) throw new CommandError("interrupted");
    return answer.trim();
  }

  /**
   * Says what will happen and asks whether it shall.
   * @throws CommandError `not-confirmed`, or `cannot-ask` without a terminal and without `--yes`
   */
  async confirm(sentence: string, yes: boolean | undefined): Promise<void> {
    if (yes === true) {
      this.tell(sentence);
      return;
    }
    if (this.streams.stdin.isTTY !== true) throw new CommandError("cannot-ask", "--yes");
    const { question, yes: active, no: inactive } = this.words.ask.confirm;
    const message = `${sentence} ${question}`;
    // Enter alone, or the end of what was pasted, is no answer to a question that cannot be taken back.
    const asked = { message, active, inactive, initialValue: false, output: this.streams.stderr };
    const answer = await confirm(asked);
    if (isCancel(answer)) throw new CommandError("interrupted");
    if (!answer) throw new CommandError("not-confirmed");
  }

  /** Asks for the password, unlocks the account of this home, and locks it again whatever happens. */
  async unlocked<T>(
    work: (account: Account, password: string) => Promise<T>,
    more: Pick<SignIn, "acceptLog"> = {},
  ): Promise<T> {
    return await this.#withHome((home) => this.#signedIn(home, work, more));
  }

  /**
   * The same; where the service does not answer, what this device keeps is opened instead.
   * @param away work without network (spec/offline.md)
   * @throws ClientError `offline` where nothing is kept here
   */
  async atHand<T>(
    work: (account: Account) => Promise<T>,
    away: (here: OfflineAccount) => Promise<T>,
  ): Promise<T> {
    return await this.#withHome(async (home) => {
      try {
        return await this.#signedIn(home, work);
      } catch (error) {
        if (!isAway(error)) throw error;
        return await this.#keptHere(home, away, error);
      }
    });
  }

  async #withHome<T>(work: (home: Unlocking) => Promise<T>): Promise<T> {
    const store = await this.home.store();
    try {
      const owner = await ownerOf(store);
      if (owner === undefined) throw new CommandError("not-signed-in");
      const server = await this.server();
      return await work({ store, server, password: await this.password() });
    } finally {
      await store.close();
    }
  }

  async #signedIn<T>(
    { store, server, password }: Unlocking,
    work: (account: Account, password: string) => Promise<T>,
    more: Pick<SignIn, "acceptLog"> = {},
  ): Promise<T> {
    const secondFactor = askSecondFactor(this);
    const account = await signIn({ server, password, store, secondFactor, ...more });
    const unfinished = await account.unfinishedRenewal();
    if (unfinished !== undefined) {
      this.tell(this.words.said.kitLacking);
      for (const line of droppedIn(this.language, unfinished)) this.tell(line);
    }
    const waited = async () => {
      try {
        await sendWaiting(this, account);
        return await work(account, password);
      } catch (error) {
        throw await account.successions().explain(error);
      }
    };
    return await thenLocked(account, waited());
  }

  async #keptHere<T>(
    { store, password }: Unlocking,
    work: (here: OfflineAccount) => Promise<T>,
    cause: ClientError,
  ): Promise<T> {
    const local = await unlockOffline({ store, password });
    try {
      const here = await OfflineAccount.open(local).catch((error: unknown) => {
        // Nothing is kept here: that there is no network is what helps to know.
        throw error instanceof ClientError && error.code === "not-kept" ? cause : error;
      });
      const seen = Math.max(0, ...(await here.records()).map(({ seenAt }) => seenAt));
      this.tell(awayWords(this.words).away(momentIn(this.words, seen)));
      return await work(here);
    } finally {
      local.lock();
    }
  }
}

/** What an account of this home is opened with. */
interface Unlocking {
  readonly store: RawStore;
  readonly server: string;
  readonly password: string;
}

/** Whether nobody answered. */
function isAway(error: unknown): error is ClientError {
  return error instanceof ClientError && ["offline", "unavailable"].includes(error.code);
}

const SHORTEST = 12;

/** Locks the account when the work is done; what went wrong in the work is what is told. */
async function thenLocked<T>(account: Account, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } finally {
    await account.lock().catch((error: unknown) => {
      // A device that has just signed itself out has nothing left to lock.
      if (!(error instanceof ClientError && error.code === "locked")) throw error;
    });
  }
}

/** Writes all of it, however slowly the other side reads. */
export async function write(to: NodeJS.WritableStream, data: string | Uint8Array): Promise<void> {
  if (!to.write(data)) await once(to, "drain");
}
