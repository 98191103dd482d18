import { fromBase64url, toBase64url } from "@ecrin/protocol";
import { CommandError, type CommandErrorCode } from "./exit.ts";

const SHOWN = 8;
const LEAST = 4;

/** The id as it is shown and typed: the first characters of its hexadecimal form. */
export function shortId(id: string): string {
  return hexOf(id).slice(0, SHOWN);
}

/**
 * Whether a text that was typed names this id: whole, or by its beginning, at least four characters
 * of either form that a command prints, hexadecimal or as `--json` has it.
 */
export function namesId(typed: string, id: string): boolean {
  if (typed === id) return true;
  if (typed.length < LEAST) return false;
  return hexOf(id).startsWith(typed.toLowerCase()) || id.startsWith(typed);
}

/**
 * The one of these that a text names.
 * @throws CommandError `unknown`; `id-ambiguous` where it is the beginning of several
 */
export function oneNamed<T>(
  all: readonly T[],
  typed: string,
  idOf: (each: T) => string,
  unknown: CommandErrorCode,
): T {
  const found = all.filter((each) => namesId(typed, idOf(each)));
  const [one] = found;
  if (one === undefined) throw new CommandError(unknown, typed);
  if (new Set(found.map(idOf)).size > 1) throw new CommandError("id-ambiguous", typed);
  return one;
}

/**
 * An id may begin with a hyphen, and then looks like an option. Such an argument is put into
 * hexadecimal; no option has 22 characters. Behind `--` nothing looks like one, the beginning of an
 * id neither.
 */
export function withoutHyphens(args: readonly string[]): string[] {
  const end = args.indexOf("--");
  return args.map((each, i) => (end >= 0 && i >= end ? each : withoutHyphen(each)));
}

function withoutHyphen(argument: string): string {
  if (!/^-[\w-]{21}$/.test(argument)) return argument;
  const bytes = Buffer.from(argument, "base64url");
  return bytes.length === 16 && toBase64url(new Uint8Array(bytes)) === argument
    ? bytes.toString("hex")
    : argument;
}

function hexOf(id: string): string {
  return Buffer.from(fromBase64url(id)).toString("hex");
}
