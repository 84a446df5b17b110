import { createContext, use } from "react";
import type { ReleaseView } from "../../src/http/release-view.ts";

/** The languages of everything that people read. */
export type Language = ReleaseView["language"];

export const languages: readonly Language[] = ["en", "fr"];

/** The fixed words of a screen in every language; what is said about a release comes from the server. */
export type Words<Of> = Readonly<Record<Language, Of>>;

export const LanguageContext = createContext<Language>("en");

/** The language that is shown. */
export function useLanguage(): Language {
  return use(LanguageContext);
}

/** The words of a screen in the language that is shown. */
export function useWords<Of>(words: Words<Of>): Of {
  return words[useLanguage()];
}

const key = "serin.language";

/** The language that the address asks for, else the one chosen last here, else the browser's, else English. */
export function chosenLanguage(search: string, remembered: string | null, browser: readonly string[]): Language {
  const asked = [new URLSearchParams(search).get("lang"), remembered, ...browser.map((tag) => tag.slice(0, 2))];
  return languages.find((language) => language === asked.find((tag) => languages.some((known) => known === tag))) ?? "en";
}

/** The language that was chosen last in this browser; `null`: none, or it does not remember. */
export function rememberedLanguage(): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Keeps the choice for the next visit, where the browser remembers anything. */
export function rememberLanguage(language: Language): void {
  try {
    localStorage.setItem(key, language);
  } catch {
    return;
  }
}
