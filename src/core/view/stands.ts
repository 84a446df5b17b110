import { capital } from "../messages/context.ts";
import type { Context } from "../messages/context.ts";
import { sayStatus } from "../messages/statuses.ts";
import { wayBackFacts } from "../messages/way-back.ts";
import type { Language } from "../plan.ts";
import type { Release } from "../release.ts";
import type { ReleaseView } from "../release-view.ts";
import { isOver } from "../status.ts";
import { toneOf } from "./tone.ts";

/** Where a release stands, in one sentence and its tone. A problem that somebody reported and nobody has answered is part of both until it is over. */
export function standsOf(
  { status, reports, rollback }: Pick<Release, "status" | "reports" | "rollback">,
  context: Context,
  language: Language,
): Pick<ReleaseView, "tone" | "sentence"> {
  const tone = toneOf(status);
  const sentence = capital(sayStatus(status, context, language));
  const [report] = reports;
  if (report === undefined || rollback !== null || isOver(status)) return { tone, sentence };
  const joint = language === "fr" ? "\u202f; " : "; ";
  // Without the reason, which may be long and stands with who decides about it.
  const said = wayBackFacts[language].reported({ kind: "reported", report: { ...report, reason: "" } }, context);
  return { tone: tone === "danger" ? tone : "holding", sentence: `${sentence}${joint}${said}` };
}
