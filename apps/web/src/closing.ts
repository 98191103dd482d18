import { useNavigate } from "@tanstack/react-router";
import { files } from "./adding.ts";
import { useDoing } from "./answers.ts";
import { dropDrafts } from "./drafts.ts";
import { mayLeave } from "./leaving.ts";
import { useSession } from "./session.tsx";
import { ask } from "./vault.ts";

/** Goes to the door and comes back: what is begun is held meanwhile, as where a session ends by itself. */
export function useDoor() {
  const { enter } = useSession();
  const { run, busy } = useDoing();
  const toDoor = () => run(async () => enter(await ask("lock")));
  return { toDoor, busy };
}

/** Closes the record, once whatever is unfinished may be left. */
export function useClosing() {
  const { enter } = useSession();
  const navigate = useNavigate();
  const { run, busy } = useDoing();
  const close = () =>
    run(async () => {
      if (!(await mayLeave())) return;
      enter(await ask("lock"));
      // What was unfinished was asked about.
      dropDrafts();
      files.drop();
      await navigate({ to: "/unlock" });
    });
  return { close, busy };
}
