// React Aria has a button act by a click of its own where the browser's has not come 80 ms after the
// finger has left (usePress: after a long press none comes). On a busy device that one comes all the
// same, and would press what stands under the finger by then: something of the next page.

/** Milliseconds after the page's own click in which the browser's belongs to the same press. */
const BELONGS = 1000;

/** Has one press of a finger or a mouse act once. */
export function pressOnce(): void {
  /** When the page has answered the last press by itself. */
  let answered: number | undefined;
  const listen = <K extends keyof WindowEventMap>(
    name: K,
    look: (event: WindowEventMap[K]) => void,
  ) => globalThis.addEventListener(name, look, true);
  const stop = (event: MouseEvent) => {
    const isAnswered = answered !== undefined && event.timeStamp - answered < BELONGS;
    // A keyboard's click has no count.
    if (!event.isTrusted || event.detail === 0 || !isAnswered) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  listen("pointerdown", ({ isPrimary }) => {
    // Another finger beside the first presses nothing.
    if (isPrimary) answered = undefined;
  });
  listen("mousedown", stop);
  listen("mouseup", stop);
  listen("click", (event) => {
    if (event.isTrusted) stop(event);
    else answered = event.timeStamp;
  });
}
