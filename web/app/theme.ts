/** Light or dark; `null`: as the system has it. */
export type Theme = "light" | "dark" | null;

const key = "serin.theme";

/** The theme that was chosen last in this browser. */
export function rememberedTheme(): Theme {
  try {
    const found = localStorage.getItem(key);
    return found === "light" || found === "dark" ? found : null;
  } catch {
    return null;
  }
}

/** Shows a theme, and keeps it for the next visit where the browser remembers anything. */
export function showTheme(theme: Theme): void {
  if (theme === null) delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
  try {
    if (theme === null) localStorage.removeItem(key);
    else localStorage.setItem(key, theme);
  } catch {
    return;
  }
}
