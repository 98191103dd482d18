import { useSyncExternalStore } from "react";

// Files that a phone's share sheet handed over. The service worker had them for a moment; here they
// wait, in this window only, until the record is open and somebody says that they belong in it.

let files: readonly File[] = [];
const listeners = new Set<() => void>();

function keep(next: readonly File[]): void {
  files = next;
  for (const listener of listeners) listener();
}

/** Takes what waits in the service worker, where there is one. Called once, when the page starts. */
export function takeHanded(): void {
  const controller = navigator.serviceWorker?.controller;
  if (controller === null || controller === undefined) return;
  const { port1, port2 } = new MessageChannel();
  port1.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
    if (Array.isArray(data)) keep(data.filter((each) => each instanceof File));
    port1.close();
  });
  port1.start();
  controller.postMessage("handed", [port2]);
}

/** What waits to be added. */
export function useHanded(): readonly File[] {
  return useSyncExternalStore(
    (changed) => {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    () => files,
  );
}

/** Forgets what waited: it was taken in, or is not wanted. */
export function letHandedGo(): void {
  keep([]);
}
