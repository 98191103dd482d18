import { Trans, useLingui } from "@lingui/react/macro";
import { useEffect, useRef, useState } from "react";
import { type NoCamera, watchForCode } from "../camera-code.ts";
import { Button } from "./button.tsx";
import { Notice } from "./notice.tsx";

/**
 * Reads a code with this device's camera. The pictures stay in this page and are
 * forgotten at once; whoever refuses the camera types the code.
 */
export function CameraCode({ found }: { readonly found: (text: string) => void }) {
  const { t } = useLingui();
  const [isOn, setIsOn] = useState(false);
  const [why, setWhy] = useState<NoCamera>();
  const video = useRef<HTMLVideoElement>(null);
  const told = useRef(found);
  told.current = found;
  useEffect(() => {
    const shown = video.current;
    if (!isOn || shown === null) return;
    return watchForCode(shown, {
      found: (text) => told.current(text),
      failed: (reason) => {
        setWhy(reason);
        setIsOn(false);
      },
    });
  }, [isOn]);
  return (
    <div className="part">
      {isOn ? (
        <>
          <video
            className="camera"
            ref={video}
            muted={true}
            playsInline={true}
            aria-label={t`What the camera sees`}
          />
          <p role="status" className="hint">
            <Trans>
              Hold the code in front of the camera. Its pictures do not leave this page.
            </Trans>
          </p>
          <Button onPress={() => setIsOn(false)}>
            <Trans>Switch the camera off</Trans>
          </Button>
        </>
      ) : (
        <Button
          tone="first"
          onPress={() => {
            setWhy(undefined);
            setIsOn(true);
          }}
        >
          <Trans>Scan with the camera</Trans>
        </Button>
      )}
      {why === "refused" ? (
        <Notice tone="care">
          <p>
            <Trans>
              The camera was not allowed. Type the eight characters below: it does the same.
            </Trans>
          </p>
        </Notice>
      ) : null}
      {why === "absent" ? (
        <Notice tone="care">
          <p>
            <Trans>
              No camera can be used here. Type the eight characters below: it does the same.
            </Trans>
          </p>
        </Notice>
      ) : null}
    </div>
  );
}
