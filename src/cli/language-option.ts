import type { Language } from "../core/plan.ts";
import { UserError } from "../errors.ts";

/** The language that was typed; `null` when none was, so that the plan's own is meant. Throws `input-invalid` for another one. */
export function languageOf(text: string | undefined): Language | null {
  if (text === undefined || text === "fr" || text === "en") return text ?? null;
  throw new UserError("input-invalid", `"${text}" is not a language that serin speaks: write fr or en.`);
}
