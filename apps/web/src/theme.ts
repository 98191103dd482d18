/** `auto` follows the system. */
export type Theme = "auto" | "light" | "dark";

const PLACE = "ecrin.theme";

/** The theme chosen on this device. */
export function chosenTheme(): Theme {
  const chosen = localStorage.getItem(PLACE);
  return chosen === "light" || chosen === "dark" ? chosen : "auto";
}

/** Shows the page in a theme and remembers it. */
export function chooseTheme(theme: Theme): void {
  if (theme === "auto") {
    localStorage.removeItem(PLACE);
    delete document.documentElement.dataset.theme;
    return;
  }
  localStorage.setItem(PLACE, theme);
  document.documentElement.dataset.theme = theme;
}
