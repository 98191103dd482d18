import { Trans } from "@lingui/react/macro";
import { Label, RadioGroup } from "react-aria-components";
import type { Answered } from "../answers.ts";
import type { Answer, Person } from "../wire.ts";
import { DoFirst } from "./aside.tsx";
import { Button } from "./button.tsx";
import { Pick } from "./choice.tsx";
import { Known } from "./person-name.tsx";
import { Awaited } from "./waiting.tsx";

/** One contact to pick. */
export function ChooseContact({
  contacts,
  chosen,
  choose,
  next,
  back,
}: {
  readonly contacts: Answered<Answer<"contacts">>;
  readonly chosen: Person | undefined;
  readonly choose: (person: Person | undefined) => void;
  readonly next: () => void;
  readonly back: () => void;
}) {
  return (
    <Awaited of={contacts}>
      {(people) => (
        <div className="part narrow">
          {people.length === 0 ? (
            <>
              <p className="sheet">
                <Trans>
                  You have no contacts yet. Scan or type the code that the other person shows you,
                  or invite them by e-mail.
                </Trans>
              </p>
              <div className="row">
                <DoFirst to="/contacts" from="/share" tone="first">
                  <Trans>Add a contact</Trans>
                </DoFirst>
              </div>
            </>
          ) : (
            <RadioGroup
              className="part"
              value={chosen?.account ?? null}
              onChange={(account) => choose(people.find((each) => each.account === account))}
            >
              <Label className="label">
                <Trans>Your contacts</Trans>
              </Label>
              <div className="choices">
                {people.map((person) => (
                  <Pick key={person.account} value={person.account}>
                    {person.name} <Known known={person.known} />
                  </Pick>
                ))}
              </div>
            </RadioGroup>
          )}
          <div className="row">
            <Button tone="first" onPress={next} isDisabled={chosen === undefined}>
              <Trans>Continue</Trans>
            </Button>
            <Button tone="quiet" onPress={back}>
              <Trans>Back</Trans>
            </Button>
          </div>
        </div>
      )}
    </Awaited>
  );
}
