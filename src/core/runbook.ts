import { Temporal } from "temporal-polyfill";
import { rolesOf } from "./decide/sign-offs.ts";
import type { Condition } from "./condition.ts";
import { markdownBlock, markdownCode, markdownLink, markdownText } from "./markdown.ts";
import { list, tell } from "./messages/context.ts";
import { sayConditionOf } from "./messages/conditions.ts";
import { sayShare, saySpan } from "./messages/numbers.ts";
import { ofRoles, sayRole, theRoles } from "./messages/people.ts";
import { runbookWords } from "./messages/runbook.ts";
import { sayDay } from "./messages/times.ts";
import type { Language, Needs, Phase, Plan, Role } from "./plan.ts";
import type { WeekRange } from "./windows.ts";

/**
 * The plan as a runbook in Markdown, line by line: steps, thresholds, rollback procedures, people, windows, monitoring, total time. What people
 * wrote is escaped; control characters are for whoever shows the lines.
 */
export function renderPlan(plan: Plan, language: Language): readonly string[] {
  return [
    `# ${markdownText(plan.title)}`,
    "",
    ...head(plan, language),
    "",
    ...steps(plan, language),
    "",
    ...thresholds(plan, language),
    "",
    ...rollback(plan, language),
    "",
    ...people(plan, language),
    "",
    ...monitoring(plan, language),
    "",
    total(plan, language),
  ];
}

function head(plan: Plan, language: Language): readonly string[] {
  const words = runbookWords[language];
  const services = plan.services.map((service) => markdownText(service.name));
  return [
    ...(plan.version === null ? [] : [field(words.version, markdownText(plan.version), language)]),
    field(words.environment, markdownText(plan.environment), language),
    ...(plan.plannedFor === null
      ? []
      : [field(words.plannedFor, `${weekday(plan, plan.plannedFor, language)} (${plan.plannedFor})`, language)]),
    field(words.services, list(services, language), language),
  ].map((line, index, all) => (index < all.length - 1 ? `${line}  ` : line));
}

function steps(plan: Plan, language: Language): readonly string[] {
  const words = runbookWords[language];
  const promoters = rolesOf(plan.people.promote);
  const promotion = promoters.length === 0 ? [] : ["", words.promote(ofRoles(promoters, language, jointOf(plan.people.promote)))];
  return [`## ${words.steps}`, ...plan.phases.flatMap((phase, index) => ["", ...step(plan, phase, index, language)]), ...promotion];
}

function step(plan: Plan, phase: Phase, index: number, language: Language): readonly string[] {
  const words = runbookWords[language];
  const isLast = index === plan.phases.length - 1;
  const share = sayShare(phase.sharePct, language);
  const isNamed = phase.name.replaceAll(/\s/g, "") === `${phase.sharePct}%`;
  const extension = phase.extendMs === 0 ? null : sayMinutes(phase.extendMs, language);
  const needs = index === 0 ? plan.people.start : plan.people.advance[index];
  const entry = needs === undefined || rolesOf(needs).length === 0 ? [] : [item(words.entry, sayNeeds(needs, language), language)];
  return [
    `### ${words.phase(index + 1, share, sayMinutes(phase.observeMs, language), isNamed ? null : markdownText(phase.name))}`,
    "",
    item(words.target, targetOf(plan, phase, language), language),
    item(isLast ? words.finalValidation : words.duration, words.observation(sayMinutes(phase.observeMs, language), extension), language),
    ...entry,
    ...(phase.gates.length === 0 ? [] : [`- **${isLast ? words.finalCriteria : words.criteria}${words.colon}**`]),
    ...phase.gates.map(({ metric, condition, otherwise }) => {
      const reaction = otherwise === null ? words.holdAndAsk : tell(words.reactions, otherwise);
      return `  - ${sayMetric(plan, metric, condition, language)}${words.otherwise(reaction)}`;
    }),
  ];
}

function targetOf(plan: Plan, phase: Phase, language: Language): string {
  const words = runbookWords[language];
  const share = sayShare(Math.min(phase.sharePct, 100 - plan.holdbackPct), language);
  if (phase.audience === "new-logins") return words.newLogins(share);
  return phase.sharePct === 100 && plan.holdbackPct === 0 ? words.everybody : words.ofEverybody(share);
}

function thresholds(plan: Plan, language: Language): readonly string[] {
  const words = runbookWords[language];
  const guards = plan.guards.map(
    ({ metric, condition, reaction }) => `- **${sayMetric(plan, metric, condition, language)}** → ${tell(words.reactions, reaction)}`,
  );
  return [`## ${words.guards}`, "", words.guardsSay, "", ...guards];
}

function rollback(plan: Plan, language: Language): readonly string[] {
  const words = runbookWords[language];
  const span = (ms: number): string => sayMinutes(ms, language);
  const commands = plan.services.flatMap(({ workload }) => (workload.kind === "kubernetes" ? [setImage(workload.options)] : []));
  const deciders = rolesOf(plan.people.rollback);
  const who: readonly Role[] = deciders.length === 0 ? ["release-manager", "devops-lead"] : deciders;
  const typed = (command: string): string => `\`serin release ${command} RELEASE --reason TEXT\``;
  const validators = rolesOf(plan.people.validateRollback);
  const validate = validators.length === 0 ? null : theRoles(validators, language, jointOf(plan.people.validateRollback));
  return [
    `## ${words.rollback}`,
    "",
    `### ${words.automatic(span(plan.rollback.automaticMs))}`,
    "",
    words.automaticSays,
    ...(commands.length === 0 ? [] : ["", words.images, "", ...markdownBlock("sh", commands)]),
    "",
    `### ${words.manual(span(plan.rollback.manualMs))}`,
    "",
    `1. ${words.identify(typed("problem"), "`serin release why RELEASE`")}`,
    `2. ${words.decide(theRoles(who, language, "or"), typed("rollback"))}`,
    `3. ${commands.length === 0 ? words.executeTraffic(typed("acknowledge")) : words.executeImages(typed("acknowledge"))}`,
    `4. ${words.validate(validate, typed("approve"))}`,
  ];
}

/** `kubectl set image` for a workload's own words; each is quoted where the shell would read more than a name. */
function setImage(options: Readonly<Record<string, unknown>>): string {
  const [deployment, container, namespace] = ["deployment", "container", "namespace"].map((word) => options[word]);
  const image = `${shellWord(container ?? "app")}=previous-stable-image`;
  return `kubectl set image deployment/${shellWord(deployment)} ${image}${namespace === undefined ? "" : ` --namespace ${shellWord(namespace)}`}`;
}

function shellWord(word: unknown): string {
  const text = String(word);
  return /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function people(plan: Plan, language: Language): readonly string[] {
  const words = runbookWords[language];
  const told = plan.notify.map(({ notifier, to }) => markdownText(`${notifier} ${to}`.trim()));
  return [
    `## ${words.people}`,
    "",
    `### ${words.team}`,
    "",
    ...team(plan, language),
    "",
    `### ${words.windows}`,
    "",
    ...windows(plan, language),
  ].concat(item(words.communication, told.length === 0 ? words.nobody : list(told, language), language));
}

const speaking = ["release-manager", "devops-lead", "qa-lead", "product-owner"] as const;

/** Everybody whom the plan asks or lets decide, with what they do. */
function team(plan: Plan, language: Language): readonly string[] {
  const words = runbookWords[language];
  const { start, advance, promote, rollback: mayRollBack, validateRollback } = plan.people;
  return speaking.flatMap((role) => {
    const asks = (needs: Needs | undefined): boolean => needs !== undefined && rolesOf(needs).includes(role);
    const entered = plan.phases.flatMap((phase, index) => (asks(advance[index]) ? [sayShare(phase.sharePct, language)] : []));
    const approved = [...(asks(start) ? [words.start] : []), ...entered, ...(asks(promote) ? [words.promotion] : [])];
    const does = [
      ...(approved.length === 0 ? [] : [words.approves(list(approved, language))]),
      ...(asks(mayRollBack) ? [words.mayRollBack] : []),
      ...(asks(validateRollback) ? [words.validatesRollback] : []),
    ];
    if (does.length === 0) return [];
    const name = sayRole(role, language);
    return [item(name.charAt(0).toUpperCase() + name.slice(1), [words.roles[role], ...does].join(words.semicolon), language)];
  });
}

function windows(plan: Plan, language: Language): readonly string[] {
  const words = runbookWords[language];
  const { prefer, avoid, avoidHolidays } = plan.windows;
  const because = plan.remarks.windowsBecause === null ? "" : ` (${markdownText(plan.remarks.windowsBecause)})`;
  const zone = words.zone(markdownText(plan.timeZone));
  const avoided = [...sayRanges(avoid, language), ...(avoidHolidays.length === 0 ? [] : [words.holidays(avoidHolidays.join(", "))])];
  const preferred = prefer.length === 0 ? words.anyTime : sayRanges(prefer, language).join(", ");
  return [
    item(words.prefer, `${preferred}${because}, ${zone}`, language),
    ...(avoided.length === 0 ? [] : [item(words.avoid, avoided.join(", "), language)]),
  ];
}

/** Ranges of one text are those of its days: "tue-thu 14:00-17:00" is said once. */
function sayRanges(ranges: readonly WeekRange[], language: Language): readonly string[] {
  return [...Map.groupBy(ranges, (range) => range.says).values()].map((days) => sayRange(days, language));
}

function sayRange(days: readonly WeekRange[], language: Language): string {
  const words = runbookWords[language];
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return "";
  const day = (range: WeekRange): string => dayName(Math.floor(range.fromMinute / 1440), language);
  const named = days.length === 1 ? day(first) : words.days(day(first), day(last));
  const length = (first.toMinute - first.fromMinute + 10_080) % 10_080;
  if (first.fromMinute % 1440 === 0 && length === 1440) return named;
  const clock = (minute: number): string => `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
  const end = first.toMinute % 1440;
  return words.whenOf(named, clock(first.fromMinute % 1440), end === 0 ? "24:00" : clock(end));
}

/** Monday is 0. */
function dayName(day: number, language: Language): string {
  return Temporal.PlainDate.from("2024-01-01").add({ days: day }).toLocaleString(language, { weekday: "long" });
}

function monitoring(plan: Plan, language: Language): readonly string[] {
  const words = runbookWords[language];
  const dashboards = plan.remarks.dashboards.map(({ name, shows, url }) => {
    const shown = url === null ? markdownText(name) : markdownLink(name, url);
    return shows === null ? `- **${shown}**` : item(shown, markdownText(shows), language);
  });
  const bySource = Map.groupBy(Object.values(plan.metrics), (metric) => metric.source);
  const read = [...bySource].map(([source, metrics]) => {
    const named = metrics.map((metric) => `${metricName(plan, metric.name)} (${markdownCode(metric.name)})`);
    return item(markdownText(source), named.join(", "), language);
  });
  return [
    `## ${words.monitoring}`,
    "",
    ...(dashboards.length === 0 ? [] : [`### ${words.dashboards}`, "", ...dashboards, ""]),
    `### ${words.read}`,
    "",
    ...read,
  ];
}

function total(plan: Plan, language: Language): string {
  const words = runbookWords[language];
  const shortestMs = plan.phases.reduce((sum, phase) => sum + phase.observeMs, 0);
  const longestMs = plan.phases.reduce((sum, phase) => sum + phase.extendMs, shortestMs);
  const parts = plan.remarks.estimatedMs.map((ms) => sayTotal(ms, language));
  const announced = parts.length === 0 ? "" : words.announced(parts.join(" + "));
  const said = words.totalSays(saySpan(shortestMs, language), longestMs > shortestMs ? saySpan(longestMs, language) : null);
  return field(words.total, `${said}${announced}`, language);
}

/** What is judged, in people's words: "Taux d'erreur < 0,5 %". */
function sayMetric(plan: Plan, name: string, condition: Condition, language: Language): string {
  const metric = plan.metrics[name];
  return `${metricName(plan, name)}${sayConditionOf({ better: metric?.better ?? "lower" }, condition, language)}`;
}

/** What the plan calls it; without that its name with spaces. */
function metricName(plan: Plan, name: string): string {
  const said = plan.remarks.means[name] ?? name.replaceAll("-", " ");
  return markdownText(said.charAt(0).toUpperCase() + said.slice(1));
}

/** Whole minutes up to two hours, as runbooks have them: "60 min". */
function sayMinutes(ms: number, language: Language): string {
  return ms % 60_000 === 0 && ms <= 120 * 60_000 ? `${ms / 60_000}\u00a0min` : saySpan(ms, language);
}

/** A sum is announced in the parts that people wrote: an hour alone is said in minutes. */
function sayTotal(ms: number, language: Language): string {
  return ms === 3_600_000 ? sayMinutes(ms, language) : saySpan(ms, language);
}

function weekday(plan: Plan, day: string, language: Language): string {
  return sayDay(plan, Temporal.PlainDate.from(day).toZonedDateTime(plan.timeZone).epochMilliseconds, language);
}

function sayNeeds(needs: Needs, language: Language): string {
  return theRoles(rolesOf(needs), language, jointOf(needs));
}

function jointOf(needs: Needs): "and" | "or" {
  return "any" in needs ? "or" : "and";
}

function field(name: string, value: string, language: Language): string {
  return `**${name}${runbookWords[language].colon}** ${value}`;
}

function item(name: string, value: string, language: Language): string {
  return `- ${field(name, value, language)}`;
}
