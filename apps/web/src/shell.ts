import { keepShell } from "./trusted.ts";

/**
 * Keeps the program on this device once it holds a record. A browser that does not, or an address
 * without TLS, leaves it as it is: the page then needs the network to start.
 */
export async function keepProgram(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  await keepShell().catch(() => undefined);
}
