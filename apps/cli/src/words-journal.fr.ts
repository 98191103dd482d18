// What the command line says of a journal, in French.

import type { Words } from "./words.ts";

/** So many of something. */
export const many = (n: number, one: string, more: string) => `${n} ${n < 2 ? one : more}`;

export const journal: Words["journal"] = {
  kinds: {
    "sign-up": (who) => `${who} a créé le compte`,
    "sign-in": (who) => `${who} s'est connecté`,
    "sign-out": (who) => `${who} s'est déconnecté`,
    recovery: (who) => `${who} a demandé à revenir avec le kit seul`,
    password: (who) => `${who} a changé le mot de passe`,
    upload: (who, what) => `${who} a ajouté ${what}`,
    correction: (who, what) => `${who} a corrigé ${what}`,
    deletion: (who, what) => `${who} a supprimé ${what}`,
    listing: (who, what) => `${who} a relevé la liste (${what})`,
    opening: (who, what) => `${who} a ouvert ${what}`,
    export: (who, what) => `${who} a exporté ${what}`,
    membership: (who, what) => `${who} a fait entrer dans le dossier ${what}`,
    share: (who, what) => `${who} a partagé avec ${what}`,
    revocation: (who, what) => `${who} a terminé l'accès : ${what}`,
    rotation: (who) => `${who} a changé les clés`,
    expiry: (_who, what) => `La date est passée : ${what}`,
    refusal: (who, what) => `${who} a essuyé un refus (${what})`,
    inbox: (who) => `${who} a ouvert une boîte de dépôt`,
    deposit: (who) => `${who} a fait un dépôt`,
    settlement: (who, what) => `${who} a traité un dépôt (${what})`,
    erasure: (who, what) => `${who} a effacé des entrées (${what})`,
    chain: (_who, what) => `Une portion du journal a été close : ${what}`,
    "log-key": (_who, what) => `Le journal a une autre clé : ${what}`,
    succession: (_who, what) => `Ce journal suit un autre, qui a perdu des entrées : ${what}`,
  },
  refusals: {
    "not-allowed": "pas le droit",
    "not-found": "rien à cet endroit",
    closed: "terminé",
  },
  began: (who) => `${who} a ouvert le dossier`,
  renewed: (who) => `${who} a renouvelé son propre accès au dossier`,
  names: (n) => many(n, "nom", "noms"),
  aShare: "un partage",
  gone: "un élément qui n'est plus connu",
  throughShare: "par un partage",
  role: (role) => `(${role})`,
  until: (when) => `jusqu'au ${when}`,
  following: "Suivi en cours ; Ctrl-C pour terminer.",
  actsChecked: (count: number) =>
    `Vérifié sur cet appareil : ${count} entrées de vous dans les dossiers d'autres personnes, chacune à sa place dans le registre. Rien ne montre qu'il n'en manque aucune, sauf celles dont cet appareil a un reçu.`,
  checks: {
    none: "écrit par le service, sans signature",
    named: "déclaration signée, nommée par son empreinte",
    "signed-by-reader": "signé par l'appareil du lecteur, vérifié ici",
    "signed-by-author": "signé par l'appareil de l'auteur, vérifié ici",
  },
  places: {
    "in-log": "trouvé dans l'arbre du registre",
    waiting: "pas encore sous un point de contrôle",
  },
  tag: (tag) => `marque de l'exploitant ${tag}…`,
  tagChecked: (tag) => `HMAC vérifié (${tag}…)`,
  tagLater: (tag) => `HMAC pas encore vérifié : regardez de nouveau (${tag}…)`,
  anchoring: {
    none: "non ancré",
    waiting: "non ancré, essayé",
    pending: "non ancré, en attente auprès d'un calendrier",
    stamped: (authority) => `horodaté par ${authority}`,
    confirmed: (height) => `confirmé au bloc ${height}`,
    nowhere: "Non ancré : ce service ne confie son journal à aucune autorité extérieure.",
    bySaying:
      "Les ancrages sont donnés tels que le service les annonce. Un export en contient les preuves : ecrin journal export, puis ecrin verify.",
    demonstration:
      "Ses ancrages sont une démonstration, faite sur la machine du service : ils ne prouvent rien à personne.",
  },
  checked: (n) =>
    `Vérifié sur cet appareil : ${many(n, "entrée", "entrées")}, leur chaîne SHA-256 sans lacune, la tête signée, et la place de chaque entrée dans l'arbre du registre. La marque de l'exploitant ne prouve rien à d'autres tant que sa clé n'est pas publiée.`,
};
