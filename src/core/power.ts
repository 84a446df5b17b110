import { worstPassing } from "../evidence/missed.ts";
import { meanAfter, probabilityAfter, prospectOf, sureAfter } from "../evidence/prospect.ts";
import type { Prospect, Stretch } from "../evidence/prospect.ts";
import type { Check } from "./checks.ts";
import { checksOf } from "./checks.ts";
import { parseDuration } from "./duration.ts";
import type { Metric, Phase, Plan } from "./plan.ts";
import { isOfStable, usualTruth } from "./truths.ts";
import type { Truth } from "./truths.ts";

/** How much comes on both versions together; `null`: nobody said. */
export interface ExpectedTraffic {
  readonly loginsPerMinute: number | null;
  readonly rps: number | null;
}

export interface PowerAsk {
  readonly traffic: ExpectedTraffic;
  /** By metric, or by quantity ("latency>2000ms"), where somebody says what it truly is. */
  readonly truths: Readonly<Record<string, Truth>>;
  sourceOf(metric: Metric): SourceAhead;
}

/** What is known of the source of a metric. */
export interface SourceAhead {
  /** True where it counts requests in parts that different people make up. */
  readonly isSliced: boolean;
  /** Between two runs of a score, ms; 0: every scrape has one. */
  readonly runsEveryMs: number;
}

/** What a check's decision depends on: people who log in, requests, or readings, which come by themselves. */
export type Depends = "people" | "requests" | "readings";

/** What one gate or guard will come to in one phase. */
export interface CheckPower {
  readonly check: Check;
  readonly kind: "gate" | "guard";
  readonly depends: Depends;
  readonly truth: Truth & { readonly isAssumed: boolean };
  /** The verdict that this truth leads to; `null`: none, as it lies between the lines, or nothing is left to compare with. */
  readonly proves: "pass" | "fail" | null;
  /** What can be said at this traffic; `null`: it depends on traffic that nobody gave. */
  readonly outlook: Outlook | null;
  /** What would decide it in the phase's own time in four releases of five; `null`: what there is does. */
  readonly needs: Needed | null;
  /** False where nobody is left on stable to compare with, though it compares. */
  readonly isComparable: boolean;
  /** People count so long after they came, ms; 0: at once. */
  readonly maturesMs: number;
  /**
   * The worst true ratio to stable that one release in twenty passes at the end of the phase's time, by the luck of its estimate; `null`: no luck helps, as
   * what passes is proven, or the traffic is not known.
   */
  readonly misses: number | null;
}

/** Times are counted from the beginning of the phase, ms; `null`: it will not be decided. */
export interface Outlook {
  readonly meanMs: number | null;
  /** In four releases of five. */
  readonly sureMs: number | null;
  /** How long the phase would have to be for it to be decided at its end in four releases of five: once decided it may be open again. */
  readonly enoughMs: number | null;
  /** Probabilities, 0-1, that it is decided when the phase's time is over, and with its extension. */
  readonly within: number;
  readonly withinExtended: number;
}

/** People a minute or requests a second on both versions together; `null`: no traffic decides it in that time, or it does not depend on any. */
export interface Needed {
  readonly loginsPerMinute: number | null;
  readonly rps: number | null;
}

export interface PhasePower {
  readonly phase: Phase;
  readonly index: number;
  /** What comes to the new version, where it is known. */
  readonly canary: ExpectedTraffic;
  /** Gates of this phase first, then the guards. */
  readonly checks: readonly CheckPower[];
}

/** Decided in four releases of five is what is planned for. */
export const sureEnough = 0.8;
const mostTraffic: Readonly<Record<"people" | "requests", number>> = { people: 1e7, requests: 1e7 };

/** When each gate will be decided, and each guard be breached by harm that begins with the phase: closed forms, nothing is simulated. */
export function powerOf(plan: Plan, ask: PowerAsk): readonly PhasePower[] {
  return plan.phases.map((phase, index) => {
    const checks = checksOf(plan).filter((check) => check.phase === index || check.phase === null);
    return {
      phase,
      index,
      canary: canaryTraffic(plan, ask.traffic, index),
      checks: checks.map((check) => powerIn(plan, ask, { check, index })),
    };
  });
}

/** What comes to the new version in the phase of that index. */
export function canaryTraffic(plan: Plan, { loginsPerMinute, rps }: ExpectedTraffic, index: number): ExpectedTraffic {
  const share = shareOf(plan, index);
  return { loginsPerMinute: times(loginsPerMinute, share), rps: times(rps, share) };
}

/** One gate or guard in the phase of that index, also a gate of another phase. */
export function powerIn(plan: Plan, ask: PowerAsk, at: { readonly check: Check; readonly index: number }): CheckPower {
  const { check, index } = at;
  const kind = check.phase === null ? "guard" : "gate";
  const given = ask.truths[check.quantity] ?? ask.truths[check.metric];
  const truth = given ?? usualTruth(plan, check, kind === "gate" ? "well" : "harm");
  const depends = dependsOf(plan, check);
  const traffic = depends === "readings" ? 1 : depends === "people" ? ask.traffic.loginsPerMinute : ask.traffic.rps;
  const isComparable = !isOfStable(check.spec) || shareOf(plan, index) < 1;
  const seen = (amount: number, until: Asked["until"]): Seen => seenAt({ plan, ask, check, index, truth, depends, amount, until });
  const now = isComparable && traffic !== null ? seen(traffic, "for ever") : null;
  const proves = isComparable ? (now ?? seen(1, "the phase ends")).prospect.proves : null;
  const outlook = traffic === null ? null : now === null || proves === null ? undecided : outlookOf(now, plan);
  const isEnough = outlook !== null && outlook.within >= sureEnough;
  return {
    check,
    kind,
    depends,
    truth: { ...truth, isAssumed: given === undefined },
    proves,
    outlook,
    needs: isEnough
      ? null
      : proves === null || depends === "readings"
        ? nothingHelps
        : neededFor(depends, traffic, (amount) => seen(amount, "the phase ends")),
    isComparable,
    maturesMs: maturesOf(plan, check),
    misses: kind === "gate" && isComparable && traffic !== null ? missedBy(plan, { check, index, truth, depends, amount: traffic }) : null,
  };
}

/** True when luck may let pass more than twice what the gate allows: its pass says less than its words. */
export function missesMuch({ check: { spec }, misses }: Pick<CheckPower, "check" | "misses">): boolean {
  if (misses === null || spec.kind !== "against-stable" || spec.pass === null) return false;
  return Math.abs(1 - misses) > 2 * Math.abs(1 - spec.pass.at) + 1e-3;
}

/** One release in twenty. */
const seldom = 0.05;

type Missing = Pick<Asked, "check" | "index" | "truth" | "depends" | "amount">;

function missedBy(plan: Plan, { check, index, truth, depends, amount }: Missing): number | null {
  const { spec } = check;
  if (spec.kind !== "against-stable") return null;
  const perMs = depends === "people" ? 1 / 60_000 : 1 / 1000;
  let [canaryUnits, stableUnits, unripeMs] = [0, 0, maturesOf(plan, check)];
  // What has not matured when the phase is over came last.
  for (let at = index; at >= 0; at -= 1) {
    const observeMs = plan.phases[at]?.observeMs ?? 0;
    const units = amount * perMs * Math.max(0, observeMs - unripeMs);
    canaryUnits += units * shareOf(plan, at);
    stableUnits += units * (1 - shareOf(plan, at));
    unripeMs = Math.max(0, unripeMs - observeMs);
  }
  return worstPassing(spec, { canaryUnits, stableUnits, stableRate: truth.stable }, seldom);
}

const undecided: Outlook = { meanMs: null, sureMs: null, enoughMs: null, within: 0, withinExtended: 0 };
const nothingHelps: Needed = { loginsPerMinute: null, rps: null };

/** A prospect, and where the phase lies in it, in scrapes since the onset. */
interface Seen {
  readonly prospect: Prospect;
  readonly begins: number;
  readonly ends: number;
  readonly endsExtended: number;
}

interface Asked {
  readonly plan: Plan;
  readonly ask: PowerAsk;
  readonly check: Check;
  readonly index: number;
  readonly truth: Truth;
  readonly depends: Depends;
  readonly amount: number;
  readonly until: "for ever" | "the phase ends";
}

/** A gate has everything that was seen since the release began; a guard's harm begins with the phase, and is met by people from then on. */
function seenAt(ask: Asked): Seen {
  const { plan, check, index, truth } = ask;
  const scrapes = (ms: number): number => Math.round(ms / plan.scrapeMs);
  const delay = scrapes(maturesOf(plan, check));
  const before = plan.phases.slice(0, index).reduce((sum, phase) => sum + scrapes(phase.observeMs), 0);
  const { observeMs = 0, extendMs = 0 } = plan.phases[index] ?? {};
  const isGate = check.phase !== null;
  const well = isGate ? truth : usualTruth(plan, check, "well");
  const stretches = plan.phases
    .slice(0, index + 1)
    .map((phase, at) => stretchOf(ask, at, { scrapes: scrapes(phase.observeMs), of: at === index ? truth : well }));
  const silent: readonly Stretch[] = delay === 0 ? [] : [{ ...stretchOf({ ...ask, amount: 0 }, 0, { scrapes: delay, of: well }) }];
  const begins = isGate ? before : -delay;
  const ends = begins + scrapes(observeMs);
  const endsExtended = ends + scrapes(extendMs);
  const onset = isGate ? 0 : delay + before;
  const parts = ask.depends === "requests" && ask.ask.sourceOf(metricOf(plan, check)).isSliced ? slices : 1;
  const horizon = ask.until === "for ever" ? Number.POSITIVE_INFINITY : Math.max(1, ends);
  const prospect = prospectOf(check.spec, { stretches: [...silent, ...stretches], parts, onset, horizon });
  return { prospect, begins, ends, endsExtended };
}

/** Hash slices of an arm, as many as a source has that counts them. */
const slices = 10;

function stretchOf(asked: Asked, index: number, stretch: { readonly scrapes: number; readonly of: Truth }): Stretch {
  const { plan, depends, amount } = asked;
  const share = shareOf(plan, index);
  const perScrape = { people: plan.scrapeMs / 60_000, requests: plan.scrapeMs / 1000, readings: plan.scrapeMs / readingMs(asked) };
  const units = amount * perScrape[depends];
  const [canary, stable] = depends === "readings" ? [units, 0] : [units * share, units * (1 - share)];
  return {
    scrapes: stretch.scrapes,
    canary: { units: canary, rate: stretch.of.canary },
    stable: { units: stable, rate: stretch.of.stable },
  };
}

function outlookOf({ prospect, begins, ends, endsExtended }: Seen, plan: Plan): Outlook {
  const ms = (scrapes: number): number | null => (Number.isFinite(scrapes) ? Math.round(scrapes * plan.scrapeMs) : null);
  const from = Math.max(0, begins);
  // Before the onset counts, nothing comes: a guard's people have to mature first.
  const wait = Math.max(0, -begins);
  const mean = meanAfter(prospect, from);
  const within = probabilityAfter(prospect, ends, "stands");
  return {
    meanMs: ms(mean + (mean > 0 ? wait : 0)),
    sureMs: ms(Math.ceil(sureAfter(prospect, from, sureEnough)) + wait),
    enoughMs: ms(Math.ceil(sureAfter(prospect, from, sureEnough, "stands")) + wait),
    within,
    withinExtended: endsExtended > ends ? Math.max(within, probabilityAfter(prospect, endsExtended, "reached")) : within,
  };
}

/** The least traffic at which the verdict stands at the end of the phase in four releases of five, to 2 %. */
function neededFor(depends: "people" | "requests", traffic: number | null, seen: (amount: number) => Seen): Needed {
  const isEnough = (amount: number): boolean => {
    const { prospect, ends } = seen(amount);
    return probabilityAfter(prospect, ends, "stands") >= sureEnough;
  };
  let [low, high] = [1e-3, traffic ?? 10];
  while (!isEnough(high)) {
    if (high > mostTraffic[depends]) return nothingHelps;
    [low, high] = [high, high * 8];
  }
  while (high / low > 1.02) {
    const middle = Math.sqrt(low * high);
    [low, high] = isEnough(middle) ? [low, middle] : [middle, high];
  }
  return depends === "people" ? { loginsPerMinute: high, rps: null } : { loginsPerMinute: null, rps: high };
}

function dependsOf(plan: Plan, { spec, metric }: Check): Depends {
  const { kind, unit } = plan.metrics[metric] ?? { kind: "ratio", unit: "request" };
  const isCounted = spec.kind === "rate" || spec.kind === "against-stable" || spec.kind === "none";
  const isRatio = spec.kind === "threshold" && (kind === "ratio" || kind === "latency");
  if (!isCounted && !isRatio) return "readings";
  return unit === "person" ? "people" : "requests";
}

function maturesOf(plan: Plan, check: Check): number {
  const words = plan.metrics[check.metric]?.query ?? {};
  const goal = plan.traffic.goals.find(({ name }) => name === words["goal"]);
  return goal?.withinMs ?? parseDuration(String(words["matures"] ?? "0")) ?? 0;
}

function readingMs({ plan, check, ask }: Asked): number {
  return check.spec.kind === "score" ? Math.max(plan.scrapeMs, ask.sourceOf(metricOf(plan, check)).runsEveryMs) : plan.scrapeMs;
}

/** The part of the audience on the canary, 0-1; some are kept back in the last phase. */
function shareOf(plan: Plan, index: number): number {
  return Math.min(plan.phases[index]?.sharePct ?? 0, 100 - plan.holdbackPct) / 100;
}

function metricOf(plan: Plan, check: Check): Metric {
  const metric = plan.metrics[check.metric];
  if (metric === undefined) throw new Error(`the plan has no metric ${check.metric}: it was not checked before it came here`);
  return metric;
}

function times(amount: number | null, share: number): number | null {
  return amount === null ? null : amount * share;
}
