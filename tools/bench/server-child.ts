// A server in a process of its own: tells its parent the address, ends when the parent lets go.

import process from "node:process";
import { NO_LIMITS, startServer } from "@ecrin/server";

const { dataDir, databaseUrl, pages } = JSON.parse(process.argv[2] ?? "{}");
const server = await startServer({
  dataDir,
  port: 0,
  limits: NO_LIMITS,
  ...(databaseUrl === undefined ? {} : { databaseUrl }),
  ...(pages === undefined ? {} : { pages }),
});
process.once("disconnect", () => void server.stop().then(() => process.exit(0)));
process.send?.(server.url);
