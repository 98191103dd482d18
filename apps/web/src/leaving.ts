/** Asks whether what is unfinished on the page may be lost. */
export type AskToLeave = () => Promise<boolean>;

const unfinished = new Set<AskToLeave>();

/** From now on somebody is asked before they leave. @returns stops asking */
export function askBeforeLeaving(ask: AskToLeave): () => void {
  unfinished.add(ask);
  return () => unfinished.delete(ask);
}

/** Whether the page may be left: asks where something unfinished would be lost. */
export async function mayLeave(): Promise<boolean> {
  for (const ask of unfinished) if (!(await ask())) return false;
  return true;
}
