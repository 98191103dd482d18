/** What the server says to whoever starts it. */
export interface Words {
  readonly building: string;
  readonly notBuilt: string;
  readonly ready: (url: string, dataDir: string, page: boolean) => string;
  readonly stopping: string;
  readonly stopped: string;
  readonly portTaken: (port: number) => string;
  readonly badPort: string;
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
  stopping: "Stopping. Press Ctrl-C again to stop at once.",
  stopped: "Stopped.",
  portTaken: (port) => `Port ${port} is in use. Choose another:  PORT=4181 npm start`,
  badPort: "PORT is a whole number from 0 to 65535.",
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
  stopping: "Arrêt en cours. Ctrl-C encore une fois pour arrêter tout de suite.",
  stopped: "Arrêté.",
  portTaken: (port) => `Le port ${port} est pris. Choisissez-en un autre :  PORT=4181 npm start`,
  badPort: "PORT est un nombre entier de 0 à 65535.",
  badArgument: (argument) => `Je ne connais pas ${argument}.`,
  cannotStart: (reason) => `Écrin ne peut pas démarrer : ${reason}`,
};

/** French where the environment asks for it, English otherwise (POSIX: LC_ALL before LC_MESSAGES before LANG). */
export function wordsFor(environment: Readonly<Record<string, string | undefined>>): Words {
  const { LC_ALL, LC_MESSAGES, LANG } = environment;
  const locale = [LC_ALL, LC_MESSAGES, LANG].find((each) => each !== undefined && each !== "");
  return locale?.toLowerCase().startsWith("fr") === true ? french : english;
}
