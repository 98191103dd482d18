import { type Fault, traceOf } from "./fault.ts";
import type { LocalAuthority } from "./tls.ts";

/** What the server says to whoever starts it. */
export interface Words {
  readonly building: string;
  readonly notBuilt: string;
  readonly ready: (url: string, dataDir: string, page: boolean) => string;
  readonly onYourPhone: (authority: LocalAuthority, port: number) => string;
  readonly failed: (route: string, fault: Fault) => string;
  readonly stopping: string;
  readonly stopped: string;
  readonly portTaken: (port: number) => string;
  readonly badPort: string;
  readonly halfOfPair: (certificate: string, key: string) => string;
  readonly badOrigin: string;
  readonly badForwarded: string;
  readonly badArgument: (argument: string) => string;
  readonly cannotStart: (reason: string) => string;
}

const english: Words = {
  building: "Building the page. This is done once, and again when its sources change.",
  notBuilt: "The page could not be built. The server runs without it.",
  ready: (url, dataDir, page) =>
    [
      `Écrin is ready at ${url}`,
      page
        ? "  Open that address in a browser and sign up."
        : "  There is no page to open; the command line works.",
      "  Or, in another terminal:  npm run ecrin -- sign-up",
      `  Everything is kept in ${dataDir}; the folder keys in it is secret: back it up apart from the rest.`,
      "  Stop with Ctrl-C.",
    ].join("\n"),
  onYourPhone: ({ names, file, fingerprint }, port) =>
    [
      "  From a phone on the same network:",
      ...reachedAt(names, port),
      "  The phone will warn: this server vouches for itself. Open /authority.crt at that address, compare",
      `  its SHA-256 fingerprint with this one, and only then trust it on the phone:`,
      ...fingerprintLines(fingerprint),
      "  It vouches for names and addresses of local networks only. Remove it from the phone when you are done.",
      `  For programs on this machine:  NODE_EXTRA_CA_CERTS=${file}`,
    ].join("\n"),
  failed: (route, fault) =>
    `A request failed for a reason nobody foresaw: ${traceOf(route, fault)}`,
  stopping: "Stopping. Press Ctrl-C again to stop at once.",
  stopped: "Stopped.",
  portTaken: (port) => `Port ${port} is in use. Choose another:  PORT=4181 npm start`,
  badPort: "PORT is a whole number from 0 to 65535.",
  halfOfPair: (certificate, key) =>
    `${certificate} and ${key} go together: name both files, or neither.`,
  badOrigin: "ECRIN_ORIGIN is scheme, host and port and no more, such as https://ecrin.example.",
  badForwarded: "ECRIN_FORWARDED is yes or no.",
  badArgument: (argument) => `I do not know ${argument}.`,
  cannotStart: (reason) => `Écrin cannot start: ${reason}`,
};

const french: Words = {
  building: "Construction de la page. Une seule fois, puis quand ses sources changent.",
  notBuilt: "La page n’a pas pu être construite. Le serveur fonctionne sans elle.",
  ready: (url, dataDir, page) =>
    [
      `Écrin est prêt : ${url}`,
      page
        ? "  Ouvrez cette adresse dans un navigateur et créez un compte."
        : "  Il n’y a pas de page à ouvrir ; la ligne de commande fonctionne.",
      "  Ou, dans un autre terminal :  npm run ecrin -- sign-up",
      `  Tout est gardé dans ${dataDir} ; son dossier keys est secret : sauvegardez-le à part du reste.`,
      "  Ctrl-C pour arrêter.",
    ].join("\n"),
  onYourPhone: ({ names, file, fingerprint }, port) =>
    [
      "  Depuis un téléphone du même réseau :",
      ...reachedAt(names, port),
      "  Le téléphone avertira : ce serveur se porte garant de lui-même. Ouvrez /authority.crt à cette adresse,",
      "  comparez son empreinte SHA-256 avec celle-ci, et alors seulement faites-lui confiance :",
      ...fingerprintLines(fingerprint),
      "  Elle ne vaut que pour des noms et adresses de réseaux locaux. Retirez-la du téléphone après l’essai.",
      `  Pour les programmes de cette machine :  NODE_EXTRA_CA_CERTS=${file}`,
    ].join("\n"),
  failed: (route, fault) =>
    `Une requête a échoué, pour une raison imprévue : ${traceOf(route, fault)}`,
  stopping: "Arrêt en cours. Ctrl-C encore une fois pour arrêter tout de suite.",
  stopped: "Arrêté.",
  portTaken: (port) => `Le port ${port} est pris. Choisissez-en un autre :  PORT=4181 npm start`,
  badPort: "PORT est un nombre entier de 0 à 65535.",
  halfOfPair: (certificate, key) =>
    `${certificate} et ${key} vont ensemble : nommez les deux fichiers, ou aucun.`,
  badOrigin:
    "ECRIN_ORIGIN est un protocole, un nom d’hôte et un port, rien de plus : par exemple https://ecrin.example.",
  badForwarded: "ECRIN_FORWARDED vaut yes ou no.",
  badArgument: (argument) => `Je ne connais pas ${argument}.`,
  cannotStart: (reason) => `Écrin ne peut pas démarrer : ${reason}`,
};

/** The addresses that another machine reaches; where there is none, the line says so by its absence. */
function reachedAt(names: readonly string[], port: number): string[] {
  const others = names.filter((name) => name !== "localhost" && !/^127\.|^::1$|^fe80:/.test(name));
  return others.map((name) => `    https://${name.includes(":") ? `[${name}]` : name}:${port}`);
}

/** Sixteen bytes a line, as one reads them aloud. */
function fingerprintLines(fingerprint: string): string[] {
  return fingerprint.match(/.{1,48}/g)?.map((line) => `    ${line.replace(/:$/, "")}`) ?? [];
}

/** French where the environment asks for it, English otherwise (POSIX: LC_ALL before LC_MESSAGES before LANG). */
export function wordsFor(environment: Readonly<Record<string, string | undefined>>): Words {
  const { LC_ALL, LC_MESSAGES, LANG } = environment;
  const locale = [LC_ALL, LC_MESSAGES, LANG].find((each) => each !== undefined && each !== "");
  return locale?.toLowerCase().startsWith("fr") === true ? french : english;
}
