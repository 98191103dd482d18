/** Ways back and second factors: what the command line says of them, in English. */
export const ways = {
  byDevice: {
    option: "on a new device: with the help of one that is signed in, instead of the kit",
    number: (n: string) =>
      `On a device that is signed in, run: ecrin devices approve ${n}\nIn the page it is under Settings, Let a device in. The number is good for ten minutes.`,
    code: (code: string) => `Type this code there: ${code}`,
    ask: "Code that the other device shows now",
    again: "That is not the code. Look at the other device and type it again.",
  },
  approve: {
    help: "let another device in, by the number it shows",
    argument: "the nine digits that the new device shows",
    confirm:
      "A new device asks to be let in. It will be able to do everything that you can. Let in only a device that you are holding or looking at, never one whose number somebody told you.",
    ask: "Code that the new device shows",
    done: (code: string) => `The codes are the same. Now type this one on the new device: ${code}`,
  },
  factors: {
    help: "second factors: codes of an authenticator app, and passkeys",
    totpHelp: "ask for a code of an authenticator app at each sign-in",
    removeHelp: "stop asking for codes, or remove a passkey",
    removeArgument: "totp, or the beginning of a passkey's number",
    ask: "Code of your authenticator app",
    again: "That code was not accepted. Wait for the next one.",
    scan: (secret: string) =>
      `Scan this with an authenticator app, or type this key into it: ${secret}`,
    confirmAsk: "Code that the app shows now",
    added:
      "From now on a code is asked for at each sign-in. If the app is lost, the kit alone gets you back after 72 hours. Asking is the server's doing: it protects against others, not against the server.",
    none: "No second factor is set.",
    totp: "codes of an authenticator app",
    passkey: "passkey",
    asked: "asked for at each sign-in",
    opens: "a way back",
    removed: "It is not asked for any more.",
  },
  lost: {
    help: "a lost or stolen device: sign it out, change the keys, say what it may have seen",
    confirm: (name: string) =>
      `Device ${name} is signed out for good, and the keys of your records change.`,
    done: (name: string) => `Device ${name} is signed out: it fetches and signs nothing any more.`,
    turned: (n: number) => `Keys changed in ${n} of your records: it opens nothing new there.`,
    waiting: (n: number) =>
      `In ${n} more somebody else has to: their keys change when one of them next writes.`,
    opened: (n: number) =>
      `Documents it had opened, as the journals tell: ${n}. It may have kept them.`,
    names:
      "It may also know the names of all that was in your records until now. Nothing recalls that.",
    next: "If somebody may know your password, change it now: ecrin password. If the kit was with it, make a new one: ecrin kit new.",
  },
};
