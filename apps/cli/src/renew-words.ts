import type { DroppedFactors, RenewalStep } from "@ecrin/client";
import type { Language } from "./words.ts";

interface RenewWords {
  readonly ask: string;
  readonly done: string;
  /** Where the keys of a record could not be changed at once. */
  readonly inPart: string;
  /** What was done without network and can go out no more. */
  unsent(count: number): string;
  readonly steps: Readonly<Record<RenewalStep, string>>;
  readonly totp: string;
  passkeys(count: number): string;
  dropped(what: string): string;
}

/** What is said of making an account anew, before and after. */
export const RENEW_WORDS: Readonly<Record<Language, RenewWords>> = {
  en: {
    ask: "Every key of the account is made anew: password, kit, this device, and the keys of your records. All other devices are signed out and come back with the new kit. Codes of an app and passkeys are removed, and set up anew afterwards. It does not undo what somebody has already read or copied; in records that others keep, and in shares made before, the keys of before hold until their owners write again, or until those shares end.",
    done: "Everything is new. The old password, the old kit and the other devices open nothing any more. Show your contacts your code again: ecrin verify-contact",
    inPart:
      "The keys of one record could not be changed now. They change with the next thing that is written there.",
    unsent: (count) =>
      `${count === 1 ? "One thing" : `${count} things`} done without network could not be sent, and cannot be any more: it stays on this device only.`,
    steps: {
      open: "Opening with the present password…",
      send: "Sending what waits on this device…",
      make: "Making every key anew…",
      enter: "Opening with what is new…",
      turn: "Changing the keys of the records…",
    },
    totp: "the codes of the app",
    passkeys: (count) => (count === 1 ? "a passkey" : `${count} passkeys`),
    dropped: (what) =>
      `Removed, because somebody else may have set them: ${what}. Set them up anew: ecrin factors totp, and passkeys in the page under Ways back.`,
  },
  fr: {
    ask: "Toutes les clés du compte vont être refaites : mot de passe, kit, cet appareil, et les clés de vos dossiers. Tous les autres appareils sont déconnectés et reviennent avec le nouveau kit. Les codes d'application et les clés d'accès sont retirés, et remis en place après. Cela n'efface pas ce que quelqu'un a déjà lu ou copié ; dans les dossiers tenus par d'autres, et dans les partages faits avant, les anciennes clés valent jusqu'à ce que leurs propriétaires y écrivent, ou jusqu'à la fin de ces partages.",
    done: "Tout est neuf. L'ancien mot de passe, l'ancien kit et les autres appareils n'ouvrent plus rien. Montrez de nouveau votre code à vos contacts : ecrin verify-contact",
    inPart:
      "Les clés d'un dossier n'ont pas pu changer maintenant. Elles changeront dès que quelque chose y sera écrit.",
    unsent: (count) =>
      `${count === 1 ? "Une chose faite" : `${count} choses faites`} sans réseau n'a pas pu partir, et ne le peut plus : cela reste sur cet appareil seul.`,
    steps: {
      open: "Ouverture avec le mot de passe actuel…",
      send: "Envoi de ce qui attend sur cet appareil…",
      make: "Création de toutes les nouvelles clés…",
      enter: "Ouverture avec ce qui est neuf…",
      turn: "Changement des clés des dossiers…",
    },
    totp: "les codes de l'application",
    passkeys: (count) => (count === 1 ? "une clé d'accès" : `${count} clés d'accès`),
    dropped: (what) =>
      `Retiré, car quelqu'un d'autre a pu les installer : ${what}. À remettre en place : ecrin factors totp, et les clés d'accès dans la page, sous « Moyens de revenir ».`,
  },
};

/** Second factors that went with a renewal, and how to have them again; nothing where there were none. */
export function droppedIn(language: Language, { totp, passkeys }: DroppedFactors): string[] {
  const words = RENEW_WORDS[language];
  const gone = [...(totp ? [words.totp] : []), ...(passkeys > 0 ? [words.passkeys(passkeys)] : [])];
  return gone.length === 0 ? [] : [words.dropped(gone.join(", "))];
}
