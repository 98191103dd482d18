import { useLingui } from "@lingui/react/macro";
import { dayInWords, timeInWords } from "../words.ts";

/** A moment for the margin: the day, and under it the time. */
export function Moment({ at }: { readonly at: number }) {
  const { i18n } = useLingui();
  return (
    <time dateTime={new Date(at).toISOString()}>
      <span className="line">{dayInWords(at, i18n.locale)}</span>{" "}
      <span className="line">{timeInWords(at, i18n.locale)}</span>
    </time>
  );
}
