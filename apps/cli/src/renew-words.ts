import type { Language } from "./words.ts";

interface RenewWords {
  readonly ask: string;
  readonly done: string;
  /** Where the keys of a record could not be changed at once. */
  readonly inPart: string;
}

/** What is said of making an account anew, before and after. */
export const RENEW_WORDS: Readonly<Record<Language, RenewWords>> = {
  en: {
    ask: "Every key of the account is made anew: password, kit, this device, and the keys of your records. All other devices are signed out and come back with the new kit. It does not undo what somebody has already read or copied; in records that others keep, and in shares made before, the keys of before hold until their owners write again, or until those shares end.",
    done: "Everything is new. The old password, the old kit and the other devices open nothing any more. Show your contacts your code again: ecrin verify-contact",
    inPart:
      "The keys of one record could not be changed now. They change with the next thing that is written there.",
  },
  fr: {
    ask: "Toutes les clés du compte vont être refaites : mot de passe, kit, cet appareil, et les clés de vos dossiers. Tous les autres appareils sont déconnectés et reviennent avec le nouveau kit. Cela n'efface pas ce que quelqu'un a déjà lu ou copié ; dans les dossiers tenus par d'autres, et dans les partages faits avant, les anciennes clés valent jusqu'à ce que leurs propriétaires y écrivent, ou jusqu'à la fin de ces partages.",
    done: "Tout est neuf. L'ancien mot de passe, l'ancien kit et les autres appareils n'ouvrent plus rien. Montrez de nouveau votre code à vos contacts : ecrin verify-contact",
    inPart:
      "Les clés d'un dossier n'ont pas pu changer maintenant. Elles changeront dès que quelque chose y sera écrit.",
  },
};
