import { Trans } from "@lingui/react/macro";
import { type ReactNode, useState } from "react";
import { Label, RadioGroup } from "react-aria-components";
import {
  type Contrast,
  chooseContrast,
  chooseTheme,
  chosenContrast,
  chosenTheme,
  type Theme,
} from "../theme.ts";
import { Pick } from "./choice.tsx";

/** How the page looks on this device: light or dark, and with how much contrast. */
export function Looks() {
  const [theme, setTheme] = useState<Theme>(chosenTheme);
  const [contrast, setContrast] = useState<Contrast>(chosenContrast);
  return (
    <>
      <Choice
        title={<Trans>Light or dark</Trans>}
        value={theme}
        choose={(value) => {
          const next = value === "light" || value === "dark" ? value : "auto";
          chooseTheme(next);
          setTheme(next);
        }}
      >
        <Pick value="auto">
          <Trans>As the device has it</Trans>
        </Pick>
        <Pick value="light">
          <Trans>Light</Trans>
        </Pick>
        <Pick value="dark">
          <Trans>Dark</Trans>
        </Pick>
      </Choice>
      <Choice
        title={<Trans>Contrast</Trans>}
        value={contrast}
        choose={(value) => {
          const next = value === "more" ? value : "auto";
          chooseContrast(next);
          setContrast(next);
        }}
      >
        <Pick value="auto">
          <Trans>Like the device</Trans>
        </Pick>
        <Pick value="more">
          <Trans>As strong as possible</Trans>
        </Pick>
      </Choice>
    </>
  );
}

function Choice({
  title,
  value,
  choose,
  children,
}: {
  readonly title: ReactNode;
  readonly value: string;
  readonly choose: (value: string) => void;
  readonly children: ReactNode;
}) {
  return (
    <section className="part narrow">
      <h2>{title}</h2>
      <RadioGroup className="part" value={value} onChange={choose}>
        <Label className="unseen">{title}</Label>
        <div className="choices">{children}</div>
      </RadioGroup>
    </section>
  );
}
