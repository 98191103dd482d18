import { useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { Dialog, DialogTrigger, Heading, Modal, ModalOverlay } from "react-aria-components";
import { useDoing } from "../answers.ts";
import { Button, type Tone } from "./button.tsx";
import { Failure } from "./failure.tsx";

/** A button whose doing is said in a sentence, and confirmed, before it is done. */
export function AskFirst({
  label,
  unseen,
  title,
  confirm,
  tone = "alarm",
  isDisabled = false,
  children,
  act,
}: {
  readonly label: ReactNode;
  /** What the label is about, for who cannot see what stands around it. */
  readonly unseen?: string;
  readonly title: string;
  readonly confirm: string;
  readonly tone?: Tone;
  readonly isDisabled?: boolean;
  /** What will happen, and what it cannot undo. */
  readonly children: ReactNode;
  readonly act: () => Promise<void>;
}) {
  const { t } = useLingui();
  const doing = useDoing();
  return (
    <DialogTrigger onOpenChange={doing.clear}>
      <Button tone={tone} isDisabled={isDisabled}>
        {label}
        {unseen === undefined ? null : <span className="unseen"> {unseen}</span>}
      </Button>
      <ModalOverlay className="veil" isDismissable={!doing.busy}>
        <Modal className="ask">
          <Dialog role="alertdialog">
            {({ close }) => (
              <>
                <Heading slot="title" level={2}>
                  {title}
                </Heading>
                {children}
                <Failure error={doing.error} />
                <div className="row">
                  <Button
                    tone={tone === "alarm" ? "alarm" : "first"}
                    busy={doing.busy}
                    onPress={async () => {
                      if (await doing.run(act)) close();
                    }}
                  >
                    {confirm}
                  </Button>
                  <Button tone="quiet" onPress={close} isDisabled={doing.busy}>
                    {t`No, go back`}
                  </Button>
                </div>
              </>
            )}
          </Dialog>
        </Modal>
      </ModalOverlay>
    </DialogTrigger>
  );
}
