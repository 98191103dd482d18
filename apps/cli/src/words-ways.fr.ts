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
};
