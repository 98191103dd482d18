// The server, for those who start it inside their own process: tests, the journey, the command line.

export type { LogLine } from "./app.ts";
export { traceOf } from "./fault.ts";
export { DEFAULT_LIMITS, type Limits, NO_LIMITS, type Rate } from "./limits.ts";
export { buildPage } from "./page-build.ts";
export { DEFAULT_QUOTAS, type Quotas } from "./quotas.ts";
export { type RunningServer, type ServerOptions, startServer } from "./server.ts";
