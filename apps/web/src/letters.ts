/** Milliseconds that the page waits for its letters: longer than any but a poor network takes. */
const LONGEST = 1500;

/**
 * Comes back once the page's letters are there, or will not be in time. Letters that come when a page
 * stands already move what somebody is about to press, away from under a finger that is on its way.
 */
export async function lettersAreThere(): Promise<void> {
  const faces = Promise.all([...document.fonts].map((face) => face.load()));
  const waited = new Promise((resolve) => setTimeout(resolve, LONGEST));
  // Without them the page is written in letters of the device.
  await Promise.race([faces, waited]).catch(() => undefined);
}
