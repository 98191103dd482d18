import { useNavigate } from "@tanstack/react-router";
import { files } from "./adding.ts";
import { useDoing } from "./answers.ts";
import { dropDrafts } from "./drafts.ts";
import { mayLeave } from "./leaving.ts";
import { filesInHand } from "./sealing.ts";
import { useSession } from "./session.tsx";
import { ask, endWorker } from "./vault.ts";
import type { Status } from "./wire.ts";

/** Goes to the door and comes back: what is begun is held meanwhile, as where a session ends by itself. */
export function useDoor() {
  const { enter } = useSession();
  const { run, busy } = useDoing();
  const toDoor = () => run(async () => enter(await ask("lock")));
  return { toDoor, busy };
}

/** Closes the record, once whatever is unfinished may be left. */
export function useClosing() {
  const { status, enter } = useSession();
  const navigate = useNavigate();
  const { run, busy } = useDoing();
  const close = () =>
    run(async () => {
      if (!(await mayLeave())) return;
      // Whoever closes over files that are being sealed was told that they may be missing.
      const isAtOnce = filesInHand() > 0;
      files.drop();
      // Closed is closed, also where no other worker starts: the door then says so.
      const door: Status = { state: "locked", name: "", account: status.account };
      enter(await endWorker(isAtOnce).catch(() => door));
      // What was unfinished was asked about.
      dropDrafts();
      await navigate({ to: "/unlock" });
    });
  return { close, busy };
}
