// Ce que dit la ligne de commande d'un registre qui a perdu des entrées.

import type { Words } from "./words.ts";

export const succession: Words["succession"] = {
  none: "Le journal de ce service est bien celui que vous connaissez.",
  kept: (count) =>
    `D'un journal clos, cet appareil garde ${count} reçus pour des entrées perdues. Ils prouvent ce qui a été fait ; le journal ne le montre plus.`,
  ended: (at, signed, left, lost) =>
    `ALARME : le journal de ce service s'est terminé le ${at}, selon lui-même. Il avait signé ${signed} entrées de tout le monde ; il reste les ${left} premières, ${lost} sont perdues.`,
  seen: (count) =>
    count === 0
      ? "Cet appareil n'avait vu aucune des entrées perdues."
      : `Cet appareil avait vu le journal avec ${count} des entrées perdues.`,
  receipts: (count) => `Il en garde ${count} reçus :`,
  receipt: (at, subject) => `  PERDU  ${at}  dans le journal de ${subject}`,
  how: "Demandez à l'exploitant ce qui a été perdu, et pourquoi. Pour continuer avec ce qui reste : ecrin succession --accept",
  consequence:
    "Ce qui a été fait pendant le temps perdu est défait : documents, accès terminés, nouveaux appareils, nouveaux mots de passe. Cet appareil tiendra pour vrai, une fois, ce que le service a maintenant.",
  accepted:
    "C'est accepté, pour tous vos appareils. Regardez maintenant qui a accès : ecrin members, et terminez de nouveau ce qui l'avait été.",
};
