import type { Language } from "../plan.ts";

/** What a phrase comes to: a sentence, or one with what to do about it. */
export type Said = string | SaidTrouble;

/** What is not as it should be, and what a person can do about it: a sentence each. */
export type SaidTrouble = readonly [says: string, remedy: string];

/** Something that is not said yet: it travels with what it is about, and is put into words where its reader's language is known. */
export interface Phrase<Of extends Said = string> {
  /** "sql.only-one-arm": for programs, and never with another meaning. */
  readonly code: string;
  in(language: Language): Of;
}

type Words = Readonly<Record<string, (...about: never[]) => Said>>;

/** A table of phrases, by the names of its words. */
export type Phrases<Of extends Words> = { readonly [Name in keyof Of]: (...about: Parameters<Of[Name]>) => Phrase<ReturnType<Of[Name]>> };

/** Phrases of one room: what each says in English, and the same in French. A code is the room and the name in kebab case. */
export function phrases<Of extends Words>(room: string, en: Of, fr: NoInfer<Of>): Phrases<Of> {
  const made = Object.keys(en).map((name: keyof Of & string) => {
    const code = `${room}.${name.replaceAll(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`)}`;
    const phrase = (...about: never[]): Phrase<Said> => ({ code, in: (language) => ({ en, fr })[language][name]!(...about) });
    return [name, phrase] as const;
  });
  return Object.fromEntries(made) as unknown as Phrases<Of>;
}
