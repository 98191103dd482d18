/** Everything a kit page says, in one language. */
export interface KitWords {
  readonly lang: string;
  readonly title: string;
  readonly purpose: string;
  readonly account: string;
  readonly server: string;
  readonly made: string;
  readonly scan: string;
  readonly words: string;
  readonly wordsHow: string;
  readonly code: string;
  readonly steps: string;
  readonly todo: readonly string[];
  readonly kept: string;
  readonly foot: string;
}

export const KIT_WORDS: Readonly<Record<"fr" | "en", KitWords>> = {
  fr: {
    lang: "fr-FR",
    title: "Kit de secours",
    purpose:
      "Cette page vous rend votre dossier si vous perdez votre téléphone ou votre mot de passe. Personne d'autre n'en a de copie, pas même Écrin.",
    account: "Numéro de compte",
    server: "Adresse du service",
    made: "Fait le",
    scan: "À scanner avec Écrin",
    words: "Vos 24 mots",
    wordsHow:
      "Avec le numéro de compte, ils remplacent le code à scanner. Majuscules et accents sont sans importance.",
    code: "Le même code en lettres et chiffres",
    steps: "Que faire de cette page",
    todo: [
      "Imprimez-la, puis supprimez le fichier. N'en faites ni photo ni copie en ligne.",
      "Gardez-la en lieu sûr, loin du téléphone et de l'ordinateur où vous utilisez Écrin.",
      "Sur un nouvel appareil, le kit et votre mot de passe ouvrent votre dossier aussitôt.",
      "Sans mot de passe, le kit seul l'ouvre au bout de 72 heures ; le service vous en prévient.",
      "Si vous perdez cette page, faites un nouveau kit dans Écrin : celui-ci n'ouvrira plus rien.",
    ],
    kept: "Je la garde à cet endroit",
    foot: "Qui a cette page peut demander l'accès à votre dossier. Traitez-la comme la clé de chez vous.",
  },
  en: {
    lang: "en-GB",
    title: "Recovery kit",
    purpose:
      "This page gives you your record back if you lose your phone or your password. Nobody else has a copy of it, not even Écrin.",
    account: "Account number",
    server: "Address of the service",
    made: "Made on",
    scan: "Scan with Écrin",
    words: "Your 24 words",
    wordsHow:
      "With the account number they stand in for the code to scan. Capitals and accents do not matter.",
    code: "The same code in letters and digits",
    steps: "What to do with this page",
    todo: [
      "Print it, then delete the file. Take no photo of it and keep no copy online.",
      "Keep it somewhere safe, away from the phone and the computer on which you use Écrin.",
      "On a new device, the kit and your password open your record at once.",
      "Without the password, the kit alone opens it after 72 hours; the service warns you meanwhile.",
      "If you lose this page, make a new kit in Écrin: this one will then open nothing.",
    ],
    kept: "I keep it here",
    foot: "Whoever has this page can ask for access to your record. Treat it like the key to your home.",
  },
};
