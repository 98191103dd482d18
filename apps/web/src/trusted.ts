import workerUrl from "./worker/worker.ts?worker&url";

// The one policy the server's headers allow: two scripts are started by their address, and no other.

/** Where the service worker lies: at the root, so that it answers for the whole page. */
const SHELL = "/service-worker.js";
const STARTED: ReadonlySet<string> = new Set([workerUrl, SHELL]);

const policy = globalThis.trustedTypes?.createPolicy("ecrin", {
  createScriptURL(address) {
    if (!STARTED.has(address)) throw new TypeError("no other script is started");
    return address;
  },
});

/** Starts the worker that holds every key. */
export function startWorker(): Worker {
  const options: WorkerOptions = { type: "module", name: "ecrin" };
  if (policy === undefined) return new Worker(workerUrl, options);
  // The compiler's `Worker` takes texts only and does not know trusted addresses yet.
  return Reflect.construct(Worker, [policy.createScriptURL(workerUrl), options]);
}

/** Has the browser keep the program, so that it starts without network. */
export async function keepShell(): Promise<ServiceWorkerRegistration> {
  const { serviceWorker } = navigator;
  const options: RegistrationOptions = { updateViaCache: "none" };
  if (policy === undefined) return await serviceWorker.register(SHELL, options);
  return await Reflect.apply(serviceWorker.register, serviceWorker, [
    policy.createScriptURL(SHELL),
    options,
  ]);
}
