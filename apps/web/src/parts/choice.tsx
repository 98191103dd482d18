import type { ReactNode } from "react";
import { Checkbox, Radio } from "react-aria-components";
import { DoneSign } from "./signs.tsx";

type ChoiceProps = { readonly value: string; readonly children: ReactNode };

/** One of several that may be ticked; stands in a `CheckboxGroup`. */
export function Tick({ value, children }: ChoiceProps) {
  return (
    <Checkbox value={value} className="choice">
      <span className="mark">
        <DoneSign />
      </span>
      <span>{children}</span>
    </Checkbox>
  );
}

/** One of several of which one holds; stands in a `RadioGroup`. */
export function Pick({ value, children }: ChoiceProps) {
  return (
    <Radio value={value} className="choice">
      <span className="mark" data-round="">
        <DoneSign />
      </span>
      <span>{children}</span>
    </Radio>
  );
}

/** Something that is said yes to, alone. */
export function Allow({
  allowed,
  allow,
  children,
}: {
  readonly allowed: boolean;
  readonly allow: (allowed: boolean) => void;
  readonly children: ReactNode;
}) {
  return (
    <Checkbox className="choice" isSelected={allowed} onChange={allow}>
      <span className="mark">
        <DoneSign />
      </span>
      <span>{children}</span>
    </Checkbox>
  );
}
