// The server that chaos kills: says `ready PORT` once it answers.
import process from "node:process";
import { NO_LIMITS, startServer } from "@ecrin/server";

const [dataDir = "", port = "0"] = process.argv.slice(2);
const server = await startServer({ dataDir, port: Number(port), limits: NO_LIMITS });
process.stdout.write(`ready ${server.port}\n`);
process.on("SIGTERM", () => void server.stop().then(() => process.exit(0)));
