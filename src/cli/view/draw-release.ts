import type { Language } from "../../core/plan.ts";
import { sayCount, sayNumber, sayShare, withPercent } from "../../core/messages/numbers.ts";
import { sayTimeExactly } from "../../core/messages/times.ts";
import type { PersonView, PhaseView, ReleaseView } from "../../http/release-view.ts";
import { drawCheck } from "./draw-check.ts";
import { labels } from "./labels.ts";
import type { Labels } from "./labels.ts";
import { fit, lineWidth, paint, span, widthOf, wrap } from "./span.ts";
import type { Line, Style } from "./span.ts";

/** How to draw: the terminal's columns (less than 80 count as 80, more than 140 as 140), whether colours may be used, the language of the labels. */
export interface Drawing {
  readonly columns: number;
  readonly color: boolean;
  readonly language: Language;
}

const storyLines = 6;

/**
 * One release as a screen: where it stands, who sees it, each gate and guard with its band, the story beside the people, what can be done.
 *
 * A line per element, each exactly as wide as the drawing. The sentences stay in the language of the view.
 */
export function drawRelease(view: ReleaseView, drawing: Drawing): string[] {
  const columns = Math.min(140, Math.max(80, drawing.columns));
  const inner = columns - 4;
  const words = labels[drawing.language];
  const screen: Line[] = [
    ...headOf(view, inner),
    [],
    ...phasesOf(view, inner, words),
    ...(view.status.kind === "promoted" ? [] : trafficOf(view, inner, drawing.language)),
    [],
    ...checksOf(view, inner, words),
    ...storyAndPeople(view, inner, words),
    ...actionsOf(view, inner),
  ];
  const rows = screen.map((line) => `│ ${paint(fit(line, inner), drawing.color)} │`);
  return [titleOf(view, columns, drawing.color), ...rows, `└${"─".repeat(columns - 2)}┘`];
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
  return [...sentence, ...next];
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
    parts.push(
      `${words.canary} ${sayCount(traffic.people.canary, language)}`,
      `${words.stable} ${sayCount(traffic.people.stable, language)}`,
    );
  }
  return flow(
    parts.map((part) => [span(part)]),
    columns,
  );
}

function checksOf(view: ReleaseView, columns: number, words: Labels): Line[] {
  const section = (title: string, checks: ReleaseView["gates"]): Line[] =>
    checks.length === 0 ? [] : [[span(` ${title}`, "strong")], ...checks.map((check) => drawCheck(check, columns))];
  return [...section(words.gates, view.gates), ...section(words.guards, view.guards)];
}

function storyAndPeople(view: ReleaseView, columns: number, words: Labels): Line[] {
  const right = Math.min(46, Math.max(39, Math.floor(columns * 0.42)));
  const left = columns - right - 2;
  const story = view.story.flatMap((entry) =>
    wrap(entry.says[0] ?? "", left - 7).map((text, at): Line => [span(at === 0 ? ` ${entry.time} ` : "       ", "faint"), span(text)]),
  );
  const people = nextOfEach(view.people).map((person): Line => {
    const style: Style = person.state === "signed" ? "good" : person.state === "asked" ? "holding" : "faint";
    const says = person.state === "signed" ? `${person.says} ✓` : person.says;
    return [...fit([span(` ${person.title}`)], 17), span(" "), span(says, style)];
  });
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

/** Pieces side by side, in as many lines as they take. */
function flow(pieces: readonly Line[], columns: number): Line[] {
  const lines: Line[] = [];
  let line: Line = [span(" ")];
  for (const piece of pieces) {
    if (lineWidth(line) > 1 && lineWidth(line) + lineWidth(piece) + 2 > columns) {
      lines.push(line);
      line = [span(" ")];
    }
    line = lineWidth(line) > 1 ? [...line, span("   "), ...piece] : [...line, ...piece];
  }
  return lineWidth(line) > 1 ? [...lines, line] : lines;
}
