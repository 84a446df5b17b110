import { useState } from "react";
import type { FocusEvent, KeyboardEvent, ReactNode } from "react";
import { frameWords } from "../words/frame-words.ts";
import { rememberLanguage, useLanguage, useWords } from "../words/language.ts";
import { Emergency } from "../release/emergency.tsx";
import { To, useParam } from "./address.tsx";
import { usePerson, useSession } from "./session.tsx";
import { rememberedTheme, showTheme } from "./theme.ts";
import type { Theme } from "./theme.ts";

/** What stands around every screen: where one can go, who looks, in which language and colours. */
export function Frame({ children }: { readonly children: ReactNode }): ReactNode {
  const words = useWords(frameWords);
  return (
    <>
      <a className="skip" href="#content">
        {words.skip}
      </a>
      <header className="frame">
        <nav aria-label={words.screens}>
          <To path="/" className="brand" label={`serin, ${words.releases}`}>
            <img src="/serin.svg" alt="" width="22" height="22" />
            <span>serin</span>
          </To>
          <To path="/" className={activeClass}>
            {words.releases}
          </To>
          <To path="/calendar" className={activeClass}>
            {words.calendar}
          </To>
          <To path="/settings" className={activeClass}>
            {words.settings}
          </To>
        </nav>
        <Emergency />
        <Person />
      </header>
      <main id="content" tabIndex={-1}>
        {children}
      </main>
    </>
  );
}

function activeClass(isActive: boolean): string {
  return isActive ? "screen here" : "screen";
}

/** The menu of the person: a disclosure, so that it works without any script of ours. */
function Person(): ReactNode {
  const words = useWords(frameWords);
  const { name, roles } = usePerson();
  const { signOut } = useSession();
  return (
    <details className="person" onBlur={closeBehind} onKeyDown={closeByEscape}>
      <summary>
        <span className="person-name">{name}</span>
        <span className="person-roles">{roles.map((role) => words.roles[role]).join(", ")}</span>
      </summary>
      <div className="menu" tabIndex={-1}>
        <p className="faint">{roles.map((role) => words.roles[role]).join(", ")}</p>
        <LanguageSwitch />
        <ThemeSwitch />
        <button type="button" className="button" onClick={signOut}>
          {words.signOut}
        </button>
      </div>
    </details>
  );
}

function closeBehind({ currentTarget, relatedTarget }: FocusEvent<HTMLDetailsElement>): void {
  if (!currentTarget.contains(relatedTarget)) currentTarget.open = false;
}

function closeByEscape({ currentTarget, key }: KeyboardEvent<HTMLDetailsElement>): void {
  if (key !== "Escape" || !currentTarget.open) return;
  currentTarget.open = false;
  currentTarget.querySelector("summary")?.focus();
}

/** A button to the other language; the address keeps the choice. */
export function LanguageSwitch(): ReactNode {
  const words = useWords(frameWords);
  const other = useLanguage() === "en" ? "fr" : "en";
  const [, setLanguage] = useParam("lang");
  const choose = (): void => {
    rememberLanguage(other);
    setLanguage(other);
  };
  return (
    <button type="button" className="button" lang={other} onClick={choose}>
      {words.otherLanguage}
    </button>
  );
}

const themes: readonly { readonly theme: Theme; readonly word: "system" | "light" | "dark" }[] = [
  { theme: null, word: "system" },
  { theme: "light", word: "light" },
  { theme: "dark", word: "dark" },
];

function ThemeSwitch(): ReactNode {
  const words = useWords(frameWords);
  const [chosen, setChosen] = useState(rememberedTheme);
  const choose = (theme: Theme): void => {
    showTheme(theme);
    setChosen(theme);
  };
  return (
    <fieldset className="choice">
      <legend>{words.theme}</legend>
      {themes.map(({ theme, word }) => (
        <label key={word}>
          <input type="radio" name="theme" checked={chosen === theme} onChange={() => choose(theme)} /> {words.themes[word]}
        </label>
      ))}
    </fieldset>
  );
}
