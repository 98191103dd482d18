import type { Language } from "./words.ts";

// How hard a text is to read, by the lengths of its sentences and words. It knows nothing of
// meaning: a score says where a person should look, not that a text is good.

/** 100 is easy, 0 hard: Flesch (1948) for English, Kandel and Moles (1958) for French. */
export function easeOf(text: string, language: Language): number {
  const words = wordsOf(text);
  const sentences = sentencesOf(text).length;
  const syllables = words.reduce((sum, word) => sum + syllablesOf(word, language), 0);
  if (words.length === 0 || sentences === 0) return 100;
  const [perSentence, perWord] = [words.length / sentences, syllables / words.length];
  return language === "en"
    ? 206.835 - 1.015 * perSentence - 84.6 * perWord
    : 207 - 1.015 * perSentence - 73.6 * perWord;
}

/** The words of the longest sentence. */
export function longestSentence(text: string): number {
  return Math.max(0, ...sentencesOf(text).map((sentence) => wordsOf(sentence).length));
}

/** A text of the catalogue without what is put into it. */
export function plainText(text: string): string {
  return text.replace(/\{[^}]*\}/g, "it").replace(/<\/?\d+\/?>/g, "");
}

function sentencesOf(text: string): string[] {
  return text.split(/[.!?:;…]+(?=[\s»”)]|$)/).filter((part) => /\p{L}/u.test(part));
}

function wordsOf(text: string): string[] {
  return text.match(/[\p{L}\p{M}]+/gu) ?? [];
}

function syllablesOf(word: string, language: Language): number {
  const plain = word.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const groups = plain.match(/[aeiouy]+/g)?.length ?? 1;
  // A last e is not spoken, nor in French the endings -es and -ent of verbs.
  const silent = language === "en" ? /[^aeiouyl]e[ds]?$/ : /[^aeiouy](?:e|es|ent)$/;
  return Math.max(1, groups - (silent.test(plain) ? 1 : 0));
}
