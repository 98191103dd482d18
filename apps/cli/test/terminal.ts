import { spawn, spawnSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { ENVIRONMENT } from "./command.ts";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));

/** Why nothing can be run at a terminal here, or false. Node has none to give; Python does. */
export const noTerminal =
  spawnSync("python3", ["-c", "import pty, termios"]).status === 0
    ? false
    : "python3, which gives the terminal, is not installed";

/** A command at a terminal of its own, 80 wide: what is typed is typed once it asks. */
const PROGRAM = `
import fcntl, json, os, pty, struct, sys, termios
told = json.loads(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    os.execv(told["args"][0], told["args"])
typed = False
while True:
    try:
        piece = os.read(terminal, 65536)
    except OSError:
        break
    if not piece:
        break
    sys.stdout.buffer.write(piece)
    if not typed and told["asks"].encode() in piece:
        os.write(terminal, told["typed"].encode())
        typed = True
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

/**
 * Runs a command where somebody sits.
 * @param asks by which it is seen that it asks
 * @returns all that the terminal was sent
 */
export async function atTerminal(
  args: readonly string[],
  { asks = "", typed = "" }: { readonly asks?: string; readonly typed?: string } = {},
): Promise<{ readonly code: number | null; readonly seen: string }> {
  const flags = ["--disable-warning=ExperimentalWarning", MAIN, "--lang", "en"];
  const told = { args: [process.execPath, ...flags, ...args], asks, typed };
  const child = spawn("python3", ["-c", PROGRAM, JSON.stringify(told)], {
    env: { ...ENVIRONMENT, TERM: "xterm" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const pieces: Buffer[] = [];
  child.stdout.on("data", (piece: Buffer) => pieces.push(piece));
  const code = await new Promise<number | null>((done) => child.once("close", done));
  return { code, seen: Buffer.concat(pieces).toString("utf8") };
}
