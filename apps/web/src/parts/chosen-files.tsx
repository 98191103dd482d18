import { Trans } from "@lingui/react/macro";
import { type ReactNode, useRef } from "react";
import { FileTrigger, Group } from "react-aria-components";
import { Button } from "./button.tsx";

/** Files that may be given beside what is asked for: chosen by a button, named, and left out again. */
export function ChosenFiles({
  label,
  hint,
  ends,
  several = false,
  files,
  setFiles,
  children,
}: {
  readonly label: string;
  readonly hint: ReactNode;
  /** How their names end, and their types. */
  readonly ends: readonly string[];
  readonly several?: boolean;
  readonly files: readonly File[];
  readonly setFiles: (files: readonly File[]) => void;
  /** What the button says. */
  readonly children: ReactNode;
}) {
  const row = useRef<HTMLDivElement>(null);
  const names = files.map(({ name }) => name).join(", ");
  return (
    <Group className="field" aria-label={label}>
      <span className="label">{label}</span>
      <span className="hint">{hint}</span>
      <p role="status">{files.length === 0 ? null : <Trans>Chosen: {names}</Trans>}</p>
      <div className="row" ref={row}>
        <FileTrigger
          acceptedFileTypes={ends}
          allowsMultiple={several}
          onSelect={(list) => setFiles([...(list ?? [])])}
        >
          <Button>{children}</Button>
        </FileTrigger>
        {files.length === 0 ? null : (
          <Button
            tone="quiet"
            onPress={() => {
              // The button that was pressed goes with what it named.
              row.current?.querySelector("button")?.focus();
              setFiles([]);
            }}
          >
            <Trans>Leave out {names}</Trans>
          </Button>
        )}
      </div>
    </Group>
  );
}
