import { Trans, useLingui } from "@lingui/react/macro";
import { useBlocker } from "@tanstack/react-router";
import { type ReactNode, useCallback, useLayoutEffect, useState } from "react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { askBeforeLeaving, mayLeave } from "../leaving.ts";
import { Button } from "./button.tsx";

const staysHere = async () => !(await mayLeave());

/** While it is there, nobody leaves the page without having been asked: by a link, by Back, or by closing it. */
export function AskLeaving({ children }: { readonly children: ReactNode }) {
  const { t } = useLingui();
  const [asked, setAsked] = useState<{ readonly answer: (leaves: boolean) => void }>();
  const ask = useCallback(
    () =>
      new Promise<boolean>((resolve) => {
        setAsked((before) => {
          before?.answer(false);
          return { answer: resolve };
        });
      }),
    [],
  );
  // Before what comes in its place has any effect: a session that ended by itself leads to the door,
  // and there is nobody left to answer.
  useLayoutEffect(() => askBeforeLeaving(ask), [ask]);
  useBlocker({ shouldBlockFn: staysHere, enableBeforeUnload: true });
  const decide = (leaves: boolean) => {
    asked?.answer(leaves);
    setAsked(undefined);
  };
  return (
    <ModalOverlay
      className="veil"
      isDismissable={true}
      isOpen={asked !== undefined}
      onOpenChange={(isOpen) => {
        if (!isOpen) decide(false);
      }}
    >
      <Modal className="ask">
        <Dialog role="alertdialog">
          <Heading slot="title" level={2}>
            {t`Leave without keeping this?`}
          </Heading>
          <p>{children}</p>
          <div className="row">
            <Button tone="alarm" onPress={() => decide(true)}>
              <Trans>Leave</Trans>
            </Button>
            <Button tone="quiet" onPress={() => decide(false)}>
              <Trans>Stay here</Trans>
            </Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
