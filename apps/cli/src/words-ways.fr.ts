import type { ways as en } from "./words-ways.en.ts";

/** Les moyens de revenir et les seconds facteurs, en français. */
export const ways: typeof en = {
  byDevice: {
    option: "sur un nouvel appareil : avec l'aide d'un appareil connecté, à la place du kit",
    number: (n: string) =>
      `Sur un appareil déjà connecté, lancez : ecrin devices approve ${n}\nDans la page, c'est sous Réglages, Faire entrer un appareil. Le numéro vaut dix minutes.`,
    code: (code: string) => `Tapez-y ce code : ${code}`,
    ask: "Code affiché maintenant par l'autre appareil",
    again: "Ce n'est pas le code. Regardez l'autre appareil et retapez-le.",
  },
  approve: {
    help: "faire entrer un autre appareil, par le numéro qu'il affiche",
    argument: "les neuf chiffres affichés par le nouvel appareil",
    confirm:
      "Un nouvel appareil demande à entrer. Il pourra faire tout ce que vous pouvez faire. N'acceptez qu'un appareil que vous tenez ou que vous voyez, jamais un numéro que l'on vous dicte.",
    ask: "Code affiché par le nouvel appareil",
    done: (code: string) =>
      `Les codes sont les mêmes. Tapez maintenant celui-ci sur le nouvel appareil : ${code}`,
  },
  factors: {
    help: "seconds facteurs : codes d'une application d'authentification, clés d'accès",
    totpHelp: "demander un code d'une application d'authentification à chaque connexion",
    removeHelp: "ne plus demander de code, ou retirer une clé d'accès",
    removeArgument: "totp, ou le début du numéro d'une clé d'accès",
    ask: "Code de votre application d'authentification",
    again: "Ce code n'a pas été accepté. Attendez le suivant.",
    scan: (secret: string) =>
      `Scannez ceci avec une application d'authentification, ou tapez-y cette clé : ${secret}`,
    confirmAsk: "Code affiché maintenant par l'application",
    added:
      "Désormais un code est demandé à chaque connexion. Si l'application est perdue, le kit seul vous fait revenir après 72 heures. C'est le serveur qui demande : cela protège des autres, pas du serveur.",
    none: "Aucun second facteur n'est réglé.",
    totp: "codes d'une application d'authentification",
    passkey: "clé d'accès",
    asked: "demandé à chaque connexion",
    opens: "un moyen de revenir",
    removed: "Ce n'est plus demandé.",
  },
  lost: {
    help: "un appareil perdu ou volé : le déconnecter, changer les clés, dire ce qu'il a pu voir",
    confirm: (name: string) =>
      `L'appareil ${name} est déconnecté pour de bon, et les clés de vos dossiers changent.`,
    done: (name: string) =>
      `L'appareil ${name} est déconnecté : il ne reçoit et ne signe plus rien.`,
    turned: (n: number) =>
      `Clés changées dans ${n} de vos dossiers : il n'y ouvre plus rien de nouveau.`,
    waiting: (n: number) =>
      `Dans ${n} autres, c'est à quelqu'un d'autre : leurs clés changent à sa prochaine écriture.`,
    opened: (n: number) =>
      `Documents qu'il avait ouverts, d'après les journaux : ${n}. Il a pu les garder.`,
    names:
      "Il peut aussi connaître les noms de tout ce que vos dossiers contenaient jusqu'ici. Rien ne l'efface.",
    next: "Si quelqu'un peut connaître votre mot de passe, changez-le tout de suite : ecrin password. Si le kit était avec, faites-en un nouveau : ecrin kit new.",
  },
};
