import type { Option } from "commander";

/** A variable. One that is set to nothing counts as one that is not set, as for the server. */
export function given(name: string): string | undefined {
  const text = process.env[name];
  return text === "" ? undefined : text;
}

/** An option that a variable may stand for. */
export function orVariable(option: Option, name: string): Option {
  return given(name) === undefined ? option : option.env(name);
}
