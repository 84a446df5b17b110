import type { Context } from "hono";
import type { Language } from "../core/plan.ts";
import type { Readings } from "../core/history/tape.ts";
import { buildReport } from "../core/report/build-report.ts";
import { reportChecks } from "../core/report/check-reports.ts";
import type { ReleaseReport } from "../core/report/release-report.ts";
import { reportPolicy } from "../core/report/report-style.ts";
import { writeReport } from "../core/report/write-report.ts";
import type { ReportFormat } from "../core/report/write-report.ts";
import { inSlices } from "../core/slices.ts";
import { callerOf } from "./auth.ts";
import type { Env } from "./auth.ts";
import { reportQuery } from "./contract/insight.ts";
import { readQuery } from "./input.ts";
import type { AppParts, ReleaseSeen } from "./parts.ts";
import { releaseOrRefuse } from "./releases.ts";

/** As many reports are kept in mind: somebody who reads one downloads it next, in another format. */
const keptAtMost = 8;
const kept = new WeakMap<AppParts, Map<string, Promise<ReleaseReport>>>();

const mediaTypes: Readonly<Record<ReportFormat, string>> = {
  md: "text/markdown; charset=utf-8",
  html: "text/html; charset=utf-8",
  json: "application/json",
};

/** The report of a release as a file. Throws `release-unknown`. */
export async function report(context: Context<Env>, parts: AppParts): Promise<Response> {
  const seen = await releaseOrRefuse(parts, context.req.param("id") ?? "");
  const { format, language } = readQuery(context, reportQuery);
  const { id, plan } = seen.release;
  const write = async (): Promise<string> =>
    inSlices(writeReport(await reportOf(parts, seen, language ?? plan.language), format), parts.turn);
  const text = await parts.inTurn(callerOf(context).name, write, context.req.raw.signal);
  // Shown in a tab of its own, where it can do nothing; under its name once somebody keeps it.
  const disposition = `${format === "html" ? "inline" : "attachment"}; filename="${fileName(id)}.${format}"`;
  return context.body(text, 200, {
    "Content-Type": mediaTypes[format],
    "Content-Disposition": disposition,
    "Content-Security-Policy": `${reportPolicy}; frame-ancestors 'none'; sandbox`,
  });
}

function fileName(id: string): string {
  return `serin-report-${id.replaceAll(/[^\w.-]/g, "_")}`;
}

/** Of one state of a release and one language one report is made, however many ask for it. */
async function reportOf(parts: AppParts, seen: ReleaseSeen, language: Language): Promise<ReleaseReport> {
  const { id, revision } = seen.release;
  const known = kept.get(parts) ?? new Map<string, Promise<ReleaseReport>>();
  kept.set(parts, known);
  const told = await parts.store.told(id);
  const key = [id, revision, language, JSON.stringify(told)].join("\n");
  const made = known.get(key) ?? make(parts, seen, { language, told });
  known.delete(key);
  known.set(key, made);
  for (const oldest of known.keys()) {
    if (known.size <= keptAtMost) break;
    known.delete(oldest);
  }
  return made.catch((error: unknown) => {
    known.delete(key);
    throw error;
  });
}

async function make(
  parts: AppParts,
  seen: ReleaseSeen,
  { language, told }: { readonly language: Language; readonly told: Awaited<ReturnType<AppParts["store"]["told"]>> },
): Promise<ReleaseReport> {
  const { id, plan } = seen.release;
  const { rows } = seen;
  const verified = await parts.engine.verify(id);
  const nowMs = parts.engine.nowMs();
  const readings = async (quantities: readonly string[]): Promise<Readings> => parts.engine.readings(id, { quantities, rows });
  const entries = seen.entries.map(({ entry }) => entry);
  const read = await reportChecks({ plan, rows, readings, turn: parts.turn }, { entries, nowMs, language });
  return inSlices(buildReport({ seen, rows, read, told, verified, nowMs, language }), parts.turn);
}
