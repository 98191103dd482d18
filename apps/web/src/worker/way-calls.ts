import {
  type Account,
  type Approval,
  ClientError,
  codeOf,
  Joining,
  type PasskeyMade,
  RENEWAL_STEPS,
  rotateIdentity,
  type SecondFactor,
  signInWithPasskey,
} from "@ecrin/client";
import type { PasskeyAnswer, PasskeyQuestion, WayCalls } from "../wire-ways.ts";
import { localStore } from "./door.ts";
import { type AskPasskey, type Handlers, Refusal } from "./handlers.ts";
import { kitView } from "./kit-view.ts";
import { current, open, opened, server, status } from "./session.ts";

/**
 * What is shown beside the password: the code that was typed, or else a passkey. One that is refused
 * is not shown again by itself; where no passkey was used, the page is told to ask for a code.
 */
export function factorShown(code: string, passkey: AskPasskey): SecondFactor {
  return async ({ again, totp, passkeys, challenge }) => {
    if (again) throw new ClientError("factor-refused", "the factor was refused");
    if (code.trim() !== "") return { code: codeOf(code) };
    const shown = passkeys.length === 0 ? undefined : await passkey({ challenge, passkeys });
    if (shown !== undefined) return { passkey: shown };
    if (!totp) throw new Refusal("passkey-refused");
    throw new ClientError("second-factor-needed", "a code is asked for");
  };
}

/** A question that a flow of the SDK waits to have answered by the page. */
class Question<Asked, Answered> {
  readonly asked: Promise<Asked>;
  #ask: (asked: Asked) => void = () => undefined;
  #answer: (answer: Answered) => void = () => undefined;

  constructor() {
    this.asked = new Promise((resolve) => {
      this.#ask = resolve;
    });
  }

  /** For the flow. */
  put(asked: Asked): Promise<Answered> {
    return new Promise((resolve) => {
      this.#answer = resolve;
      this.#ask(asked);
    });
  }

  /** For the page. */
  reply(answer: Answered): void {
    this.#answer(answer);
  }
}

interface Returning {
  readonly question: Question<PasskeyQuestion, PasskeyAnswer>;
  readonly done: Promise<Account>;
}

interface Adding {
  readonly question: Question<PasskeyQuestion, PasskeyMade>;
  readonly done: Promise<boolean>;
}

let joining: { readonly run: Joining; factor: SecondFactor } | undefined;
let approval: Approval | undefined;
let returning: Returning | undefined;
let adding: Adding | undefined;

/** Ways into a record, and second factors. */
export const wayCalls: Handlers<keyof WayCalls> = {
  async joinBegin() {
    const neverShown: SecondFactor = () => {
      throw new ClientError("second-factor-needed", "nothing was shown yet");
    };
    const state = { factor: neverShown };
    const secondFactor: SecondFactor = (asked) => state.factor(asked);
    const run = await Joining.begin({ server, store: await localStore(), secondFactor });
    joining = Object.assign(state, { run });
    return { number: run.number };
  },

  async joinMeet() {
    return { code: await begun(joining).run.meet() };
  },

  async joinEnter({ code, password, factor }, _, passkey) {
    const state = begun(joining);
    if (!state.run.isChecked) {
      await state.run.letIn();
      state.run.check(code);
    }
    state.factor = factorShown(factor, passkey);
    open(await state.run.enter(password));
    joining = undefined;
    return await status();
  },

  async approveBegin({ number }) {
    approval = await current().approveDevice(number);
    return undefined;
  },

  async approveConfirm({ code }) {
    return { code: await begun(approval).confirm(code) };
  },

  async passkeyBegin({ address, password }) {
    const question = new Question<PasskeyQuestion, PasskeyAnswer>();
    const done = signInWithPasskey({
      server,
      store: await localStore(),
      address: address.trim(),
      password,
      passkey: async (asked) => {
        const { prf, ...assertion } = await question.put(asked);
        return { assertion, prf };
      },
    });
    returning = { question, done };
    // Whatever ends it before the question is put is what is told.
    return await Promise.race([question.asked, done.then(neverAsked)]);
  },

  async passkeyEnter(answer) {
    const { question, done } = begun(returning);
    returning = undefined;
    question.reply(answer);
    open(await done);
    return await status();
  },

  async passkeyOffer({ asked: isAsked }) {
    const question = new Question<PasskeyQuestion, PasskeyMade>();
    const account = current();
    const done = account.addPasskey((offer) => question.put(offer), isAsked);
    adding = { question, done };
    const asked = await Promise.race([question.asked, done.then(neverAsked)]);
    return { ...asked, account: account.id, name: account.name };
  },

  async passkeyAdd({ prf, ...credential }) {
    const { question, done } = begun(adding);
    adding = undefined;
    question.reply({ credential, ...(prf === undefined ? {} : { prf }) });
    await done;
    return undefined;
  },

  async passkeyRemove({ passkey }) {
    await current().removePasskey(passkey);
    return undefined;
  },

  async factors() {
    const { totp, passkeys } = await current().factors();
    return {
      totp: totp !== undefined,
      passkeys: passkeys.map(({ passkey, at, asked, slot }) => ({
        passkey,
        at,
        asked,
        opens: slot !== undefined,
      })),
    };
  },

  async renew({ password, fresh, code, language }, progress, passkey) {
    const before = current();
    const renewed = await rotateIdentity({
      ...{ server, store: await localStore(), password, newPassword: fresh },
      secondFactor: factorShown(code, passkey),
      step: (step) => progress(RENEWAL_STEPS.indexOf(step), RENEWAL_STEPS.length),
    });
    open(renewed.account);
    // Its session is over and its keys are of no use: nothing of it stays in memory.
    await before.lock();
    const { kit, dropped, turned, unsent } = renewed;
    return { kit: kitView(kit, language), dropped, turned, unsent };
  },

  async kitKept() {
    await current().kitKept();
    return undefined;
  },

  async unfinished() {
    return await opened()?.unfinishedRenewal();
  },

  async loseDevice({ device }) {
    const account = current();
    const found = (await account.devices()).find((each) => each.device === device);
    if (found === undefined) throw new ClientError("not-found", "is not a device signed in");
    const { turned, waiting, opened } = await account.loseDevice(found.device);
    return { turned: turned.length, waiting: waiting.length, opened };
  },

  async totpBegin() {
    return await current().beginTotp();
  },

  async totpConfirm({ code }) {
    await current().confirmTotp(code);
    return undefined;
  },

  async totpRemove() {
    await current().removeTotp();
    return undefined;
  },
};

function begun<T>(step: T | undefined): T {
  if (step === undefined) throw new ClientError("refused", "this was not begun");
  return step;
}

function neverAsked(): never {
  throw new ClientError("refused", "it ended before the authenticator was asked");
}
