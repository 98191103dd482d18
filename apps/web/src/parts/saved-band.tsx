import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { isWaitingFor, useSaved } from "../saved.ts";
import { useSession } from "../session.tsx";
import { ask } from "../vault.ts";
import type { Saved } from "../wire.ts";
import { timeInWords } from "../words.ts";
import { Button } from "./button.tsx";
import { NotLetIn } from "./not-let-in.tsx";
import { CareSign, DoneSign, NoteSign } from "./signs.tsx";

/** Says the whole time what is saved where, as long as a record is open that this device keeps. */
export function SavedBand() {
  const { status } = useSession();
  const isOffline = useIsOffline();
  const standing = useSaved(status.state === "open", isOffline);
  const isOpen = status.state === "open" && standing !== undefined && standing.kept;
  return (
    <div role="status">
      {isOpen ? (
        <Kept standing={standing} isOffline={isOffline} />
      ) : isOffline ? (
        <div className="band">
          <CareSign />
          <p>
            <Trans>
              No network. What is on the screen stays; the rest has to wait until the device is
              connected again.
            </Trans>
          </p>
        </div>
      ) : null}
    </div>
  );
}

function Kept({ standing, isOffline }: { readonly standing: Saved; readonly isOffline: boolean }) {
  const { i18n } = useLingui();
  const waits = standing.waiting.filter(({ apart }) => apart === undefined).length;
  const apart = standing.waiting.length - waits;
  const since = standing.reached === 0 ? "" : timeInWords(standing.reached, i18n.locale);
  if (!standing.signedIn && !standing.entering && !isWaitingFor(standing))
    return <NotLetIn reason={standing.reason ?? "internal"} loss={standing.loss} since={since} />;
  if (standing.entering && !isOffline) return <Entering since={since} />;
  const isAway = isOffline || !standing.signedIn || standing.reason === "offline";
  if (!isAway && waits === 0 && apart === 0) {
    return (
      <p className="saved">
        <DoneSign />
        <Trans>Everything is saved at the service.</Trans>
      </p>
    );
  }
  return (
    <div className="band">
      <CareSign />
      <div>
        {isAway ? (
          <p>
            {since === "" ? (
              <Trans>No network. You see what this device keeps.</Trans>
            ) : (
              <Trans>No network. You see what this device keeps, as of {since}.</Trans>
            )}
          </p>
        ) : null}
        {waits > 0 ? (
          <p>
            <Plural
              value={waits}
              one="One change is saved on this device only. It goes out by itself."
              other="# changes are saved on this device only. They go out by themselves."
            />
          </p>
        ) : isAway ? (
          <p>
            <Trans>Nothing is waiting: what you wrote is saved at the service.</Trans>
          </p>
        ) : null}
        {waits > 0 && isClock(standing.reason) ? (
          <p>
            <Trans>The clock of this device seems to be wrong. Set date and time right.</Trans>
          </p>
        ) : null}
        {waits > 0 && standing.reason === "not-signed-in" ? (
          <>
            <p>
              <Trans>
                Your session has ended. Once you have typed your password again, it goes out.
              </Trans>
            </p>
            {/* Whatever is asked of the service now leads to the door. */}
            <Button onPress={() => void ask("refresh").catch(() => undefined)}>
              <Trans>Type my password</Trans>
            </Button>
          </>
        ) : null}
        {apart > 0 ? (
          <p>
            <Trans>The service refused something. It is kept here.</Trans>{" "}
            <Link to="/settings">
              <Trans>See what was refused</Trans>
            </Link>
          </p>
        ) : null}
      </div>
    </div>
  );
}

/** The list is there, and the service is being asked: nothing of it is called new yet. */
function Entering({ since }: { readonly since: string }) {
  return (
    <p className="saved">
      <NoteSign />
      {since === "" ? (
        <Trans>Signing in. Until then you see what this device keeps.</Trans>
      ) : (
        <Trans>Signing in. Until then you see what this device keeps, as of {since}.</Trans>
      )}
    </p>
  );
}

function isClock(reason: string | undefined): boolean {
  return reason === "clock" || reason === "proof-refused";
}

function useIsOffline(): boolean {
  const [isOffline, setIsOffline] = useState(!navigator.onLine);
  useEffect(() => {
    const look = () => setIsOffline(!navigator.onLine);
    globalThis.addEventListener("online", look);
    globalThis.addEventListener("offline", look);
    return () => {
      globalThis.removeEventListener("online", look);
      globalThis.removeEventListener("offline", look);
    };
  }, []);
  return isOffline;
}
