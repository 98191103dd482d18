// Loaded before every script that scripts/launch.mjs starts: when the launcher is gone, the script
// is asked to stop. It applies to the launcher's own child only, not to workers or grandchildren,
// which inherit the command line.

import process from "node:process";
import { isMainThread } from "node:worker_threads";

if (isMainThread && process.env.ECRIN_LAUNCHER === String(process.ppid) && process.channel) {
  process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
  process.channel.unref();
}
