/** `auto` follows the system. */
export type Theme = "auto" | "light" | "dark";

/** `auto` follows the system; `more` is black on white, or white on black. */
export type Contrast = "auto" | "more";

const THEME = "ecrin.theme";
const CONTRAST = "ecrin.contrast";

const wanted = globalThis.matchMedia("(prefers-contrast: more)");

/** The theme chosen on this device. */
export function chosenTheme(): Theme {
  const chosen = localStorage.getItem(THEME);
  return chosen === "light" || chosen === "dark" ? chosen : "auto";
}

/** The contrast chosen on this device. */
export function chosenContrast(): Contrast {
  return localStorage.getItem(CONTRAST) === "more" ? "more" : "auto";
}

/** Shows the page in a theme and remembers it. */
export function chooseTheme(theme: Theme): void {
  remember(THEME, theme);
  wearChosen();
}

/** Shows the page with a contrast and remembers it. */
export function chooseContrast(contrast: Contrast): void {
  remember(CONTRAST, contrast);
  wearChosen();
}

/** Shows the page as it was chosen here, and follows the system where nothing was. */
export function wearChosen(): void {
  const { dataset } = document.documentElement;
  const theme = chosenTheme();
  if (theme === "auto") delete dataset.theme;
  else dataset.theme = theme;
  if (chosenContrast() === "more" || wanted.matches) dataset.contrast = "more";
  else delete dataset.contrast;
}

wanted.addEventListener("change", wearChosen);

function remember(place: string, chosen: string): void {
  if (chosen === "auto") localStorage.removeItem(place);
  else localStorage.setItem(place, chosen);
}
