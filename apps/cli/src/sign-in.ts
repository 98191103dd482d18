import {
  type Account,
  ClientError,
  ownerOf,
  type RawStore,
  readKit,
  recoverWithKit,
  signIn,
  signInWithKit,
} from "@ecrin/client";
import { parseId } from "@ecrin/protocol";
import type { Command } from "commander";
import { signInByDevice } from "./by-device.ts";
import { Invocation } from "./invocation.ts";
import { askSecondFactor } from "./second-factor.ts";
import { fullMomentIn, shown } from "./shown.ts";
import type { Words } from "./words.ts";

interface SignInOptions {
  readonly address?: string;
  readonly account?: string;
  readonly device?: string;
  readonly recover?: boolean;
  readonly byDevice?: boolean;
}

export function defineSignIn(program: Command, { help, ways }: Words): void {
  program
    .command("sign-in")
    .description(help.signIn)
    .option("--address <address>", help.options.address)
    .option("--account <number>", help.options.accountNumber)
    .option("--recover", help.options.recover)
    .option("--by-device", ways.byDevice.option)
    .option("--device <name>", help.options.device)
    .action(async (options: SignInOptions, command: Command) => {
      await run(Invocation.of(command), options);
    });
}

async function run(call: Invocation, options: SignInOptions): Promise<void> {
  const server = await call.server();
  const store = await call.home.store();
  try {
    const owner = await ownerOf(store);
    const account =
      owner !== undefined && !owner.pending
        ? await onThisDevice(call, server, store)
        : await onNewDevice(call, server, store, options);
    if (account === undefined) return;
    await call.home.keepServer(server);
    await account.lock();
  } finally {
    await store.close();
  }
}

/** The device is enrolled: the password is tried, and what an operator or another device changed comes to light. */
async function onThisDevice(call: Invocation, server: string, store: RawStore): Promise<Account> {
  const password = await call.password();
  const secondFactor = askSecondFactor(call);
  const account = await signIn({ server, store, password, secondFactor }).catch(
    async (error: unknown) => {
      const isBehind = error instanceof ClientError && error.code === "device-password-needed";
      if (!isBehind) throw error;
      const devicePassword = await call.secrets.ask(call.words.ask.devicePassword);
      return await signIn({ server, store, password, devicePassword, secondFactor });
    },
  );
  await report(call, account, call.words.said.signingInAgain(shown(account.name)));
  return account;
}

async function onNewDevice(
  call: Invocation,
  server: string,
  store: RawStore,
  options: SignInOptions,
): Promise<Account | undefined> {
  const { ask, said } = call.words;
  const named = options.device === undefined ? {} : { deviceName: options.device };
  if (options.byDevice === true) {
    const account = await signInByDevice(call, { server, store, ...named });
    await report(call, account, said.signedIn(shown(account.name)));
    return account;
  }
  const kit = await readKit(await call.secrets.ask(ask.kit));
  const whose =
    options.account === undefined
      ? {}
      : { account: parseId<"account">(options.account, "account") };
  const common = {
    server,
    store,
    kit,
    ...whose,
    ...named,
  };
  if (options.recover === true) {
    const { ready, account } = await recoverWithKit({
      ...common,
      newPassword: async () => await call.newPassword(),
    });
    if (account === undefined) {
      await call.result({ ready }, [said.recoveryReady(fullMomentIn(call.words, ready))]);
    } else await report(call, account, said.signedIn(shown(account.name)));
    return account;
  }
  const isNamed = kit.account !== undefined || options.account !== undefined;
  const address = options.address ?? (isNamed ? undefined : await call.line(ask.address));
  const account = await signInWithKit({
    ...common,
    password: await call.password(),
    secondFactor: askSecondFactor(call),
    ...(address === undefined ? {} : { address }),
  });
  await report(call, account, said.signedIn(shown(account.name)));
  return account;
}

async function report(call: Invocation, account: Account, sentence: string): Promise<void> {
  await call.result({ account: account.id, device: account.device, name: account.name }, [
    sentence,
  ]);
}
