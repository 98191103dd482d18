import { heading, press } from "../../apps/web/test/flows.ts";
import type { Ground } from "../../apps/web/test/ground.ts";
import { backUp, comeAgain, lose, takeCopy } from "../../apps/web/test/losing.ts";
import { owner } from "../../apps/web/test/owner.ts";
import { addText, allSaved, keepHere } from "../../apps/web/test/waiting-room.ts";
import type { Language } from "../../apps/web/test/words.ts";
import type { Camera } from "./camera.ts";

const LOST = "Warning: lines of the journal are lost.";

/** A service that lost lines of its journal, as two people meet it: one whose device keeps the record, one not. */
export async function loss(ground: Ground, language: Language, camera: Camera): Promise<void> {
  const door = await owner(ground, language);
  const kept = await owner(ground, language);
  try {
    await keepHere(kept);
    for (const each of [door, kept]) await addText(each, "avant.txt", "avant");
    await allSaved(kept);
    for (const each of [door, kept]) await takeCopy(each);
    await backUp(ground);
    for (const each of [door, kept]) {
      await comeAgain(ground, each);
      await addText(each, "entretemps.txt", "entretemps");
      await takeCopy(each);
    }
    await allSaved(kept);
    await lose(ground);

    for (const [name, { page, say }] of [
      ["door", door],
      ["kept", kept],
    ] as const) {
      await comeAgain(ground, name === "door" ? door : kept);
      await page.getByText(say(LOST)).waitFor({ timeout: 60_000 });
      await camera.take(page, `loss-${name}`);
    }
    const { page, say } = door;
    await press(door, "Go on with what is left");
    await page.getByRole("alertdialog").waitFor();
    await camera.take(page, "loss-asked");
    await press(door, "Accept the loss");
    await heading(page, say("My documents"));
    await page.getByText(say("That is done"), { exact: true }).waitFor();
    await camera.take(page, "loss-accepted");
    await takeCopy(door);
    await page
      .getByText(say("Lines of the journal of this service were lost before this copy was made."))
      .waitFor();
    await camera.take(page, "loss-journal");
  } finally {
    await door.context.close();
    await kept.context.close();
  }
}
