// What has gone wrong, and what to do about it, in French.

import type { CommandErrorCode } from "./exit.ts";
import type { SaidAlways } from "./words-failures.en.ts";

/** Ce qui a échoué plus bas, et que faire. */
export const client: Readonly<Record<SaidAlways, string>> = {
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
export const command: Readonly<Record<CommandErrorCode, (detail: string) => string>> = {
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
  "keeping-not-given": (d) =>
    `« ${d} » ne peut pas être gardé sur cet appareil : la personne qui l'a partagé n'a pas donné ce droit.`,
  "list-moved-on": (d) =>
    `La ligne ${d} de la dernière liste n'est plus là, ou son accès est terminé. Voir : ecrin list`,
  "contact-unknown": (d) => `Il n'y a pas de contact « ${d} ». Voir : ecrin contacts`,
  "contact-ambiguous": (d) => `« ${d} » désigne plusieurs contacts. Écrivez-en davantage.`,
  "record-unknown": (d) => `Il n'y a pas de dossier « ${d} » pour vous. Voir : ecrin whoami`,
  "share-unknown": (d) => `Il n'y a pas de partage ni de contact « ${d} ». Voir : ecrin shares`,
  "deposit-unknown": (d) => `Il n'y a pas de dépôt « ${d} ». Voir : ecrin inbox`,
  "member-unknown": (d) => `${d} n'est pas membre de ce dossier.`,
  "id-ambiguous": (d) => `« ${d} » en désigne plusieurs. Écrivez-en davantage.`,
  "device-unknown": (d) => `Il n'y a pas d'appareil « ${d} ». Voir : ecrin devices`,
  "invitation-unknown": (d) => `Il n'y a pas d'invitation « ${d} ». Voir : ecrin invitations`,
  "invitations-open": () =>
    "Trop de vos invitations attendent une réponse. Vous pourrez inviter de nouveau dès que l'une sera acceptée, ou aura un an. Voir : ecrin invitations",
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
