import type { ReactNode } from "react";
import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from "react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { type AskToLeave, askBeforeLeaving } from "../leaving.ts";
import { Button } from "./button.tsx";

/** A question that stands before whoever leaves, until they answer it. */
export interface Asking {
  readonly isAsking: boolean;
  readonly ask: AskToLeave;
  readonly decide: (leaves: boolean) => void;
}

/**
 * From now on somebody is asked before they leave.
 * @param isNeeded whether anything would be lost
 * @param own given how to ask about this alone
 */
export function useAsking(isNeeded: boolean, own?: RefObject<AskToLeave | undefined>): Asking {
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
    if (!isNeeded) return;
    const stop = askBeforeLeaving(ask);
    isThere.current = true;
    if (own !== undefined) own.current = ask;
    return () => {
      stop();
      isThere.current = false;
      if (own !== undefined) own.current = undefined;
    };
  }, [ask, own, isNeeded]);
  useLayoutEffect(() => () => decide(false), [decide]);
  return { isAsking, ask, decide };
}

/** The question, and its two answers. */
export function Asked({
  asking: { isAsking, decide },
  title,
  leave,
  stay,
  children,
}: {
  readonly asking: Asking;
  readonly title: string;
  readonly leave: ReactNode;
  readonly stay: ReactNode;
  /** What would be lost. */
  readonly children: ReactNode;
}) {
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
            {title}
          </Heading>
          <p>{children}</p>
          <div className="row">
            <Button tone="alarm" onPress={() => decide(true)}>
              {leave}
            </Button>
            <Button tone="quiet" onPress={() => decide(false)}>
              {stay}
            </Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
