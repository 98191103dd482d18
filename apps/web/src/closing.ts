import { useNavigate } from "@tanstack/react-router";
import { useDoing } from "./answers.ts";
import { dropDrafts } from "./drafts.ts";
import { mayLeave } from "./leaving.ts";
import { useSession } from "./session.tsx";
import { ask } from "./vault.ts";

/** Closes the record, once whatever is unfinished may be left. */
export function useClosing() {
  const { enter } = useSession();
  const navigate = useNavigate();
  const { run, busy } = useDoing();
  const close = () =>
    run(async () => {
      if (!(await mayLeave())) return;
      enter(await ask("lock"));
      dropDrafts();
      await navigate({ to: "/unlock" });
    });
  return { close, busy };
}
