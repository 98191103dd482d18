import process from "node:process";
import { operate } from "./operator-commands.ts";

// npm run log -- …: what an operator does to the journal and its log, and how it ended.

process.exitCode = await operate(process.argv.slice(2), process);
