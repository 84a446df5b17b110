import { capital } from "../messages/context.ts";
import type { Context } from "../messages/context.ts";
import { sayStatus } from "../messages/statuses.ts";
import { wayBackFacts } from "../messages/way-back.ts";
import type { Language } from "../plan.ts";
import { openReport } from "../open-report.ts";
import type { Reported } from "../open-report.ts";
import type { ReleaseView } from "../release-view.ts";
import { isOver } from "../status.ts";
import type { Status } from "../status.ts";
import { toneOf } from "./tone.ts";

/** Where a release stands, in one sentence and its tone. A problem that somebody reported and nobody has answered is part of both until it is over. */
export function standsOf(release: Reported, context: Context, language: Language): Pick<ReleaseView, "tone" | "sentence"> {
  const { status } = release;
  const tone = toneOf(status);
  const sentence = capital(sayStatus(status, context, language));
  const report = openReport(release);
  if (report === null || isOver(status) || waitsForDecision(status)) return { tone, sentence };
  const joint = language === "fr" ? "\u202f; " : "; ";
  // Without the reason, which may be long and stands with who decides about it.
  const said = wayBackFacts[language].reported({ kind: "reported", report: { ...report, reason: "" } }, context);
  return { tone: tone === "danger" ? tone : "holding", sentence: `${sentence}${joint}${said}` };
}

/** True where the status says by itself that somebody has to decide about a report. */
function waitsForDecision(status: Status): boolean {
  if (status.kind === "waiting") return status.for.some(({ kind }) => kind === "reported");
  return status.kind === "holding" && status.why.kind === "reported";
}
