import { signUp as clientSignUp, memoryStore } from "@ecrin/client";
import { verify } from "./flows.ts";
import type { Ground } from "./ground.ts";
import type { Visitor } from "./visitor.ts";

/** A doctor whom the visitor knows face to face, and who works without a browser. */
export async function doctorFor(ground: Ground, visitor: Visitor, name: string) {
  const { account } = await clientSignUp({
    server: ground.url,
    store: memoryStore(),
    address: `${name}@example.org`,
    password: "encore quatre mots ordinaires",
    name: "Dr Roche",
  });
  const code = await account.contacts().code();
  await verify(visitor, code, "Dr Roche");
  const own = visitor.page.locator("[data-code]");
  const met = await account.contacts().verify((await own.textContent()) ?? "", "Jeanne");
  return { doctor: account, patient: met.account };
}
