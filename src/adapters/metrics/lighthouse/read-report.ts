import { z } from "zod";
import type { Finding } from "../../../core/observation.ts";

/** What a report says of one category: a score, 0-100 and whole, and what cost points, the gravest first; or why there is none. */
export type CategoryRead =
  | { readonly kind: "scored"; readonly score: number; readonly findings: readonly Finding[] }
  | { readonly kind: "unscored"; readonly why: string };

/** A report read: of a page by category, or why it is not of the page that was meant. */
export type ReportRead =
  | {
      readonly kind: "read";
      /** The last address of the document, after redirects; and the one shown in the end. */
      readonly addresses: readonly string[];
      category(name: string): CategoryRead;
    }
  | { readonly kind: "problem"; readonly why: string };

/** Source: https://github.com/GoogleChrome/lighthouse/blob/v13.5.0/types/lhr/lhr.d.ts */
const report = z.object({
  runtimeError: z.object({ code: z.string(), message: z.string() }).optional(),
  mainDocumentUrl: z.string().optional(),
  finalDisplayedUrl: z.string().optional(),
  /** Until Lighthouse 10. */
  finalUrl: z.string().optional(),
  categories: z.record(
    z.string(),
    z.object({ score: z.number().min(0).max(1).nullable(), auditRefs: z.array(z.object({ id: z.string(), weight: z.number() })) }),
  ),
  audits: z.record(
    z.string(),
    z.object({
      score: z.number().nullable(),
      scoreDisplayMode: z.string(),
      errorMessage: z.string().optional(),
      /** A table has its rows as `items`; other kinds have something else there. */
      details: z.unknown().optional(),
    }),
  ),
});

type Report = z.infer<typeof report>;

/** So many of the audits that cost points are named. */
const mostFindings = 10;

/** Reads a report as Lighthouse writes it. An error of Lighthouse is a problem, never a score. Pure; never throws. */
export function readReport(text: string): ReportRead {
  const read = report.safeParse(parse(text));
  if (!read.success) {
    const [issue] = read.error.issues;
    return { kind: "problem", why: `it is no report of Lighthouse: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`.trim() };
  }
  const { runtimeError, mainDocumentUrl, finalDisplayedUrl, finalUrl } = read.data;
  if (runtimeError !== undefined && runtimeError.code !== "NO_ERROR") {
    return { kind: "problem", why: `Lighthouse says ${runtimeError.code}: ${shorten(runtimeError.message)}` };
  }
  const addresses = [mainDocumentUrl, finalDisplayedUrl ?? finalUrl].filter((one) => one !== undefined);
  return { kind: "read", addresses, category: (name) => readCategory(read.data, name) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function readCategory({ categories, audits }: Report, name: string): CategoryRead {
  const category = categories[name];
  if (category === undefined) return { kind: "unscored", why: `the report has no category ${name}` };
  if (category.score === null) {
    const [broken] = category.auditRefs.filter(({ id, weight }) => weight > 0 && audits[id]?.scoreDisplayMode === "error");
    const because = broken === undefined ? "" : `: ${broken.id} failed (${shorten(audits[broken.id]?.errorMessage ?? "no reason given")})`;
    return { kind: "unscored", why: `Lighthouse has no score for ${name}${because}` };
  }
  return { kind: "scored", score: Math.round(category.score * 100), findings: findingsOf(category.auditRefs, audits) };
}

/** What each audit takes from the score is its weight times what it lacks. */
function findingsOf(refs: Report["categories"][string]["auditRefs"], audits: Report["audits"]): readonly Finding[] {
  const costs = refs.flatMap(({ id, weight }) => {
    const { score = null, details } = audits[id] ?? {};
    const cost = score === null ? 0 : weight * (1 - score);
    // What rounds to nothing of a whole score is not named.
    return cost < 0.05 ? [] : [{ cost, finding: { rule: id, places: Math.max(1, rowsOf(details)) } }];
  });
  const byCost = costs.toSorted((a, b) => b.cost - a.cost || b.finding.places - a.finding.places);
  return byCost.slice(0, mostFindings).map(({ finding }) => finding);
}

function rowsOf(details: unknown): number {
  const items = typeof details === "object" && details !== null && "items" in details ? details.items : null;
  return Array.isArray(items) ? items.length : 0;
}

function shorten(text: string): string {
  return text.split("\n", 1)[0]?.slice(0, 300) ?? "";
}
