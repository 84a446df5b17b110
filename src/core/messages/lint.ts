import type { ByLanguage } from "./context.ts";

/** The words around what lint finds. */
interface LintWords {
  readonly severity: Readonly<Record<"error" | "warning", string>>;
  /** "no errors, 10 warnings". */
  summary(errors: number, warnings: number): string;
}

const en: LintWords = {
  severity: { error: "error", warning: "warning" },
  summary: (errors, warnings) => `${counted(errors, "error")}, ${counted(warnings, "warning")}`,
};

const fr: LintWords = {
  severity: { error: "erreur", warning: "avertissement" },
  summary: (errors, warnings) => {
    const [wrong, doubtful] = [errors > 1 ? "erreurs" : "erreur", warnings > 1 ? "avertissements" : "avertissement"];
    return `${errors === 0 ? "aucune" : errors} ${wrong}, ${warnings === 0 ? "aucun" : warnings} ${doubtful}`;
  },
};

function counted(count: number, what: string): string {
  return `${count === 0 ? "no" : count} ${what}${count === 1 ? "" : "s"}`;
}

/** The words around what lint finds, by language. */
export const lintWords: ByLanguage<LintWords> = { en, fr };
