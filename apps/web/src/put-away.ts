/**
 * A browser may put a page away whole when one goes elsewhere, and bring it back with Back. Whoever
 * left the page takes the record for closed, as it is where a page is not put away: what goes shows
 * nothing, and what comes back begins anew, before the door.
 */
export function closeWhenPutAway(): void {
  addEventListener("pagehide", ({ persisted }) => {
    if (persisted) document.body.replaceChildren();
  });
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) location.reload();
  });
}
