// What `ecrin verify` says of an export, in French.

import type { Words } from "./words.ts";
import { many } from "./words-journal.fr.ts";
import { reasons } from "./words-reasons.fr.ts";

export const verify: Words["verify"] = {
  reasons,
  reading: "Vérification",
  entries: (entries: number, subject: string, size: number) =>
    `${many(entries, "entrée", "entrées")} de ${subject}, sous un point de contrôle de ${many(size, "feuille", "feuilles")}.`,
  made: (when: string) => `Établi ${when}, selon le service.`,
  reads: (count: number) =>
    `${many(count, "lecture signée par l'appareil de son lecteur", "lectures, chacune signée par l'appareil de son lecteur")}.`,
  tags: (checked: number, undisclosed: number) =>
    `HMAC vérifié pour ${many(checked, "sceau", "sceaux")} ; les clés de ${undisclosed} ne sont pas encore publiées.`,
  erased: (count: number) =>
    `${many(count, "entrée a été effacée", "entrées ont été effacées")}, et le journal le dit.`,
  lost: (log: string, size: number, from: number) =>
    `PERDU : le registre ${log} s'est terminé à ${size} entrées ; celles à partir de la place ${from} sont perdues, soit ${size - from}. Si certaines étaient de ce journal, seuls des reçus et des exports antérieurs peuvent le dire.`,
  since: (size: number) => `Il prolonge le point de contrôle de ${size} feuilles.`,
  notAnchored: "Non ancré : aucun horodatage et aucun bloc ne le fixe.",
  stamped: (size: number, by: string, at: string, root: string, known: boolean) =>
    `${size} feuilles : horodaté par ${by} le ${at}${known ? "" : ", révocation inconnue"}. Comparez la racine : ${root}`,
  block: (size: number, height: number, block: string) =>
    `${size} feuilles : confirmé au bloc ${height}. Demandez à un nœud Bitcoin s'il s'agit de ${block}`,
  pending: (size: number, calendar: string) =>
    `${size} feuilles : en attente chez ${calendar} ; une promesse, qui ne prouve encore rien.`,
  notCounted: (size: number, by: string, root: string) =>
    `${size} feuilles : un horodatage par ${by}, non compté : aucune des racines que vous avez données n'est la sienne, ${root}`,
  notChecked: (size: number) => `${size} feuilles : un horodatage qui n'a pas été vérifié.`,
  demonstration: "Les ancrages sont ceux d'une démonstration : ils ne prouvent rien à personne.",
  quorum: (operators: number, needed: number, reached: boolean) =>
    `Témoins : quorum ${reached ? "atteint" : "aucun"} (${operators} indépendants ; il en faut ${needed}).`,
  witnessesNamed:
    "  Ces témoins sont ceux que nomme l'exploitant : --witnesses FICHIER compte les vôtres.",
  reader: (account: string, identity: string) => `Le lecteur ${account} a le code ${identity}.`,
  keyKnown: "Le registre est celui dont la clé a été donnée.",
  keyShown: (key: string) => `Comparez la clé du registre avec celle que vous connaissez : ${key}`,
  holds: (file: string) => `${file} tient.`,
};
