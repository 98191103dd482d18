import type { ClientErrorCode } from "@ecrin/client";
import type { CommandErrorCode } from "./exit.ts";
import type { Words } from "./words.ts";
import { journal, many } from "./words-journal.fr.ts";
import { succession } from "./words-succession.fr.ts";
import { verify } from "./words-verify.fr.ts";
import { ways } from "./words-ways.fr.ts";
import { witnesses } from "./words-witnesses.fr.ts";

/** Ce qui a échoué plus bas, et que faire. */
const client: Readonly<Record<ClientErrorCode, string>> = {
  malformed:
    "Le serveur n'a pas compris la demande. Ce programme est peut-être plus ancien que le serveur.",
  clock: "L'horloge de cet ordinateur est fausse. Réglez-la et recommencez.",
  "not-signed-in": "La session est terminée. Recommencez.",
  "proof-refused":
    "Le serveur a refusé la preuve de la session. Vérifiez l'horloge et recommencez.",
  "sign-in-refused": "Adresse, mot de passe ou kit ne vont pas ensemble.",
  "device-or-kit-needed":
    "Le mot de passe seul n'ouvre rien. Connectez cet appareil avec le kit : ecrin sign-in",
  "not-allowed": "Vous n'avez pas le droit de faire cela.",
  "not-found": "Il n'y a rien ici sous ce nom pour vous : terminé, supprimé, ou jamais là.",
  conflict: "Cela existe déjà.",
  "stale-head": "Quelqu'un d'autre a fait un changement entre-temps. Recommencez.",
  "stale-tree": "Quelqu'un d'autre a fait un changement entre-temps. Recommencez.",
  "rotation-due": "Les clés doivent d'abord être changées, et vous n'en avez pas le droit.",
  closed: "C'est terminé, il n'y a plus d'accès.",
  "too-large": "C'est plus grand que ce que le serveur accepte.",
  "unsupported-type": "Le serveur n'a pas compris la demande.",
  "wraps-differ": "Le serveur a reçu d'autres clés que celles annoncées. Rien n'a été changé.",
  "signature-refused": "Le serveur a refusé une signature. Rien n'a été changé.",
  "statement-refused": "Le serveur a refusé cela : ce n'est pas permis ici. Rien n'a été changé.",
  "content-differs":
    "Le fichier n'est pas arrivé tel qu'il a été scellé. Rien n'a été ajouté ; recommencez.",
  "rate-limited": "Trop d'essais. Attendez une minute et recommencez.",
  internal: "Le serveur a échoué. Recommencez plus tard.",
  unavailable: "Le serveur ne peut pas répondre maintenant. Recommencez plus tard.",
  "quota-reached":
    "Il n'y a plus de place pour cela ici : retirez quelque chose, ou commencez-en un autre.",
  "storage-full": "Le serveur n'a plus de place.",
  "cannot-open": "Cela ne s'ouvre pas : c'est modifié, ou ce n'est pas pour vous.",
  offline: "Le serveur n'est pas joignable. Vérifiez le réseau et --server.",
  "bad-answer": "Ce qui répond là n'est pas un serveur Écrin de cette version. Vérifiez --server.",
  rollback:
    "ALARME : le serveur montre un état plus ancien que celui vu par cet appareil. Ne changez rien et prévenez l'exploitant.",
  fork: "ALARME : le serveur montre une autre histoire que celle vue par cet appareil. Ne changez rien et prévenez l'exploitant.",
  "entry-missing":
    "ALARME : il manque au journal une entrée dont le serveur a donné un reçu. Gardez cet appareil tel quel et prévenez l'exploitant.",
  "not-witnessed":
    "ALARME : les témoins sur lesquels vous comptez n'ont pas vu ce journal depuis plus d'un jour : d'autres personnes en voient peut-être un autre. Interrogez-les, ou l'exploitant : ecrin witnesses",
  "log-key-changed":
    "ALARME : le serveur signe son journal avec une autre clé qu'avant. Ne changez rien et prévenez l'exploitant.",
  "log-succeeded":
    "ALARME : le journal de ce service a perdu des entrées pour toujours, et un autre lui succède. Voyez ce qui est perdu, puis décidez : ecrin succession",
  "contact-changed":
    "ALARME : l'identité de ce contact n'est plus celle qui a été vérifiée. Comparez vos codes face à face : ecrin verify-contact",
  "contact-not-verified":
    "Vous ne connaissez pas encore cette personne. Invitez-la, ou comparez vos codes : ecrin verify-contact",
  "not-accepted": "Ceci vous est proposé. Acceptez-le d'abord : ecrin shared --accept …",
  "not-enrolled": "Personne n'est connecté ici. Utilisez : ecrin sign-in",
  "device-password-needed":
    "Le mot de passe a été changé sur un autre appareil. Utilisez : ecrin sign-in, et donnez le nouveau, puis l'ancien que cet appareil garde encore.",
  "parameters-below-floor":
    "ALARME : le serveur demande une protection du mot de passe plus faible que permis. Rien n'a été envoyé.",
  "wrong-password": "Mot de passe erroné.",
  "wrong-kit": "Le kit est mal recopié, ou appartient à un autre compte.",
  "factor-refused":
    "Le code ou la clé d'accès n'a pas été accepté. Attendez le code suivant et réessayez.",
  "second-factor-needed":
    "Un second facteur est demandé. Lancez la commande là où vous pouvez taper un code.",
  "code-differs":
    "Le code n'est pas le bon. Personne n'est entré ; si cela se répète, recommencez.",
  "not-kept": "Ce n'est pas gardé sur cet appareil, et il n'y a pas de réseau.",
  "stale-view": "Ce qui est connu ici est trop ancien pour agir. Recommencez avec le réseau.",
  refused: "Cela ne peut pas se faire.",
  locked: "Le compte est verrouillé.",
};

/** Ce que la ligne de commande elle-même refuse. */
const command: Readonly<Record<CommandErrorCode, (detail: string) => string>> = {
  usage: (d) => `${d} Voir : ecrin --help`,
  interrupted: () => "Arrêté. Ce qui n'était pas fini n'a pas été fait.",
  "cannot-ask": (d) =>
    `Il n'y a personne à qui demander : « ${d} ». Donnez-le en option ou par --password-file.`,
  "no-server": () => "Quel serveur ? Donnez --server https://…",
  "home-taken": (d) =>
    `Quelqu'un est déjà connecté ici : ${d}. Choisissez un autre dossier avec --home.`,
  "home-busy": (d) =>
    `Une autre commande utilise ${d}. Attendez qu'elle finisse, puis recommencez.`,
  "not-signed-in": () => "Personne n'est connecté ici. Utilisez : ecrin sign-in",
  "item-unknown": (d) => `Il n'y a pas d'élément « ${d} ». Voir : ecrin list`,
  "items-of-two-records": (d) =>
    `« ${d} » est dans un autre dossier. Un partage se fait à partir d'un seul.`,
  "item-ambiguous": (d) => `« ${d} » désigne plusieurs éléments. Écrivez-en davantage.`,
  "list-moved-on": (d) =>
    `La ligne ${d} de la dernière liste n'est plus là, ou son accès est terminé. Voir : ecrin list`,
  "contact-unknown": (d) => `Il n'y a pas de contact « ${d} ». Voir : ecrin contacts`,
  "contact-ambiguous": (d) => `« ${d} » désigne plusieurs contacts. Écrivez-en davantage.`,
  "record-unknown": (d) => `Il n'y a pas de dossier « ${d} » pour vous. Voir : ecrin whoami`,
  "share-unknown": (d) => `Il n'y a pas de partage ni de contact « ${d} ». Voir : ecrin shares`,
  "deposit-unknown": (d) => `Il n'y a pas de dépôt « ${d} ». Voir : ecrin inbox`,
  "member-unknown": (d) => `${d} n'est pas membre de ce dossier.`,
  "device-unknown": (d) => `Il n'y a pas d'appareil « ${d} ». Voir : ecrin devices`,
  "invitation-unknown": (d) => `Il n'y a pas d'invitation « ${d} ». Voir : ecrin invitations`,
  "nothing-with-contact": (d) => `${d} n'a aucun accès à terminer.`,
  "file-missing": (d) => `Il n'y a pas de fichier « ${d} ».`,
  "export-refused": (d) => `L'export ne tient pas. ${d}`,
  "file-exists": (d) => `« ${d} » existe déjà. Utilisez --force pour le remplacer.`,
  "file-unwritable": (d) => `« ${d} » ne peut pas être écrit.`,
  "file-unreadable": (d) => `« ${d} » ne peut pas être lu.`,
  "not-fhir": (d) =>
    `« ${d} » n'est pas un lot FHIR qui puisse être importé. Utilisez --as-file pour le garder comme fichier.`,
  "not-for-terminal": (d) =>
    `« ${d} » n'est pas du texte. Écrivez-le dans un fichier avec -o, ou dans un tube.`,
  "when-unclear": (d) =>
    `« ${d} » n'est pas un moment. Écrivez 2h, 3j, demain, 2030-01-31 ou 2030-01-31T18:00.`,
  "when-past": (d) => `« ${d} » est déjà passé.`,
  "passwords-differ": () => "Les deux mots de passe diffèrent. Rien n'a été changé.",
  "password-short": (d) =>
    `Prenez au moins ${d} caractères : quelques mots sans rapport entre eux.`,
  "kit-file-kind": () =>
    "Le kit va dans un fichier en .pdf ou .txt, ou vers - pour la sortie standard.",
  "not-confirmed": () => "Rien n'a été changé.",
  "server-failed": (d) => `Le serveur n'a pas pu démarrer : ${d}`,
};

export const fr: Words = {
  locale: "fr-FR",
  ways,
  quoted: (title) => `« ${title} »`,
  failures: {
    client,
    command,
    kitPlace: (n) => `Regardez le mot, ou le caractère, numéro ${n}.`,
    diskFull: "Il n'y a plus de place sur ce disque.",
    other:
      "Quelque chose a échoué qui n'aurait pas dû. Merci de le signaler, avec ce que vous faisiez.",
  },
  parser: {
    unknownOption: (d) => `Il n'y a pas d'option ${d}.`,
    unknownCommand: (d) => `Il n'y a pas de commande ${d}.`,
    missingArgument: (d) => `Il manque ${d}.`,
    optionMissingArgument: (d) => `${d} attend une valeur.`,
    missingMandatoryOptionValue: (d) => `Il manque ${d}.`,
    invalidArgument: (d) => `${d} ne peut pas valoir cela.`,
    excessArguments: () => "Il y a trop d'arguments.",
    other: () => "La commande n'a pas été comprise.",
  },
  ask: {
    password: "Mot de passe",
    newPassword: "Nouveau mot de passe",
    devicePassword: "Mot de passe que cet appareil garde encore",
    again: "Encore une fois",
    kit: "Kit (mots ou code)",
    address: "Adresse e-mail",
    name: "Votre nom, tel que les autres le verront",
    contactName: "Comment appelez-vous cette personne ?",
    kitFile: "Où écrire le kit ? Imprimez-le, puis supprimez le fichier",
    confirm: { question: "D'accord ?", yes: "oui", no: "non" },
  },
  help: {
    about: "Un dossier de santé scellé : le service qui garde tout cela ne peut rien en lire.",
    usage: "Usage :",
    arguments: "Arguments :",
    optionsTitle: "Options :",
    globalTitle: "Options de toutes les commandes :",
    commands: "Commandes :",
    helpOption: "montre ceci",
    helpCommand: "montre l'aide d'une commande",
    exits:
      "Codes de sortie : 0 fait, 1 refusé ou échoué, 2 mal appelé, 3 pas connecté, 4 introuvable,\n5 pas de réseau, 6 alarme ou ne s'ouvre pas, 130 arrêté.",
    options: {
      server: "adresse du serveur",
      home: "dossier de cette personne sur cet ordinateur (sinon ECRIN_HOME ou ~/.ecrin-client)",
      json: "écrire une valeur JSON",
      lang: "langue de ce qui est dit",
      passwordFile:
        "lire mots de passe et kits dans un fichier, un par ligne comme demandés ; - ou un numéro pour un fichier ouvert",
      passwordStdin: "comme --password-file -",
      showDeposit: "afficher ce qui a été remis",
      acceptDeposit: "le prendre dans le dossier",
      refuseDeposit: "le refuser : il est effacé",
      acceptOffer: "accepter ce que propose quelqu'un qui n'est pas un contact",
      declineOffer: "le refuser ; personne n'en est averti",
      record: "un dossier dont vous êtes membre, par le nom de son titulaire",
      yes: "ne pas demander",
      force: "remplacer un fichier qui existe",
      output: "écrire dans ce fichier ou ce dossier",
      kitFile: "écrire le kit dans un fichier .pdf ou .txt, ou - pour la sortie standard",
      address: "adresse e-mail",
      name: "nom tel que les autres le verront",
      contactName: "comment vous appelez cette personne",
      device: "comment s'appelle cet appareil",
      title: "titre à la place du nom du fichier",
      date: "date du document, par exemple 2030-01-31",
      asFile: "garder du JSON FHIR comme fichier, sans l'importer",
      with: "contact avec qui partager",
      until: "2h, 3j, demain, 2030-01-31 ou 2030-01-31T18:00",
      note: "un mot que le destinataire verra",
      role: "owner (titulaire), manager (gestionnaire), writer (écriture) ou reader (lecture)",
      offline: "peut ouvrir sans demander au serveur, donc sans réseau",
      kind: "seulement ce genre d'entrées",
      by: "seulement ce que cette personne a fait",
      item: "seulement ce qui concerne cet élément",
      sinceLeaves:
        "feuilles sous le point de contrôle d'un export précédent : prouver que celui-ci le prolonge",
      logKey: "la clé du registre telle que vous la connaissez",
      root: "certificats des autorités d'horodatage auxquelles vous faites confiance",
      witnesses: "vos témoins, sous la forme de log/witnesses.json d'un export",
      earlier: "un export précédent, que celui-ci doit prolonger",
      demonstration: "accepter les blocs faciles d'une démonstration",
      since: "seulement à partir de cette date",
      limit: "seulement les plus récentes, ce nombre-là",
      account: "le journal du compte : connexions, appareils, mot de passe",
      untilDay: "seulement jusqu'à la fin de ce jour",
      follow: "continuer avec chaque ligne dès qu'elle arrive, jusqu'à Ctrl-C",
      mine: "ce que vous avez fait dans les dossiers d'autres personnes",
      acceptLog: "continuer avec ce qui reste, sur tous vos appareils",
      pinWitnesses: "compter sur les témoins de ce fichier, sous la forme de log/witnesses.json",
      unpinWitnesses: "ne compter sur aucun",
      accountNumber: "numéro de compte, imprimé sur le kit",
      all: "aussi ceux qui sont terminés",
      recover: "avec le kit seul : prêt après 72 heures, puis choix d'un nouveau mot de passe",
      port: "port d'écoute",
      data: "dossier des clés, de la base et des contenus",
      host: "adresse d'écoute",
    },
    args: {
      depositTo: "le partage auquel répondre, ou le dossier de qui",
      newFile: "un fichier qui n'existe pas encore",
      exportFile: "un export de journal (.zip)",
      newFolder: "un dossier qui n'existe pas encore",
      file: "fichier",
      files: "fichiers ; les lots FHIR sont importés élément par élément",
      item: "élément, par son numéro dans la dernière liste ou le début de son identifiant",
      items: "éléments, par leurs numéros dans la dernière liste ou le début de leurs identifiants",
      address: "adresse e-mail",
      invitation: "invitation, par le début de son identifiant",
      code: "code de contact de l'autre personne",
      contact: "contact, par son nom ou le début de son identifiant",
      shareOrMember: "partage par le début de son identifiant, ou contact par son nom",
      device: "appareil, par le début de son identifiant",
      share: "seulement ce partage, par le début de son identifiant",
    },
    serve: "faire tourner un serveur sur cet ordinateur",
    signUp: "créer un compte, et le kit qui le rouvre",
    signIn: "connecter cet ordinateur, avec le kit et le mot de passe",
    whoami: "qui est connecté ici, et quels dossiers vous sont ouverts",
    add: "sceller des fichiers et les ajouter au dossier",
    list: "ce que contient le dossier",
    export: "tout emporter : un seul fichier FHIR, et les documents à côté",
    open: "ouvrir un élément : le texte au terminal, le reste dans un fichier ou un tube",
    correct:
      "mettre une nouvelle version à la place d'un élément ; l'ancienne reste dans l'histoire",
    delete: "retirer un élément de la liste ; son histoire reste",
    invite: "inviter quelqu'un par son adresse e-mail",
    invitations: "invitations reçues et envoyées",
    accept: "accepter une invitation",
    contacts: "les personnes que vous connaissez ici",
    verifyContact: "fixer un contact par le code comparé face à face ; sans code, montrer le vôtre",
    share: "partager des éléments avec quelqu'un jusqu'à une date",
    shares: "ce que vous partagez, avec qui, jusqu'à quand",
    shared: "ce que d'autres partagent avec vous",
    deposit: "remettre un fichier à qui partage avec vous, ou décide d'un dossier",
    inbox: "ce que d'autres vous ont remis : voir, accepter, refuser",
    revoke: "terminer un partage, ou tout ce qu'une personne peut voir",
    members: "qui est dans le dossier",
    membersAdd: "ouvrir tout le dossier à quelqu'un",
    membersEnd: "terminer une participation",
    journalExport: "tout le journal dans un fichier que chacun peut vérifier",
    verify: "vérifier un export de journal, hors ligne",
    journal: "qui a fait quoi, et comment cela a été vérifié",
    succession:
      "ce qu'il faut savoir quand le journal du service a perdu des entrées, et l'accepter",
    witnesses: "qui répond du journal depuis l'extérieur, et sur qui vous comptez",
    devices: "où le compte est connecté",
    devicesSignOut: "déconnecter un appareil",
    cancelRecovery: "arrêter un retour que quelqu'un a demandé avec le kit seul",
    kit: "le kit qui rouvre le compte",
    kitNew: "faire un nouveau kit ; l'ancien n'ouvre plus rien",
    kitCheck: "vérifier qu'un kit a été bien recopié",
    password: "changer le mot de passe",
    renew: "refaire toutes les clés du compte, si quelqu'un a pu les avoir",
    demo: "mettre sur un serveur une patiente et un médecin inventés",
  },
  said: {
    serving: (url) => `Écrin est servi sur ${url}. Ctrl-C l'arrête.`,
    stopped: "Arrêté.",
    signedUp: (name) => `Bienvenue, ${name}. Le compte est créé et cet appareil est connecté.`,
    kitWritten: (file) =>
      `Le kit est dans ${file}. Imprimez-le et supprimez le fichier : personne d'autre ne l'a.`,
    kitShown: "Notez ce kit : personne d'autre ne l'a.",
    kitLacking:
      "ATTENTION : un renouvellement a été interrompu, et le kit en vigueur n'a jamais été montré. Faites-en un maintenant : ecrin kit new",
    kitAsk: "Un nouveau kit va être fait, et le précédent n'ouvrira plus rien.",
    kitChanged: "Le nouveau kit est en vigueur ; l'ancien n'ouvre plus rien.",
    kitGood: (account) =>
      account === undefined
        ? "Le kit est entier."
        : `Le kit est entier, pour le compte ${account}.`,
    signedIn: (name) => `${name} est connecté sur cet appareil.`,
    recoveryReady: (when) =>
      `Le kit seul ouvrira le compte à partir de : ${when}. Relancez alors cette commande. Les appareils du compte ont été prévenus.`,
    recoveryCancelled: "La demande est annulée.",
    adding: (file) => `Scellement de ${file}`,
    opening: (title) => `Ouverture de ${title}`,
    added: (n) => `${many(n, "élément ajouté", "éléments ajoutés")}.`,
    exporting: "Ouverture de tout",
    exported: (resources, files, folder) =>
      `${many(resources, "élément", "éléments")} et ${many(files, "fichier", "fichiers")} dans ${folder}.`,
    journalExported: (file: string) =>
      `Le journal est dans ${file}. Il dit qui a fait quoi et quand : ne le donnez qu'à qui cela concerne. Vérifiez-le avec « ecrin verify » ou le verify.py qu'il contient.`,
    exportedPlain: "Ils n'y sont plus scellés : gardez ce dossier là où vous seul pouvez le lire.",
    written: (file) => `Écrit dans ${file}.`,
    corrected: (title) => `« ${title} » a une nouvelle version ; l'ancienne reste dans l'histoire.`,
    deleted: (title) => `« ${title} » n'est plus dans la liste ; son histoire reste.`,
    deleteAsk: (title) => `« ${title} » va être retiré de la liste. Son histoire reste et le dira.`,
    invited: (name) =>
      `L'invitation est faite. Quand ${name} se sera connecté avec cette adresse et l'aura acceptée, vous pourrez partager.`,
    accepted: (name) => `${name} est maintenant un contact.`,
    verified: (name) => `${name} est fixé par le code comparé face à face.`,
    myCode: "Votre code de contact. Montrez-le face à face ; il n'est pas secret.",
    shareAsk: (who, how, what, until) =>
      `${who} (${how}) pourra ouvrir ${what} jusqu'au ${until}. Vous pourrez y mettre fin à tout moment ; ce qui aura été ouvert ne peut pas être oublié.`,
    shareMade: (id, who, until) => `Partage ${id} : ${who} jusqu'au ${until}.`,
    documents: (n) => many(n, "document", "documents"),
    revokeShareAsk: (who, what) =>
      `Le partage de ${what} avec ${who} va se terminer aussitôt. Ce que ${who} a ouvert lui reste connu.`,
    revokeMemberAsk: (who) =>
      `${who} va quitter le dossier aussitôt et les clés changeront. Ce que ${who} a ouvert lui reste connu ; un membre avec le droit hors ligne pouvait tout ouvrir jusqu'ici.`,
    shareRevoked: (who, what) => `Le partage de ${what} avec ${who} est terminé.`,
    revoked: (who) =>
      `${who} n'a plus accès : le service ne lui remet plus rien. Ce qui a été ouvert reste connu.`,
    memberAsk: (who, how, role, until) =>
      `${who} (${how}) aura tout le dossier, passé compris, avec le rôle : ${role}${until === undefined ? "" : `, jusqu'au ${until}`}.`,
    memberAdded: (who) => `${who} est maintenant membre.`,
    signedOut: (device) =>
      `${device} est déconnecté : rien de nouveau ne s'ouvre avec ce qu'il savait. Ce qu'il avait ouvert y reste.`,
    signOutAsk: (device) => `${device} va être déconnecté et aura besoin du kit pour revenir.`,
    passwordChanged:
      "Le nouveau mot de passe est en vigueur. Les copies prises avant avec l'ancien ne sont pas rappelées.",
    nothing: "Rien ici.",
    offered:
      "Proposé par des personnes qui ne sont pas vos contacts, et fermé tant que vous n'acceptez pas :",
    offersMore: (n) => `${n} de plus attendent que vous ayez décidé de ceux-ci.`,
    offerAccepted: "Accepté. Voir : ecrin shared",
    offerDeclined: "Refusé. Ce n'est plus montré, et personne n'en est averti.",
    aRecord: "un dossier",
    unreadable: (n, who) =>
      `${n} version${n === 1 ? "" : "s"} de ce dossier ne peu${n === 1 ? "" : "ven"}t pas être lue${n === 1 ? "" : "s"} : ${who} a mal changé les clés. Le prochain ajout d'un propriétaire répare le dossier, sans ${n === 1 ? "la" : "les"} faire revenir.`,
    sealedWrongly: (n, who) =>
      `${n} version${n === 1 ? "" : "s"} de ce dossier ne peu${n === 1 ? "" : "ven"}t pas être lue${n === 1 ? "" : "s"} : ${who}, qui ${n === 1 ? "l'a écrite, l'a" : "les a écrites, les a"} mal scellée${n === 1 ? "" : "s"}. Demandez-${n === 1 ? "la" : "les"} de nouveau, ou terminez cette participation.`,
    shareRefused:
      "Ce partage ne s'ouvre pas : rien n'en est montré. Demandez à la personne de partager à nouveau. C'est le service qui dit de qui il vient.",
    signingInAgain: (name) => `${name} est déjà connecté ici, et le mot de passe est le bon.`,
  },
  table: {
    until: (when) => `jusqu'au ${when}`,
    ended: "terminé",
    from: (who) => `de ${who}`,
    noEnd: "sans fin",
    versions: (n) => many(n, "version", "versions"),
    conflict: "modifié deux fois en même temps : les deux sont gardés",
    me: "cet appareil",
    received: "Reçues",
    sent: "Envoyées",
    offline: "peut ouvrir sans demander",
    own: "votre propre dossier",
    recordOf: (who) => `dossier de ${who}`,
  },
  verified: {
    "face-to-face": "vérifié face à face",
    invitation: "connu par invitation",
    none: "non vérifié",
    you: "vous",
  },
  invitationStates: {
    waiting: "en attente",
    accepted: "acceptée",
    refused: "la réponse ne tient pas",
  },
  notices: {
    "device-enrolled": "un appareil a été connecté",
    "device-signed-out": "un appareil a été déconnecté",
    "password-changed": "le mot de passe a été changé",
    "kit-replaced": "un nouveau kit a été fait",
    "identity-changed": "l'identité a été renouvelée",
    "recovery-asked":
      "ATTENTION : quelqu'un a demandé à revenir avec le kit seul. Si ce n'est pas vous : ecrin devices cancel-recovery",
    "recovery-cancelled": "le retour avec le kit seul a été arrêté",
    "recovery-done": "le compte a été retrouvé avec le kit",
  },
  roles: {
    owner: "titulaire",
    manager: "gestionnaire",
    writer: "écriture",
    reader: "lecture",
  },
  types: {
    AllergyIntolerance: "allergie",
    CarePlan: "plan de soins",
    Condition: "problème",
    DiagnosticReport: "compte rendu",
    DocumentReference: "document",
    Encounter: "consultation",
    Immunization: "vaccination",
    MedicationRequest: "prescription",
    Observation: "résultat",
    Organization: "organisme",
    Patient: "personne",
    Practitioner: "praticien",
    Procedure: "acte",
  },
  who: {
    service: "Le service",
    unknown: (id) => `compte inconnu ${id}`,
  },
  verify,
  witnesses,
  succession,
  journal,
  deposits: {
    made: (id) => `Déposé : ${id}. La personne qui décide du dossier le verra.`,
    accepted: "C'est maintenant dans le dossier.",
    refused: "C'est refusé, et ce qui était scellé est effacé.",
    broken: (n) => `${many(n, "dépôt ne tient", "dépôts ne tiennent")} pas ; rien n'en est montré.`,
    settled: { accepted: "accepté", refused: "refusé" },
  },
  demo: {
    heading: "Une patiente et un médecin inventés, pour essayer.",
    address: "adresse",
    password: "mot de passe",
    kit: "kit",
    home: "ligne de commande",
    shared: (by, who, n, until) =>
      `${by} partage ${many(n, "document", "documents")} avec ${who} jusqu'au ${until}.`,
    how: "Dans le navigateur, connectez un nouvel appareil : le kit, puis le mot de passe. Ces personnes ne servent qu'à essayer.",
  },
};
