import { CommandError } from "./exit.ts";

/**
 * Scheme and host of a server, out of what was given. Nothing else of it is used, kept or printed:
 * a password in it would be, on the kit too.
 * @throws CommandError `no-server`
 */
export function serverAt(text: string): string {
  const url = URL.parse(text);
  const isServer =
    url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "";
  if (!isServer) throw new CommandError("no-server");
  return url.origin;
}

/** The host of a server to which nothing protects the way: neither TLS, nor that it never leaves this machine. */
export function unprotectedHost(server: string): string | undefined {
  const { protocol, host, hostname } = new URL(server);
  const isHere = /^(?:(?:.+\.)?localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
  return protocol === "https:" || isHere ? undefined : host;
}
