import { Fragment } from "react";

/** Names and what they are; what says nothing is left out. */
export function Facts({
  facts,
}: {
  readonly facts: readonly (readonly [name: string, value: string])[];
}) {
  const said = facts.filter(([, value]) => value !== "");
  if (said.length === 0) return null;
  return (
    <dl className="facts">
      {said.map(([name, value]) => (
        <Fragment key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </Fragment>
      ))}
    </dl>
  );
}
