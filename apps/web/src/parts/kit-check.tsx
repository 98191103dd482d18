import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { Form } from "react-aria-components";
import { folded } from "../folded.ts";
import type { Kit } from "../wire.ts";
import { Button } from "./button.tsx";
import { Field } from "./field.tsx";

/** Asks for two words of the sheet, so that it is certain that there is one. */
export function KitCheck({ kit, done }: { readonly kit: Kit; readonly done: () => void }) {
  const { t } = useLingui();
  const [numbers] = useState(twoNumbers);
  const [typed, setTyped] = useState<readonly [string, string]>(["", ""]);
  const [tried, setTried] = useState(false);
  const [first, second] = numbers;
  const isRight = (i: 0 | 1) =>
    folded(typed[i].trim()) === folded(kit.words[numbers[i] - 1] ?? "\u0000");
  const wrong = (i: 0 | 1) =>
    tried && !isRight(i) ? t`That is not word ${numbers[i]} of your sheet.` : undefined;
  return (
    <Form
      validationBehavior="aria"
      className="form unprinted"
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (isRight(0) && isRight(1)) done();
      }}
    >
      <h2>
        <Trans>Is the sheet in your hands?</Trans>
      </h2>
      <p>
        <Trans>Copy two of its words here. Accents and capitals do not matter.</Trans>
      </p>
      <Field
        label={t`Word ${first}`}
        hint={<Trans>It stands beside this number on your sheet.</Trans>}
        wrong={wrong(0)}
        value={typed[0]}
        onChange={(text) => setTyped([text, typed[1]])}
        exact={true}
      />
      <Field
        label={t`Word ${second}`}
        hint={<Trans>It stands beside this number on your sheet.</Trans>}
        wrong={wrong(1)}
        value={typed[1]}
        onChange={(text) => setTyped([typed[0], text])}
        exact={true}
      />
      <Button tone="first" type="submit">
        <Trans>Check</Trans>
      </Button>
    </Form>
  );
}

/** Two different word numbers, the smaller first: one of the first half, one of the second. */
function twoNumbers(): readonly [number, number] {
  const [a = 0, b = 0] = crypto.getRandomValues(new Uint32Array(2));
  return [1 + (a % 12), 13 + (b % 12)];
}
