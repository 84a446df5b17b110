import type { ByLanguage } from "./context.ts";
import { en } from "./report/en.ts";
import { fr } from "./report/fr.ts";
import type { ReportWords } from "./report/words.ts";

/** The words of a report, by language. */
export const reportWords: ByLanguage<ReportWords> = { en, fr };
