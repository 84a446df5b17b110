import type { VerdictKind } from "../../evidence/verdict.ts";
import { capital } from "../messages/context.ts";
import { saySpan } from "../messages/numbers.ts";
import { reportWords } from "../messages/report.ts";
import type { ReportWords } from "../messages/report.ts";
import { sayDay, sayMoment, sayTimeExactly } from "../messages/times.ts";
import { plainLine } from "../plain-line.ts";
import type { CheckReport, ReleaseReport, StageReport } from "./release-report.ts";

/** A report as it reads from top to bottom, whatever it is written as. Every text is one line without control characters, and not escaped. */
export interface ReportDocument {
  readonly title: string;
  /** What is above the title, and below it. */
  readonly above: string;
  readonly below: readonly string[];
  readonly status: Cell;
  readonly sections: readonly Section[];
}

export interface Section {
  /** For links within the page: letters and hyphens. */
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly Block[];
}

export type Block =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "heading"; readonly text: string }
  | { readonly kind: "table"; readonly columns: readonly string[]; readonly rows: Iterable<readonly Cell[]> }
  | { readonly kind: "check"; readonly check: CheckReport };

/** What stands in a table: several lines, and how it is shown beside its words. */
export interface Cell {
  readonly lines: readonly string[];
  readonly look: Look | null;
}

/** A verdict, or whether a promise was kept; `code`: letter by letter. */
export type Look = VerdictKind | "not-yet" | "met" | "missed" | "good" | "danger" | "over" | "calm" | "code";

/** The report in its order. */
export function documentOf(report: ReleaseReport): ReportDocument {
  const words = reportWords[report.language];
  const { plan, timeZone, language } = report;
  const zone = { timeZone };
  return {
    title: line(plan.title),
    above: `${words.report} · ${line(report.environment)} · ${line(report.release)}`,
    below: [
      ...(plan.version === null ? [] : [line(plan.version)]),
      words.created(sayMoment(zone, report.createdMs, language), line(report.startedBy), line(report.reason)),
      words.written(sayMoment(zone, report.writtenMs, language)),
    ],
    status: cell(capital(report.statusSays), lookOfTone(report)),
    sections: [
      { id: "summary", title: words.headings.summary, blocks: [{ kind: "text", text: report.summary.map((one) => line(one)).join(" ") }] },
      { id: "versions", title: words.headings.versions, blocks: [versions(report, words)] },
      { id: "stages", title: words.headings.stages, blocks: [stages(report, words)] },
      ...(report.wayBack === null ? [] : [{ id: "way-back", title: words.headings.wayBack, blocks: wayBack(report, words) }]),
      { id: "evidence", title: words.headings.evidence, blocks: evidence(report, words) },
      { id: "lines", title: words.headings.lines, blocks: [otherLines(report, words)] },
      { id: "people", title: words.headings.people, blocks: [signOffs(report, words)] },
      { id: "requests", title: words.headings.requests, blocks: [requests(report, words)] },
      ...(report.overrides.length === 0 ? [] : [{ id: "overrides", title: words.headings.overrides, blocks: [overrides(report, words)] }]),
      { id: "notices", title: words.headings.notices, blocks: [notices(report, words)] },
      { id: "story", title: words.headings.story, blocks: [story(report, words)] },
      { id: "proof", title: words.headings.proof, blocks: proof(report, words) },
    ],
  };
}

function line(text: string): string {
  return plainLine(text);
}

function cell(text: string | readonly string[], look: Look | null = null): Cell {
  return { lines: (typeof text === "string" ? [text] : text).map(line), look };
}

/** `nothing`: what is said instead; `null`: there are rows. */
function table(columns: readonly string[], rows: Iterable<readonly Cell[]>, nothing: string | null): Block {
  return nothing === null ? { kind: "table", columns, rows } : { kind: "text", text: nothing };
}

function lookOfTone({ tone }: ReleaseReport): Look {
  return tone === "good" || tone === "danger" || tone === "over" ? tone : "calm";
}

function versions({ services }: ReleaseReport, { columns }: ReportWords): Block {
  const rows = services.map(({ service, stable, canary }) => [cell(service), cell(stable, "code"), cell(canary, "code")]);
  return { kind: "table", columns: [columns.service, columns.from, columns.to], rows };
}

function stages(report: ReleaseReport, words: ReportWords): Block {
  const { columns } = words;
  const span = (ms: number | null): string => (ms === null ? "" : saySpan(ms, report.language));
  const rows = report.stages.map((stage) => [
    cell(stage.name),
    cell(timeOf(report, stage.fromMs)),
    cell(stage.untilMs === null ? `${span(stage.tookMs)} (${words.goesOn})` : span(stage.tookMs)),
    cell(sayPlanned(stage, words, span)),
    cell(span(stage.observedMs)),
  ]);
  return { kind: "table", columns: [columns.stage, columns.began, columns.took, columns.planned, columns.observed], rows };
}

function sayPlanned({ plannedMs, plannedAtMostMs }: StageReport, words: ReportWords, span: (ms: number | null) => string): string {
  if (plannedMs === null) return plannedAtMostMs === null ? "" : words.atMost(span(plannedAtMostMs));
  return plannedAtMostMs === null ? span(plannedMs) : words.upTo(span(plannedMs), span(plannedAtMostMs));
}

/** A time of day, with its day where that is not the day of the beginning. */
function timeOf({ timeZone, createdMs, language }: ReleaseReport, atMs: number): string {
  const zone = { timeZone };
  const day = sayDay(zone, atMs, language);
  return day === sayDay(zone, createdMs, language) ? sayTimeExactly(zone, atMs) : `${day} ${sayTimeExactly(zone, atMs)}`;
}

/** Rows that are made when they are written: a journal has thousands. */
function rowsOf<Item>(items: readonly Item[], row: (item: Item) => readonly Cell[]): Iterable<readonly Cell[]> {
  return {
    *[Symbol.iterator]() {
      for (const item of items) yield row(item);
    },
  };
}

function wayBack(report: ReleaseReport, words: ReportWords): readonly Block[] {
  const { wayBack: back } = report;
  if (back === null) return [];
  const { columns } = words;
  const steps = (back.steps?.steps ?? []).map((step) => [
    cell(step.label),
    cell(step.atMs === null ? words.notYet : timeOf(report, step.atMs)),
    cell(step.by ?? ""),
  ]);
  const span = (ms: number): string => saySpan(ms, report.language);
  const promise = [
    cell(back.kind === "manual" ? words.manual : words.automatic),
    cell(timeOf(report, back.committedMs)),
    cell(back.tookMs === null ? words.notYet : span(back.tookMs)),
    cell(span(back.withinMs)),
    cell(back.isMet ? words.met : words.missed, back.isMet ? "met" : "missed"),
  ];
  return [
    { kind: "text", text: `${line(back.because)}. ${line(back.says)}.` },
    { kind: "table", columns: [columns.what, columns.began, columns.took, columns.promised, columns.outcome], rows: [promise] },
    ...(steps.length === 0 ? [] : [{ kind: "table" as const, columns: [columns.step, columns.time, columns.person], rows: steps }]),
    ...(back.steps === null ? [] : [{ kind: "text" as const, text: line(back.steps.sentence) }]),
  ];
}

function evidence({ checks }: ReleaseReport, words: ReportWords): readonly Block[] {
  const shown = (kind: "gate" | "guard", heading: string): readonly Block[] => {
    const found = checks.filter(({ history }) => history.kind === kind);
    return found.length === 0 ? [] : [{ kind: "heading", text: heading }, ...found.map((check) => ({ kind: "check" as const, check }))];
  };
  return [...shown("gate", words.headings.gates), ...shown("guard", words.headings.guards)];
}

function otherLines({ checks }: ReleaseReport, words: ReportWords): Block {
  const { columns } = words;
  const rows = checks
    .filter(({ otherLines: moved }) => moved.length > 0)
    .map(({ history, did, kind, otherLines: moved, failsFrom }) => [
      cell(history.says),
      cell(did, kind),
      ...moved.map(({ line: at, says, failed }) => cell([at, says], failed ? "fail" : null)),
      cell(failsFrom ?? ""),
    ]);
  return table(
    [columns.check, columns.asPlanned, columns.tighter, columns.looser, columns.failsFrom],
    rows,
    rows.length > 0 ? null : words.nothing.lines,
  );
}

function signOffs(report: ReleaseReport, words: ReportWords): Block {
  const { columns } = words;
  const rows = report.signOffs.map(({ atMs, by, role, approves, revision, saw, lapsed }) => [
    cell(timeOf(report, atMs)),
    cell(by),
    cell(role),
    cell(lapsed === null ? approves : [approves, lapsed.says], lapsed === null ? null : "missed"),
    cell(String(revision)),
    cell(saySaw(saw, words)),
  ]);
  return table(
    [columns.time, columns.person, columns.role, columns.approves, columns.revision, columns.saw],
    rows,
    rows.length > 0 ? null : words.nothing.signOffs,
  );
}

/** "pass: errors < 1%, latency p95 < 500ms", a line for each verdict; one sentence where nothing was read. */
function saySaw(saw: ReleaseReport["signOffs"][number]["saw"], words: ReportWords): readonly string[] {
  if (saw.every(({ kind }) => kind === "no-data")) return [words.sawNothing];
  return [...Map.groupBy(saw, ({ word }) => word)].map(
    ([word, seen]) => `${word}${words.colon}${[...new Set(seen.map(({ says }) => says))].join(", ")}`,
  );
}

function requests(report: ReleaseReport, words: ReportWords): Block {
  const { columns } = words;
  const rows = rowsOf(report.requests, ({ atMs, by, asked, reason, refused }) => [
    cell(timeOf(report, atMs)),
    cell(by),
    cell(asked),
    cell(reason),
    cell(refused === null ? words.done : words.refused(refused), refused === null ? null : "missed"),
  ]);
  return table(
    [columns.time, columns.person, columns.asked, columns.reason, columns.outcome],
    rows,
    report.requests.length > 0 ? null : words.nothing.requests,
  );
}

function overrides(report: ReleaseReport, words: ReportWords): Block {
  const { columns } = words;
  const rows = report.overrides.map(({ atMs, by, says, reason }) => [cell(timeOf(report, atMs)), cell(by), cell(says), cell(reason)]);
  return { kind: "table", columns: [columns.time, columns.person, columns.what, columns.reason], rows };
}

function notices(report: ReleaseReport, words: ReportWords): Block {
  const { columns } = words;
  const rows = rowsOf(report.notices, ({ dueMs, to, says, deliveredMs, lostMs, why }) => {
    const arrived = deliveredMs === null ? words.notYet : words.deliveredAfter(saySpan(deliveredMs - dueMs, report.language));
    return [
      cell(timeOf(report, dueMs)),
      cell(to),
      cell(says),
      cell(lostMs === null ? arrived : words.lost(why ?? ""), lostMs === null ? null : "missed"),
    ];
  });
  return table(
    [columns.time, columns.receiver, columns.notice, columns.delivered],
    rows,
    report.notices.length > 0 ? null : words.nothing.notices,
  );
}

function story(report: ReleaseReport, words: ReportWords): Block {
  const { columns } = words;
  const rows = rowsOf(report.timeline, ({ revision, atMs, people, says }) => [
    cell(timeOf(report, atMs)),
    cell(says),
    cell(people.join(", ")),
    cell(String(revision)),
  ]);
  return { kind: "table", columns: [columns.time, columns.what, columns.person, columns.revision], rows };
}

function proof({ proof: found, release }: ReleaseReport, words: ReportWords): readonly Block[] {
  return [
    {
      kind: "table",
      columns: [words.columns.what, words.columns.outcome],
      rows: [
        [cell(words.headings.proof), cell(found.isVerified ? words.verified : words.notVerified, found.isVerified ? "met" : "missed")],
        [cell(words.planHash), cell(found.planHash, "code")],
        [cell(words.journalHash), cell(found.journalHash, "code")],
      ],
    },
    { kind: "text", text: line(found.says) },
    { kind: "text", text: words.reproduce(`serin release verify ${line(release)}`) },
  ];
}
