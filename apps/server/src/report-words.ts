import type { EntryKind } from "@ecrin/protocol";

/** What a report says, in one language. */
export interface ReportWords {
  readonly locale: string;
  readonly title: string;
  readonly purpose: string;
  readonly facts: {
    readonly subject: string;
    readonly log: string;
    readonly key: string;
    readonly size: string;
    readonly entries: string;
    readonly made: string;
    readonly signature: string;
  };
  readonly selfSigned: string;
  readonly operator: string;
  readonly demonstration: string;
  readonly lost: string;
  /** A log ended with entries lost: of `signed`, the first `left` are in the one that follows. */
  readonly lostOf: (at: string, signed: number, left: number) => string;
  readonly lostUnknown: string;
  readonly anchors: string;
  readonly notAnchored: string;
  readonly stamped: (size: number, authority: string, at: string) => string;
  readonly confirmed: (size: number, height: number, block: string, at: string) => string;
  readonly pending: (size: number, calendar: string) => string;
  readonly quorum: (operators: number, needed: number, reached: boolean) => string;
  readonly counts: string;
  readonly last: (shown: number, all: number) => string;
  readonly columns: readonly [string, string, string, string];
  readonly kinds: Readonly<Record<EntryKind, string>>;
  readonly limits: string;
  readonly page: (page: number, pages: number) => string;
}

const en: ReportWords = {
  locale: "en-GB",
  title: "Journal of a sealed record",
  purpose:
    "Everything that was done, in order, as the service holds it. The service knows no names of documents and no contents. This report is for reading; journal.json beside it is what counts, and VERIFY.md says how to check it.",
  facts: {
    subject: "Journal of",
    log: "Log",
    key: "First key of the log",
    size: "Leaves under the checkpoint",
    entries: "Entries",
    made: "Made",
    signature: "Signature",
  },
  selfSigned: "self-signed: by a certificate that the service made for itself",
  operator: "by the operator's certificate",
  demonstration: "Anchors of a demonstration: made on this machine, they prove nothing to anybody.",
  lost: "What is lost",
  lostOf: (at, signed, left) =>
    `On ${at} (UTC), as the service says itself, a log before this one ended because its database had lost entries for good. It had signed for ${signed}, of everybody's; ${left === 0 ? "none is left" : `the first ${left} ${left === 1 ? "is" : "are"} left`}, and ${signed - left === 1 ? `the one at place ${left} is` : `${signed - left}, at places ${left} to ${signed - 1}, are`} lost.`,
  lostUnknown:
    "What they said is not known here, nor whose they were: entries of this journal may be among them. Whoever holds a receipt for one can show that it was there.",
  anchors: "Anchors",
  notAnchored: "Not anchored: no authority and no calendar has vouched for this journal.",
  stamped: (size, authority, at) => `${size} leaves: time-stamped by ${authority} on ${at}`,
  confirmed: (size, height, block, at) =>
    `${size} leaves: confirmed at block ${height} (${block}), ${at}`,
  pending: (size, calendar) =>
    `${size} leaves: pending at ${calendar}; a promise, which proves nothing yet`,
  quorum: (operators, needed, reached) =>
    `Witnesses: quorum ${reached ? "reached" : "none"} (${operators} independent, ${needed} are needed)`,
  counts: "How many of each kind",
  last: (shown, all) =>
    shown === all ? "All entries" : `The last ${shown} of ${all} entries; all are in journal.json`,
  columns: ["No.", "When (UTC)", "What", "Account"],
  kinds: {
    "sign-up": "account made",
    "sign-in": "signed in",
    "sign-out": "signed out",
    recovery: "recovery",
    password: "password changed",
    upload: "document added",
    correction: "document corrected",
    deletion: "document deleted",
    listing: "names listed",
    opening: "document opened",
    export: "document exported",
    membership: "member changed",
    share: "shared",
    revocation: "access ended",
    rotation: "keys changed",
    expiry: "access expired",
    refusal: "refused",
    inbox: "inbox begun",
    deposit: "deposit made",
    settlement: "deposit accepted or refused",
    chain: "tags of an epoch closed",
    erasure: "entries erased",
    "log-key": "key of the log changed",
    succession: "log succeeded another",
  },
  limits:
    "What this proves and what it does not is in spec/export.md: among others, that a reader's account belongs to a person of some name is not proven here; compare the code of the account.",
  page: (page, pages) => `Page ${page} of ${pages}`,
};

const fr: ReportWords = {
  locale: "fr-FR",
  title: "Journal d'un dossier scellé",
  purpose:
    "Tout ce qui a été fait, dans l'ordre, tel que le service le détient. Le service ne connaît ni les noms ni les contenus des documents. Ce rapport est fait pour être lu ; journal.json, à côté, est ce qui compte, et VERIFY.md dit comment le vérifier.",
  facts: {
    subject: "Journal de",
    log: "Registre",
    key: "Première clé du registre",
    size: "Feuilles sous le point de contrôle",
    entries: "Entrées",
    made: "Établi le",
    signature: "Signature",
  },
  selfSigned: "auto-signée : par un certificat que le service s'est fait lui-même",
  operator: "par le certificat de l'exploitant",
  demonstration:
    "Ancrages d'une démonstration : faits sur cette machine, ils ne prouvent rien à personne.",
  lost: "Ce qui est perdu",
  lostOf: (at, signed, left) =>
    `Le ${at} (UTC), selon le service lui-même, un registre précédant celui-ci s'est terminé parce que sa base de données avait perdu des entrées pour de bon. Il en avait signé ${signed}, de tout le monde ; ${left === 0 ? "il n'en reste aucune" : left === 1 ? "il reste la première" : `il reste les ${left} premières`}, et ${signed - left === 1 ? `celle de la place ${left} est perdue` : `${signed - left}, des places ${left} à ${signed - 1}, sont perdues`}.`,
  lostUnknown:
    "Ce qu'elles disaient n'est pas connu ici, ni à qui elles appartenaient : il peut y en avoir de ce journal. Quiconque détient un reçu de l'une d'elles peut montrer qu'elle y était.",
  anchors: "Ancrages",
  notAnchored:
    "Non ancré : aucune autorité ni aucun calendrier ne s'est porté garant de ce journal.",
  stamped: (size, authority, at) => `${size} feuilles : horodaté par ${authority} le ${at}`,
  confirmed: (size, height, block, at) =>
    `${size} feuilles : confirmé au bloc ${height} (${block}), ${at}`,
  pending: (size, calendar) =>
    `${size} feuilles : en attente chez ${calendar} ; une promesse, qui ne prouve encore rien`,
  quorum: (operators, needed, reached) =>
    `Témoins : quorum ${reached ? "atteint" : "aucun"} (${operators} indépendants, il en faut ${needed})`,
  counts: "Combien de chaque sorte",
  last: (shown, all) =>
    shown === all
      ? "Toutes les entrées"
      : `Les ${shown} dernières entrées sur ${all} ; toutes sont dans journal.json`,
  columns: ["N°", "Quand (UTC)", "Quoi", "Compte"],
  kinds: {
    "sign-up": "compte créé",
    "sign-in": "connexion",
    "sign-out": "déconnexion",
    recovery: "récupération",
    password: "mot de passe changé",
    upload: "document ajouté",
    correction: "document corrigé",
    deletion: "document supprimé",
    listing: "noms listés",
    opening: "document ouvert",
    export: "document exporté",
    membership: "membre modifié",
    share: "partage",
    revocation: "accès terminé",
    rotation: "clés changées",
    expiry: "accès expiré",
    refusal: "refus",
    inbox: "boîte de dépôt ouverte",
    deposit: "dépôt fait",
    settlement: "dépôt accepté ou refusé",
    chain: "sceaux d'une époque clos",
    erasure: "entrées effacées",
    "log-key": "clé du registre changée",
    succession: "registre succédant à un autre",
  },
  limits:
    "Ce que cela prouve, et ce que cela ne prouve pas, est dans spec/export.md : entre autres, qu'un compte de lecteur appartienne à une personne de tel nom n'est pas prouvé ici ; comparez le code du compte.",
  page: (page, pages) => `Page ${page} sur ${pages}`,
};

/** The words of reports by language. */
export const REPORT_WORDS: Readonly<Record<"en" | "fr", ReportWords>> = { en, fr };
