import { Trans, useLingui } from "@lingui/react/macro";
import { useBlocker } from "@tanstack/react-router";
import {
  type ReactNode,
  type RefObject,
  useCallback,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { type AskToLeave, askBeforeLeaving } from "../leaving.ts";
import { Button } from "./button.tsx";

/**
 * While it is there, nobody leaves the page without having been asked: by a link, by Back, or by closing it.
 * @param own given how to ask about this alone
 */
export function AskLeaving({
  own,
  children,
}: {
  readonly own?: RefObject<AskToLeave | undefined>;
  readonly children: ReactNode;
}) {
  const { t } = useLingui();
  const [isAsking, setAsking] = useState(false);
  const isThere = useRef(false);
  const answer = useRef<(leaves: boolean) => void>(undefined);
  const decide = useCallback((leaves: boolean) => {
    answer.current?.(leaves);
    answer.current = undefined;
    setAsking(false);
  }, []);
  const ask = useCallback(
    () =>
      new Promise<boolean>((resolve) => {
        if (!isThere.current) return resolve(true);
        decide(false);
        answer.current = resolve;
        setAsking(true);
      }),
    [decide],
  );
  // Before what comes in its place has any effect: a session that ended by itself leads to the door,
  // and there is nobody left to answer.
  useLayoutEffect(() => {
    const stop = askBeforeLeaving(ask);
    isThere.current = true;
    if (own !== undefined) own.current = ask;
    return () => {
      stop();
      isThere.current = false;
      if (own !== undefined) own.current = undefined;
      decide(false);
    };
  }, [ask, decide, own]);
  useBlocker({ shouldBlockFn: async () => !(await ask()), enableBeforeUnload: true });
  return (
    <ModalOverlay
      className="veil"
      isDismissable={true}
      isOpen={isAsking}
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
