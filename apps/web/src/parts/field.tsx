import { useLingui } from "@lingui/react/macro";
import { type ReactNode, useState } from "react";
import {
  FieldError,
  Input,
  Label,
  Text,
  TextArea,
  TextField,
  type TextFieldProps,
  ToggleButton,
} from "react-aria-components";

type FieldProps = Omit<TextFieldProps, "className" | "style" | "children"> & {
  readonly label: ReactNode;
  readonly hint?: ReactNode;
  /** What is wrong with what was typed, in words. */
  readonly wrong?: ReactNode;
};

const EXACT = { autoCapitalize: "off", autoComplete: "off", spellCheck: "false" } as const;

/** A line to fill in, with its label above, a hint, and what is wrong with it. */
export function Field({
  label,
  hint,
  wrong,
  lines = 1,
  exact = false,
  ...rest
}: FieldProps & {
  readonly lines?: number;
  /** A code: no keyboard should correct it, and no browser remember it. */
  readonly exact?: boolean;
}) {
  const typed = exact ? EXACT : {};
  return (
    <TextField
      {...rest}
      className="field"
      isInvalid={wrong !== undefined}
      validationBehavior="aria"
    >
      <Label className="label">{label}</Label>
      {hint === undefined ? null : (
        <Text slot="description" className="hint">
          {hint}
        </Text>
      )}
      {lines > 1 ? (
        <TextArea className="input" rows={lines} {...typed} />
      ) : (
        <Input className="input" {...typed} />
      )}
      <FieldError className="wrong">{wrong}</FieldError>
    </TextField>
  );
}

/** A password, which can be shown while it is typed. */
export function SecretField({ label, hint, wrong, ...rest }: FieldProps) {
  const { t } = useLingui();
  const [shown, setShown] = useState(false);
  return (
    <TextField
      {...rest}
      className="field"
      type={shown ? "text" : "password"}
      isInvalid={wrong !== undefined}
      validationBehavior="aria"
    >
      <Label className="label">{label}</Label>
      {hint === undefined ? null : (
        <Text slot="description" className="hint">
          {hint}
        </Text>
      )}
      <div className="secret">
        <Input className="input" autoCapitalize="off" spellCheck="false" />
        <ToggleButton
          className="button"
          data-tone="plain"
          isSelected={shown}
          onChange={setShown}
          aria-label={t`Show what I type`}
        >
          {shown ? t`Hide` : t`Show`}
        </ToggleButton>
      </div>
      <FieldError className="wrong">{wrong}</FieldError>
    </TextField>
  );
}
