import type { Language, Words } from "./words.ts";

/** What the command line says of work without network, and of versions side by side. */
export interface AwayWords {
  readonly help: {
    readonly sync: string;
    readonly retry: string;
    readonly drop: string;
    readonly keep: string;
    readonly keepItem: string;
    readonly keepStop: string;
    readonly keepRelease: string;
    readonly shareOffline: string;
    readonly settle: string;
    readonly settleKeep: string;
    readonly settleBoth: string;
  };
  readonly away: (since: string) => string;
  readonly allSaved: string;
  readonly sent: (n: number) => string;
  readonly waits: (n: number) => string;
  readonly apart: (n: number) => string;
  readonly nothingWaits: string;
  readonly clock: string;
  readonly kept: (n: number, opens: number) => string;
  readonly notKept: string;
  readonly keptShare: (who: string, n: number, opens: number, until: string) => string;
  readonly shareOfflineAsk: (who: string, until: string) => string;
  readonly mayKeep: string;
  readonly keepAsk: string;
  readonly keepDone: string;
  readonly keepItemDone: (n: number) => string;
  readonly keepItemFirst: string;
  readonly stopAsk: string;
  readonly stopDone: string;
  readonly releaseDone: (n: number) => string;
  readonly hereOnly: string;
  readonly opens: string;
  readonly dropAsk: (what: string) => string;
  readonly written: (title: string) => string;
  readonly deleted: (title: string) => string;
  readonly ended: string;
  readonly read: string;
  readonly revokeWaits: (who: string) => string;
  readonly versions: (title: string) => string;
  readonly version: (who: string, when: string, isHere: boolean) => string;
  readonly versionDeleted: (who: string, when: string, isHere: boolean) => string;
  readonly settleNext: string;
  readonly oneVersion: (title: string) => string;
  readonly settledOne: (title: string) => string;
  readonly settledDeleted: (title: string) => string;
  readonly settledBoth: (title: string) => string;
  readonly settleAskOne: (title: string) => string;
  readonly settleAskBoth: (title: string) => string;
}

const en: AwayWords = {
  help: {
    sync: "send what waits on this device, fetch what is new, and say what is saved where",
    retry: "try something again that the service refused",
    drop: "let something go that is on this device only",
    keep: "keep the record on this device, to open and write it without network",
    keepItem: "items whose content is kept too, as in open",
    keepStop: "keep nothing here any more",
    keepRelease: "keep the content of these items here no more",
    shareOffline: "they may keep it on their device and open it without network, until the end",
    settle: "an item with two versions: show them, and say which one is right",
    settleKeep: "this version is in force; any of the history may be",
    settleBoth: "each version becomes a document of its own",
  },
  away: (since) => `No network. This is what this device keeps, as of ${since}.`,
  allSaved: "Everything is saved at the service.",
  sent: (n) =>
    n === 1
      ? "One change that waited on this device is saved at the service now."
      : `${n} changes that waited on this device are saved at the service now.`,
  waits: (n) =>
    `${n === 1 ? "One change is" : `${n} changes are`} saved on this device only. The next command that reaches the service sends ${n === 1 ? "it" : "them"}, and so does: ecrin sync`,
  apart: (n) =>
    `The service refused ${n === 1 ? "something. It is" : `${n} things. They are`} kept here until you decide: ecrin sync --retry … or --drop …`,
  nothingWaits: "Nothing waits: what you wrote is saved at the service.",
  clock: "The clock of this computer seems to be wrong. Set it right.",
  kept: (n, opens) =>
    `Kept on this device: the list of ${n}, of which ${opens === 1 ? "1 opens" : `${opens} open`} without network.`,
  notKept: "Nothing is kept on this device for work without network. See: ecrin keep",
  keptShare: (who, n, opens, until) =>
    `Kept from ${who} until ${until}: the list of ${n}, of which ${opens === 1 ? "1 opens" : `${opens} open`} without network.`,
  shareOfflineAsk: (who, until) =>
    `${who} may also keep all of it on a device and open it there without network. You hear of such an opening only when that device is connected again. If you end the access earlier, a device without network keeps what it has until ${until}, and nobody can call that back.`,
  mayKeep: "may be kept on this device",
  keepAsk:
    "Your list, and every document you open or choose here, will stay on this device, sealed with your password. The price: whoever has this device and your password can read what is kept here, and the service does not notice.",
  keepDone:
    "Your record is kept on this device. What you open without network is noted in your journal afterwards.",
  keepItemDone: (n) => `${n === 1 ? "It opens" : `${n} items open`} without network from now on.`,
  keepItemFirst: "Nothing is kept here yet. Say yes to it first: ecrin keep",
  stopAsk:
    "What is kept here will be erased. Your record stays at the service, and what still waits to go out stays here until it has.",
  stopDone: "Nothing of your record is kept here any more.",
  releaseDone: (n) =>
    `${n === 1 ? "Its content is" : `The contents of ${n} items are`} not kept here any more, until you open ${n === 1 ? "it" : "them"} again.`,
  hereOnly: "on this device only",
  opens: "opens without network",
  dropAsk: (what) => `${what} exists on this device only. After this it exists nowhere.`,
  written: (title) => `“${title}”, written`,
  deleted: (title) => `“${title}”, deleted`,
  ended: "an access, ended",
  read: "a document, read without network",
  revokeWaits: (who) =>
    `The end of ${who}’s access waits on this device. Until it reaches the service, ${who} can still open what was shared.`,
  versions: (title) => `“${title}” was changed in two places at once. Nothing is lost:`,
  version: (who, when, isHere) =>
    `written by ${who}, ${when}, on ${isHere ? "this" : "another"} device`,
  versionDeleted: (who, when, isHere) =>
    `deleted by ${who}, ${when}, on ${isHere ? "this" : "another"} device`,
  settleNext: "Look at one with open, then: ecrin settle … --keep VERSION, or --both",
  oneVersion: (title) => `“${title}” has one version in force. Nothing is to be decided.`,
  settledOne: (title) =>
    `That version of “${title}” is in force. The other stays in the history, and --keep takes it back.`,
  settledDeleted: (title) => `“${title}” stays deleted. Its versions stay in its history.`,
  settledBoth: (title) => `Both versions of “${title}” are kept, each as a document of its own.`,
  settleAskOne: (title) =>
    `That version of “${title}” will be in force. The other stays in the history.`,
  settleAskBoth: (title) =>
    `The newest version of “${title}” stays in its place, every other one becomes a document of its own.`,
};

const fr: AwayWords = {
  help: {
    sync: "envoyer ce qui attend sur cet appareil, chercher le nouveau, et dire ce qui est enregistré où",
    retry: "réessayer ce que le service a refusé",
    drop: "abandonner ce qui n'est que sur cet appareil",
    keep: "garder le dossier sur cet appareil, pour l'ouvrir et y écrire sans réseau",
    keepItem: "éléments dont le contenu est gardé aussi, comme pour open",
    keepStop: "ne plus rien garder ici",
    keepRelease: "ne plus garder ici le contenu de ces éléments",
    shareOffline:
      "la personne peut le garder sur son appareil et l'ouvrir sans réseau, jusqu'à la fin",
    settle: "un élément à deux versions : les montrer, et dire laquelle est la bonne",
    settleKeep: "cette version est la bonne ; toute version de l'historique peut l'être",
    settleBoth: "chaque version devient un document à part",
  },
  away: (since) => `Pas de réseau. Voici ce que cet appareil garde, au ${since}.`,
  allSaved: "Tout est enregistré au service.",
  sent: (n) =>
    n < 2
      ? "Un changement qui attendait sur cet appareil est maintenant enregistré au service."
      : `${n} changements qui attendaient sur cet appareil sont maintenant enregistrés au service.`,
  waits: (n) =>
    n < 2
      ? "Un changement n'est enregistré que sur cet appareil. La prochaine commande qui atteint le service l'envoie, tout comme : ecrin sync"
      : `${n} changements ne sont enregistrés que sur cet appareil. La prochaine commande qui atteint le service les envoie, tout comme : ecrin sync`,
  apart: (n) =>
    n < 2
      ? "Le service a refusé un changement. Il est gardé ici jusqu'à votre décision : ecrin sync --retry … ou --drop …"
      : `Le service a refusé ${n} changements. Ils sont gardés ici jusqu'à votre décision : ecrin sync --retry … ou --drop …`,
  nothingWaits: "Rien n'attend : ce que vous avez écrit est enregistré au service.",
  clock: "L'horloge de cet ordinateur semble fausse. Réglez-la.",
  kept: (n, opens) =>
    `Gardés sur cet appareil : la liste de ${n}, dont ${opens < 2 ? `${opens} s'ouvre` : `${opens} s'ouvrent`} sans réseau.`,
  notKept: "Rien n'est gardé sur cet appareil pour un usage sans réseau. Voir : ecrin keep",
  keptShare: (who, n, opens, until) =>
    `Gardés de ${who} jusqu'au ${until} : la liste de ${n}, dont ${opens < 2 ? `${opens} s'ouvre` : `${opens} s'ouvrent`} sans réseau.`,
  shareOfflineAsk: (who, until) =>
    `${who} pourra aussi garder le tout sur un appareil et l'y ouvrir sans réseau. Vous n'apprenez une telle ouverture qu'au retour de cet appareil sur le réseau. Si vous mettez fin à l'accès plus tôt, un appareil sans réseau garde ce qu'il a jusqu'au ${until}, et personne ne peut le reprendre.`,
  mayKeep: "peut être gardé sur cet appareil",
  keepAsk:
    "Votre liste, et tout document que vous ouvrez ou choisissez ici, restera sur cet appareil, scellé par votre mot de passe. Le prix : qui a cet appareil et votre mot de passe peut lire ce qui est gardé ici, et le service ne s'en aperçoit pas.",
  keepDone:
    "Votre dossier est gardé sur cet appareil. Ce que vous ouvrez sans réseau est noté ensuite dans votre journal.",
  keepItemDone: (n) =>
    n < 2 ? "Il s'ouvre désormais sans réseau." : `${n} éléments s'ouvrent désormais sans réseau.`,
  keepItemFirst: "Rien n'est encore gardé ici. Donnez d'abord votre accord : ecrin keep",
  stopAsk:
    "Ce qui est gardé ici sera effacé. Votre dossier reste au service, et ce qui attend encore de partir reste ici jusqu'à son départ.",
  stopDone: "Plus rien de votre dossier n'est gardé ici.",
  releaseDone: (n) =>
    n < 2
      ? "Son contenu n'est plus gardé ici, jusqu'à ce que vous le rouvriez."
      : `Les contenus de ${n} éléments ne sont plus gardés ici, jusqu'à ce que vous les rouvriez.`,
  hereOnly: "sur cet appareil seulement",
  opens: "s'ouvre sans réseau",
  dropAsk: (what) =>
    `${what} n'existe que sur cet appareil. Après cela, cela n'existe plus nulle part.`,
  written: (title) => `« ${title} », écrit`,
  deleted: (title) => `« ${title} », supprimé`,
  ended: "un accès, terminé",
  read: "un document, lu sans réseau",
  revokeWaits: (who) =>
    `La fin de l'accès de ${who} attend sur cet appareil. Tant qu'elle n'a pas atteint le service, ${who} peut encore ouvrir ce qui était partagé.`,
  versions: (title) => `« ${title} » a été modifié à deux endroits à la fois. Rien n'est perdu :`,
  version: (who, when, isHere) =>
    `écrite par ${who}, ${when}, sur ${isHere ? "cet" : "un autre"} appareil`,
  versionDeleted: (who, when, isHere) =>
    `supprimé par ${who}, ${when}, sur ${isHere ? "cet" : "un autre"} appareil`,
  settleNext: "Regardez-les avec open, puis : ecrin settle … --keep VERSION, ou --both",
  oneVersion: (title) => `« ${title} » n'a qu'une version en cours. Il n'y a rien à décider.`,
  settledOne: (title) =>
    `Cette version de « ${title} » est la bonne. L'autre reste dans l'historique, et --keep la reprend.`,
  settledDeleted: (title) =>
    `« ${title} » reste supprimé. Ses versions restent dans son historique.`,
  settledBoth: (title) =>
    `Les deux versions de « ${title} » sont gardées, chacune comme un document à part.`,
  settleAskOne: (title) =>
    `Cette version de « ${title} » sera la bonne. L'autre reste dans l'historique.`,
  settleAskBoth: (title) =>
    `La version la plus récente de « ${title} » reste à sa place ; toute autre devient un document à part.`,
};

const WORDS: Readonly<Record<Language, AwayWords>> = { en, fr };

/** In the language of a catalogue. */
export function awayWords({ locale }: Pick<Words, "locale">): AwayWords {
  return WORDS[locale.startsWith("fr") ? "fr" : "en"];
}
