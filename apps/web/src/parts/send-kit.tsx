import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "./button.tsx";
import { Notice } from "./notice.tsx";

/** How it went; undefined where the person chose nobody after all. */
export type Sending = "sent" | "failed" | undefined;

/** Gives the kit to the phone's own way of handing files on; nothing where the browser has none. */
export function SendKit({
  text,
  ended,
}: {
  readonly text: string;
  readonly ended: (how: Sending) => void;
}) {
  const { t } = useLingui();
  const given = { files: [new File([text], t`ecrin-kit.txt`, { type: "text/plain" })] };
  if (!canSend(given)) return null;
  const send = () =>
    navigator.share(given).then(
      () => ended("sent"),
      (error: unknown) => ended(isLeft(error) ? undefined : "failed"),
    );
  return (
    <Button onPress={() => void send()}>
      <Trans>Send it to my second device</Trans>
    </Button>
  );
}

/** What is to be known once it was sent, or was not. */
export function KitSent({ how }: { readonly how: Sending }) {
  if (how === undefined) return null;
  return how === "sent" ? (
    <Notice tone="done">
      <p>
        <Trans>Handed on. Look on the other device whether it has arrived.</Trans>
      </p>
    </Notice>
  ) : (
    <Notice tone="alarm">
      <p>
        <Trans>This device could not hand it on. Print it, or save it as a file.</Trans>
      </p>
    </Notice>
  );
}

function canSend(given: ShareData): boolean {
  return typeof navigator.canShare === "function" && navigator.canShare(given);
}

function isLeft(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
