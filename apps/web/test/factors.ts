import { setTimeout as sleep } from "node:timers/promises";
import { Secret, TOTP } from "otpauth";
import { fill, follow, heading, press, section } from "./flows.ts";
import type { Visitor } from "./visitor.ts";

// What people hold beside their password: a phone's sensor, and an app that shows codes.

/** An authenticator of Chromium's own, which says yes whenever it is asked. @returns has it say no from then on */
export async function giveAuthenticator(
  { context, page }: Visitor,
  prf = true,
): Promise<() => Promise<void>> {
  const cdp = await context.newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      ctap2Version: "ctap2_1",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      hasPrf: prf,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return async () => {
    await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
  };
}

/** The codes of an app that was given this key; each step's is good once. */
export type App = (steps: number) => string;

/** Opens the page of the ways back. */
export async function goToWays(visitor: Visitor): Promise<void> {
  await section(visitor, "Settings");
  await follow(visitor, "Ways back");
  await heading(visitor.page, visitor.say("Ways back"));
}

/** Milliseconds of a step (RFC 6238). */
const STEP = 30_000;

/** Has codes asked for, with the code of the step before. */
export async function setUpCodes(visitor: Visitor): Promise<App> {
  const { page, say } = visitor;
  await press(visitor, "Ask for codes");
  const [before = "", after = ""] = say("Scan this with the app, or type its key: {0}", "|").split(
    "|",
  );
  const line = page.getByText(before, { exact: false }).first();
  const secret = ((await line.textContent()) ?? "").replace(before, "").replace(after, "").trim();
  const totp = new TOTP({ secret: Secret.fromBase32(secret) });
  const app: App = (steps) => totp.generate({ timestamp: Date.now() + steps * STEP });
  // It is good until this step ends, and a hand takes seconds to write it.
  const past = Date.now() % STEP;
  if (past > STEP / 3) await sleep(STEP - past);
  await fill(visitor, "Code of your app", app(-1));
  await press(visitor, "From now on ask for codes");
  await page.getByRole("button", { name: say("Stop asking for codes") }).waitFor();
  return app;
}

/** Adds a passkey on that page. */
export async function addPasskey(visitor: Visitor): Promise<void> {
  await press(visitor, "Add a passkey");
  const [name = ""] = visitor.say("Passkey {0}", "|").split("|");
  await visitor.page.getByRole("heading", { level: 3, name }).first().waitFor();
}
