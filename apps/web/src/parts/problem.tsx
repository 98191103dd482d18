import { useLingui } from "@lingui/react/macro";
import { Suspense } from "react";
import { laterPart } from "../later-part.ts";
import type { VaultError } from "../vault.ts";
import { Button } from "./button.tsx";
import { Failure } from "./failure.tsx";
import type { AcceptLoss } from "./loss.tsx";
import { Notice } from "./notice.tsx";

/** It asks before it goes on; dialogs are fetched by those who need one. */
const Loss = laterPart(() => import("./loss.tsx"), "Loss");

/** What went wrong, in words, and what to do about it. */
export function Problem({
  error,
  again,
  accept,
}: {
  readonly error: VaultError | undefined;
  readonly again?: () => void;
  /** At a door: opens the record with what is left of a journal that lost lines. */
  readonly accept?: AcceptLoss;
}) {
  const { t } = useLingui();
  if (error?.code === "log-succeeded")
    return (
      <Notice tone="alarm">
        <Suspense>
          <Loss loss={error.loss} accept={accept} />
        </Suspense>
      </Notice>
    );
  return (
    <Failure error={error}>
      {again === undefined ? null : <Button onPress={again}>{t`Try again`}</Button>}
    </Failure>
  );
}
