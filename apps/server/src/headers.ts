// What the page may do: nothing from another host, no script of its own making, no frame.
const PAGE = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types ecrin",
].join("; ");

// A worker takes its policy from its own script's answer, and only there is WebAssembly needed.
const WORKER = PAGE.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'");

// The service worker fetches the program's own files, and nothing else is ever its business.
const SHELL =
  "default-src 'none'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types";

/** The Content-Security-Policy of a file of the page. */
export function policyOf(path: string): string {
  if (path === "/service-worker.js") return SHELL;
  return /worker[^/]*\.js$/.test(path) ? WORKER : PAGE;
}

const PLAIN: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(self), geolocation=(), microphone=()",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/**
 * What every answer carries, unless it says otherwise.
 * @param hstsSeconds for how long a browser shall come by TLS only, where TLS is our own
 */
export function securityHeaders(
  origin: string | undefined,
  hstsSeconds: number | undefined,
): Readonly<Record<string, string>> {
  if (origin?.startsWith("https:") === true)
    return { ...PLAIN, "strict-transport-security": "max-age=63072000; includeSubDomains" };
  // Names below this host may belong to somebody else's programs.
  return hstsSeconds === undefined
    ? PLAIN
    : { ...PLAIN, "strict-transport-security": `max-age=${hstsSeconds}` };
}
