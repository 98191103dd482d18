import { Plural } from "@lingui/react/macro";

/** Of what a journal had signed for, how much is left. */
export function Left({ signed, left }: { readonly signed: number; readonly left: number }) {
  return (
    <>
      <Plural
        value={signed}
        one="It had signed for one line."
        other="It had signed for # lines, of everybody’s."
      />{" "}
      <Plural
        value={left}
        _0="None of them is left."
        one="The first one is left."
        other="The first # are left."
      />
    </>
  );
}
