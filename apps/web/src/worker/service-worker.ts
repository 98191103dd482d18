// The program of the page, kept on the device: it starts without network. It keeps the program's own
// files and nothing else; what people wrote goes past it, and lies sealed in the local store.
//
// One version is kept whole and served whole. A newer one is fetched beside it and takes over when
// no page of the older one is open any more, or when somebody says so: never under work that runs.

declare const self: ServiceWorkerGlobalScope;
/** The files of this build, which changes whenever one of them does; put in by the build (shell-plugin.ts). */
declare const SHELL_FILES: readonly string[];
declare const SHELL_VERSION: string;

const KEPT = `shell-${SHELL_VERSION}`;

/** Where a phone's share sheet posts files: `share_target` of the manifest. */
const RECEIVE = "/receive";
/** What was handed over and no page has taken yet: in memory, never on the disk. */
let handed: readonly File[] = [];

self.addEventListener("install", (event) => {
  event.waitUntil(fetchAll());
  // Kept all the same where this is not understood.
  event.waitUntil(standAside(event).catch(() => undefined));
});
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("message", ({ data, ports }) => {
  if (data === "take over") void self.skipWaiting();
  if (data === "handed") hand(ports[0]);
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  const isOurs = address.origin === self.location.origin;
  if (isOurs && request.method === "POST" && address.pathname === RECEIVE)
    event.respondWith(receive(request));
  if (request.method !== "GET" || !isOurs) return;
  const name = request.mode === "navigate" ? placeOf(address.pathname) : address.pathname;
  if (name !== undefined && SHELL_FILES.includes(name)) event.respondWith(answer(name, request));
});

/** What browsers have that can be told beforehand what a worker has no word in. */
interface RoutedInstall extends ExtendableEvent {
  addRoutes?(rule: { condition: { urlPattern: string }; source: "network" }): Promise<void>;
}

/**
 * Has the browser ask the service without us, where it can: it would start this worker anew, after
 * half a minute of nothing, for requests that it lets pass.
 */
async function standAside(event: RoutedInstall): Promise<void> {
  await event.addRoutes?.({ condition: { urlPattern: "/v1/*" }, source: "network" });
}

/** A place inside the page is the page; an address of the service is not ours to answer. */
function placeOf(path: string): string | undefined {
  const isFile = /\.[a-z0-9]+$/i.test(path);
  return path.startsWith("/v1/") || isFile ? undefined : "/index.html";
}

/**
 * Keeps files that another program hands over until the page that opens asks for them. Any page of
 * any site can post here too, so the person is asked before anything is added.
 */
async function receive(request: Request): Promise<Response> {
  const form = await request.formData().catch(() => new FormData());
  handed = form.getAll("files").filter((each) => each instanceof File);
  return Response.redirect("/documents", 303);
}

function hand(to: MessagePort | undefined): void {
  if (to === undefined) return;
  to.postMessage(handed);
  handed = [];
}

/**
 * Files named by what they hold (vite.config.ts): the one that the page was started with is this one.
 * Not the worker's, whose policy comes with its answer and may be another by now.
 */
const NAMED = /^\/assets\/(?!worker-)/;

/** All files or none: half a program would start and then fail. */
async function fetchAll(): Promise<void> {
  const kept = await caches.open(KEPT);
  const answers = await Promise.all(
    SHELL_FILES.map(async (name) => {
      const cache = NAMED.test(name) ? "default" : "no-cache";
      return [name, await fetch(name, { cache })] as const;
    }),
  );
  for (const [name, response] of answers) {
    if (!response.ok || response.redirected) throw new Error(`${name} was not answered`);
  }
  await Promise.all(answers.map(([name, response]) => kept.put(name, response)));
}

async function takeOver(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name.startsWith("shell-") && name !== KEPT);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** From what is kept, with the headers it came with; a browser that has emptied it asks the service. */
async function answer(name: string, request: Request): Promise<Response> {
  const kept = await caches.open(KEPT);
  return (await kept.match(name, { ignoreVary: true })) ?? (await fetch(request));
}

export {};
