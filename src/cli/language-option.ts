import type { Language } from "../core/plan.ts";
import { UserError } from "../errors.ts";

/** The language that was typed; `null` when none was: then it is the plan's own. Throws `input-invalid` for one that serin does not speak. */
export function languageOf(text: string | undefined): Language | null {
  if (text === undefined || text === "fr" || text === "en") return text ?? null;
  throw new UserError("input-invalid", `"${text}" is not a language that serin speaks: write fr or en.`);
}
