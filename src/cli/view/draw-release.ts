import type { Language } from "../../core/plan.ts";
import { sayCount, sayNumber, sayShare, withPercent } from "../../core/messages/numbers.ts";
import { sayTimeExactly } from "../../core/messages/times.ts";
import type { CheckView, PersonView, PhaseView, ReleaseView } from "../../http/release-view.ts";
import { drawCheck } from "./draw-check.ts";
import { labels } from "./labels.ts";
import type { Labels } from "./labels.ts";
import { fit, lineWidth, paint, span, widthOf, wrap } from "./span.ts";
import type { Line, Span, Style } from "./span.ts";

/**
 * How to draw: the terminal's columns (less than 80 count as 80, more than 140 as 140) and the lines that there is room for, without which it takes as
 * many as it needs; whether colours may be used, the language of the labels.
 */
export interface Drawing {
  readonly columns: number;
  readonly rows?: number;
  readonly color: boolean;
  readonly language: Language;
}

const storyLines = 6;

/**
 * One release as a screen: where it stands, who sees it, each gate and guard with its band, the story beside the people, what can be done.
 *
 * A line per element, each exactly as wide as the drawing. Where there is no room for all of it, the checks that nobody has to look at share a line,
 * and the story gives way: where it stands, what is wrong, who is asked and what can be done stay. The sentences stay in the language of the view.
 */
export function drawRelease(view: ReleaseView, drawing: Drawing): string[] {
  const columns = Math.min(140, Math.max(80, drawing.columns));
  const rows = (drawing.rows ?? Number.POSITIVE_INFINITY) - frameRows;
  const parts = partsOf(view, columns - 4, drawing.language);
  const whole = wholeScreen(view, parts, columns - 4, labels[drawing.language]);
  const screen = whole.length <= rows ? whole : lowScreen(view, parts, { columns: columns - 4, rows, words: labels[drawing.language] });
  const lines = screen.map((line) => `│ ${paint(fit(line, columns - 4), drawing.color)} │`);
  return [titleOf(view, columns, drawing.color), ...lines, `└${"─".repeat(columns - 2)}┘`];
}

/** The title and the line below. */
const frameRows = 2;

/** What every screen of the release has. */
interface Parts {
  readonly head: readonly Line[];
  readonly phases: readonly Line[];
  readonly traffic: readonly Line[];
  readonly actions: readonly Line[];
}

function partsOf(view: ReleaseView, columns: number, language: Language): Parts {
  return {
    head: headOf(view, columns),
    phases: phasesOf(view, columns, labels[language]),
    traffic: view.status.kind === "promoted" ? [] : trafficOf(view, columns, language),
    actions: actionsOf(view, columns),
  };
}

function wholeScreen(view: ReleaseView, { head, phases, traffic, actions }: Parts, columns: number, words: Labels): readonly Line[] {
  const checks = [...section(words.gates, view.gates, columns), ...section(words.guards, view.guards, columns)];
  return [...head, [], ...phases, ...traffic, [], ...checks, ...storyAndPeople(view, columns, words), ...actions];
}

interface LowRoom {
  readonly columns: number;
  readonly rows: number;
  readonly words: Labels;
}

/** Checks that share a line where room is short, in this order; what is wrong never does. */
const folds: readonly { readonly gates: readonly CheckView["kind"][]; readonly guards: readonly CheckView["kind"][] }[] = [
  { gates: [], guards: ["pass"] },
  { gates: ["pass"], guards: ["pass"] },
  { gates: ["pass"], guards: ["pass", "not-yet", "undecided"] },
  { gates: ["pass", "not-yet", "undecided"], guards: ["pass", "not-yet", "undecided"] },
];

/** At least so many lines of the story are worth folding a check for. */
const storyAtLeast = 2;

function lowScreen(view: ReleaseView, { head, phases, traffic, actions }: Parts, { columns, rows, words }: LowRoom): readonly Line[] {
  const people = nextOfEach(view.people).map((person): Line => [span(`${person.title} `), sayingsOf(person)]);
  const foot = [...flow([[span(words.people, "strong")], ...people], columns), ...actions];
  const top = [...head, ...phases, ...traffic];
  const left = Math.max(0, rows - top.length - foot.length);
  const folded = folds.map(({ gates, guards }) => [
    ...section(words.gates, view.gates, columns, gates),
    ...section(words.guards, view.guards, columns, guards),
  ]);
  const checks =
    folded.find(({ length }) => length + storyAtLeast <= left) ?? folded.find(({ length }) => length <= left) ?? folded.at(-1) ?? [];
  const story = view.story.map((entry): Line => [span(` ${entry.time} `, "faint"), span(entry.says[0] ?? "")]);
  return [...top, ...[...checks, ...story].slice(0, left), ...foot].slice(0, Math.max(0, rows));
}

function titleOf(view: ReleaseView, columns: number, color: boolean): string {
  const versions = [...new Set(Object.values(view.versions).map((version) => version.canary))].join(" + ");
  const name = [view.name, view.version, versions].filter((part) => part !== null && part !== "").join(" · ");
  const time = span(` ${view.environment} · ${view.timeZone} ${sayTimeExactly(view, view.nowMs)} `);
  const left = fit([span(` ${name}`, "strong")], columns - 2 - widthOf(time.text));
  return `┌${paint(left, color)}${paint([time], color)}┐`;
}

const tones: Readonly<Record<ReleaseView["tone"], Style>> = {
  calm: "strong",
  waiting: "holding",
  holding: "holding",
  danger: "bad",
  good: "good",
  over: "strong",
};

function headOf(view: ReleaseView, columns: number): Line[] {
  const style = tones[view.tone];
  const sentence = wrap(view.sentence, columns - 3).map((text, at): Line => [span(at === 0 ? " ● " : "   ", style), span(text, style)]);
  const next = view.next
    .flatMap((text) => wrap(text, columns - 5))
    .map((text, at): Line => [span(at === 0 ? "   → " : "     "), span(text, "faint")]);
  const undelivered = view.undelivered
    .flatMap((text) => wrap(text, columns - 5))
    .map((text, at): Line => [span(at === 0 ? "   ✗ " : "     ", "bad"), span(text, "bad")]);
  return [...sentence, ...next, ...undelivered];
}

function phasesOf(view: ReleaseView, columns: number, words: Labels): Line[] {
  const end = view.status.kind === "promoted" ? span(` ${words.promoted} ✓`, "good") : span(` ${words.promoted}`, "faint");
  const each = Math.floor((columns - widthOf(end.text) - 1) / view.phases.length);
  return [[span(" "), ...view.phases.flatMap((phase) => fit(phaseOf(phase, each), each)), end]];
}

function phaseOf(phase: PhaseView, columns: number): Line {
  const name = `${phase.name} `;
  const bar = Math.max(3, Math.min(20, columns - widthOf(name) - 2));
  const ratio = phase.state === "done" ? 1 : Math.min(1, (phase.observedMs ?? 0) / Math.max(1, phase.observeMs));
  const full = Math.floor(ratio * bar);
  const rest = phase.state === "ahead" && full === 0 ? "┄" : "░";
  const style: Style = phase.state === "done" ? "good" : phase.state === "now" ? "strong" : "faint";
  return [span(name, style), span("▓".repeat(full), style), span(rest.repeat(bar - full), "faint")];
}

function trafficOf(view: ReleaseView, columns: number, language: Language): Line[] {
  const words = labels[language];
  const { traffic } = view;
  const percent = (value: number): string => withPercent(sayNumber(value, language, 3), language);
  const parts = [`${words.wanted} ${sayShare(traffic.wantedPct, language)}`];
  parts.push(`${words.seen} ${traffic.seenPct === null ? "–" : sayShare(traffic.seenPct, language)}`);
  if (traffic.peoplePct !== null) parts.push(`${percent(traffic.peoplePct)} ${words.ofPeople}`);
  if (traffic.requestsPct !== null) parts.push(`${percent(traffic.requestsPct)} ${words.ofRequests}`);
  if (traffic.people !== null) {
    const [canary, stable] = [sayCount(traffic.people.canary, language), sayCount(traffic.people.stable, language)];
    parts.push(`${words.canary} ${canary}${apart}${words.stable} ${stable}`);
  }
  return flow(
    parts.map((part) => [span(part)]),
    columns,
  );
}

/** A title and a line a check; those of the kinds `folded` share one for each word that is said of them. */
function section(title: string, checks: readonly CheckView[], columns: number, folded: readonly CheckView["kind"][] = []): readonly Line[] {
  if (checks.length === 0) return [];
  const isFolded = (check: CheckView): boolean => folded.includes(check.kind);
  const farLast = checks.filter(isFolded).toSorted((a, b) => Number(a.kind === "pass") - Number(b.kind === "pass"));
  const words = [...new Set(farLast.map(({ word }) => word))];
  return [
    [span(` ${title}`, "strong")],
    ...checks.filter((check) => !isFolded(check)).map((check) => drawCheck(check, columns)),
    ...words.map((word): Line => {
      const names = farLast.filter((check) => check.word === word).map(({ label }) => label);
      return [span(` ${word}  `, "faint"), span(names.join(", "), "faint")];
    }),
  ];
}

function storyAndPeople(view: ReleaseView, columns: number, words: Labels): Line[] {
  const right = Math.min(46, Math.max(39, Math.floor(columns * 0.42)));
  const left = columns - right - 2;
  const story = view.story.flatMap((entry) =>
    wrap(entry.says[0] ?? "", left - 7).map((text, at): Line => [span(at === 0 ? ` ${entry.time} ` : "       ", "faint"), span(text)]),
  );
  const people = nextOfEach(view.people).map((person): Line => [...fit([span(` ${person.title}`)], 17), span(" "), sayingsOf(person)]);
  const rows = Math.max(storyLines, people.length);
  return [
    [...fit([span(` ${words.story}`, "strong")], left), span("│ ", "faint"), ...fit([span(words.people, "strong")], right)],
    ...Array.from({ length: rows }, (_, at): Line => [
      ...fit(story[at] ?? [], left),
      span("│", "faint"),
      ...fit(people[at] ?? [], right + 1),
    ]),
  ];
}

function sayingsOf({ state, says }: PersonView): Span {
  return span(state === "signed" ? `${says} ✓` : says, state === "signed" ? "good" : state === "asked" ? "holding" : "faint");
}

/** One line a role: what it is asked for now, else what it signed last, else what it will be asked for first. */
function nextOfEach(people: readonly PersonView[]): readonly PersonView[] {
  const roles = [...new Set(people.map((person) => person.role))];
  return roles.flatMap((role) => {
    const theirs = people.filter((person) => person.role === role);
    const found = theirs.find((person) => person.state === "asked") ?? theirs.findLast((person) => person.state === "signed") ?? theirs[0];
    return found === undefined ? [] : [found];
  });
}

/** What can be pressed; why it cannot be promoted yet, while that is the question. */
function actionsOf({ actions, status }: ReleaseView, columns: number): Line[] {
  const open = actions.filter((action) => action.why === null).map((action): Line => [span(`[ ${action.label} ]`, "strong")]);
  const promote = "phase" in status ? actions.find((action) => action.kind === "promote" && action.why !== null) : undefined;
  const closed: Line[] = promote === undefined ? [] : [[span(`${promote.label} (${promote.why})`, "faint")]];
  return flow([...open, ...closed], columns);
}

/** Between two pieces of a line. */
const apart = "   ";

/** Pieces side by side, in as many lines as they take. */
function flow(pieces: readonly Line[], columns: number): Line[] {
  const lines: Line[] = [];
  let line: Line = [span(" ")];
  for (const piece of pieces) {
    if (lineWidth(line) > 1 && lineWidth(line) + apart.length + lineWidth(piece) > columns) {
      lines.push(line);
      line = [span(" ")];
    }
    line = lineWidth(line) > 1 ? [...line, span(apart), ...piece] : [...line, ...piece];
  }
  return lineWidth(line) > 1 ? [...lines, line] : lines;
}
