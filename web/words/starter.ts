import type { ReleaseView } from "../../src/http/release-view.ts";
import type { Language } from "./language.ts";

const inTheNameOf: Readonly<Record<Language, string>> = { en: "for", fr: "au nom de" };

/** Who started a release, and in whose name: "ci for Ada". */
export function sayStarter({ startedBy, startedFor }: Pick<ReleaseView, "startedBy" | "startedFor">, language: Language): string {
  return startedFor === null ? startedBy : `${startedBy} ${inTheNameOf[language]} ${startedFor}`;
}
