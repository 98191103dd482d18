// What somebody else wrote, where it stands in a line of ours: a name, a title, a note. It says what
// it holds, and nothing about what stands beside it.

/** Stands where something was that nobody would see. */
const MARK = "\ufffd";

/** Accents, vowels or tones on one letter; beyond these they cover the lines around. */
const MOST_MARKS = 4;

/** Joiners make another letter of those beside them, in scripts that join, or one picture of several. */
const JOINED = String.raw`(?<=[\p{Lo}\p{M}])[\u200c\u200d]\p{Lo}|(?<=\p{Extended_Pictographic}\ufe0f?|\p{Emoji_Modifier})\u200d\p{Extended_Pictographic}`;
/** Whether a sign stands as a picture or as text, and a figure in its key. */
const VARIANT = String.raw`(?<=\p{Extended_Pictographic})[\ufe0e\ufe0f]|(?<=[0-9#*])\ufe0f\u20e3`;

/**
 * What is not seen, or turns the direction of writing (Unicode, Default_Ignorable_Code_Point), what
 * steers a terminal, and what is no character.
 */
const UNSEEN = new RegExp(
  String.raw`(?!${JOINED}|${VARIANT})[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cs}\p{Zl}\p{Zp}\ufff9-\ufffb\u2800]`,
  "gu",
);
const STACKED = new RegExp(String.raw`(\p{M}{${MOST_MARKS}})\p{M}+`, "gu");

/** Most lines need nothing of this, and lists have thousands. */
const PLAIN = /^[!-~\u00a1-\u00ac\u00ae-\u02ff]*(?: [!-~\u00a1-\u00ac\u00ae-\u02ff]+)*$/;

/** A text of which everything is seen: what is not, or would move what stands beside it, is marked. */
export function allSeen(text: string): string {
  return text.replace(UNSEEN, MARK).replace(STACKED, `$1${MARK}`);
}

/** The same in one line: any room in it is one space, so that nothing of it begins a line of its own. */
export function inOneLine(text: string): string {
  if (PLAIN.test(text)) return text;
  return allSeen(text.replace(/\s{2,}|[\t\n\v\f\r\u2028\u2029]/g, " "));
}

/** The beginning of a text, in whole letters. @param most letters, the sign that something is cut off included */
export function cutTo(most: number, text: string): string {
  if (text.length <= most) return text;
  const letters = [...text];
  return letters.length <= most ? text : `${letters.slice(0, most - 1).join("")}…`;
}
