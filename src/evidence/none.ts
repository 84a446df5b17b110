import { countsOf, noCounts, sumOf } from "./counts.ts";
import type { Counts } from "./counts.ts";
import { emptyProcess, logE, ruined, stakesForHarm, step } from "./e-process.ts";
import type { Process } from "./e-process.ts";
import { forecast } from "./forecast.ts";
import { natsOf, nothingCounted } from "./lines.ts";
import { ratioBets, ratioIncrements } from "./ratio-bets.ts";
import type { RatioBets } from "./ratio-bets.ts";
import { logAddExp } from "./special.ts";
import type { Increment, TestFamily, TestSpec, TestState } from "./test-spec.ts";
import type { Verdict } from "./verdict.ts";

type NoneSpec = Extract<TestSpec, { readonly kind: "none" }>;

interface NoneState extends TestState {
  readonly kind: "none";
  readonly canary: Counts;
  readonly stable: Counts;
  readonly scrapes: number;
  /** True once the canary had an event while stable had had none. */
  readonly isAlone: boolean;
  /** That the canary has more of them than its share, for events that stable knows too. */
  readonly more: Process;
  /** The last scrape in which the canary had an event that stable knows too, counted from 0; `null`: none. */
  readonly lastShared: number | null;
}

/** An event that both arms know is still going on for so many scrapes after the last one. */
const sharedScrapes = 4;
/** The stake on "there are a few, far fewer than the rate", for events that stable knows too; the rest is on "there is none". */
const stakeOnFew = 0.05;
/** How few, as a part of the rate. */
const few = 0.25;

/**
 * No event at all (evidence.md 2e): an event that stable has never had fails at once; one that stable has too fails when the canary is proven to
 * have more than its share, and is shared while it goes on. Passing needs exposure without an event; after one that stable has too it needs so
 * much more that the rate is disproved all the same.
 */
export const none: TestFamily<NoneSpec> = {
  begin: (): NoneState => ({
    kind: "none",
    canary: noCounts,
    stable: noCounts,
    scrapes: 0,
    isAlone: false,
    more: emptyProcess,
    lastShared: null,
  }),
  add: addNone,
  judge: judgeNone,
  forecastScrapes: forecastNone,
};

function addNone(spec: NoneSpec, before: TestState, increment: Increment): NoneState {
  const state = before as NoneState;
  const scrape = countsOf(increment);
  const stable = sumOf(state.stable, scrape.stable ?? noCounts);
  const canary = sumOf(state.canary, scrape.canary);
  const isComparable = scrape.stable !== null && scrape.stable.total > 0 && scrape.canary.total > 0;
  const bets = betsOf(spec);
  const more = isComparable
    ? step(
        state.more,
        ratioIncrements(bets, { canary: scrape.canary, stable: scrape.stable ?? noCounts, stableRate: null, dispersion: 1, causes: 1 }),
        bets,
      )
    : state.more;
  return {
    kind: "none",
    canary,
    stable,
    scrapes: state.scrapes + 1,
    more,
    isAlone: state.isAlone || (scrape.canary.bad > 0 && stable.bad === 0),
    lastShared: scrape.canary.bad > 0 && stable.bad > 0 ? state.scrapes : state.lastShared,
  };
}

function judgeNone(spec: NoneSpec, before: TestState): Verdict {
  const state = before as NoneState;
  const { bad: events, total: exposures } = state.canary;
  if (exposures === 0 && events === 0) return nothingCounted("exact");
  const passNats = natsOf(spec.beta);
  const logEPass = logERare(spec.rate, state.canary);
  const shown = {
    estimate: exposures === 0 ? null : events / exposures,
    interval:
      exposures === 0 || events > 0
        ? null
        : { low: 0, high: Math.min(1, Math.max((passNats - Math.log1p(-stakeOnFew)) / exposures, logEPass < passNats ? spec.rate : 0)) },
  };
  const verdict: Verdict = { ...nothingCounted("exact"), kind: "undecided", logEPass, ...shown, because: { kind: "too-little-evidence" } };
  if (state.isAlone) return { ...verdict, kind: "fail", assumes: "rule", because: { kind: "event-seen", events } };
  if (events > 0) {
    const compared = {
      ...verdict,
      logEFail: logE(state.more, betsOf(spec)),
      p: Math.exp(-Math.max(0, state.more.peakLogE)),
    };
    if (state.more.peakLogE >= natsOf(spec.alpha))
      return { ...compared, kind: "fail", logEFail: state.more.peakLogE, because: { kind: "event-seen", events } };
    if (state.scrapes - (state.lastShared ?? 0) <= sharedScrapes)
      return { ...compared, shared: true, because: { kind: "shared-incident" } };
    return logEPass >= passNats ? { ...compared, kind: "pass", because: { kind: "as-rare-as-stable", events, exposures } } : compared;
  }
  return logEPass >= passNats ? { ...verdict, kind: "pass", because: { kind: "no-event-in", exposures } } : verdict;
}

/**
 * Log e-value against "an event happens at `rate` an exposure, or more often": wealth staked on no event at all and on few of them.
 * E[(few)^x · exp((1 - few) · rate · n)] <= 1 for x events in n exposures at such a rate, as 1 - u <= exp(-u).
 */
function logERare(rate: number, { bad: events, total: exposures }: Counts): number {
  const onNone = events === 0 ? Math.log1p(-stakeOnFew) + rate * exposures : ruined;
  const onFew = Math.log(stakeOnFew) + events * Math.log(few) + (1 - few) * rate * exposures;
  return logAddExp(onNone, onFew);
}

/** Exposures without an event after which it passes; the stake on a few of them brings it a little earlier, which is left out. */
export function exposuresToPass({ rate, beta }: Pick<NoneSpec, "rate" | "beta">): number {
  return (natsOf(beta) - Math.log1p(-stakeOnFew)) / rate;
}

/** Scrapes until the exposure is enough, if there is no further event; `null` while one goes on that stable knows. */
function forecastNone(spec: NoneSpec, before: TestState): number | null {
  const state = before as NoneState;
  const verdict = judgeNone(spec, state);
  if (verdict.kind === "pass" || verdict.kind === "fail") return 0;
  if (verdict.shared || state.canary.total === 0) return null;
  return forecast({ needNats: natsOf(spec.beta), haveNats: verdict.logEPass, perScrape: verdict.logEPass / state.scrapes });
}

/** Kept per spec object only because making bets takes longer than using them. */
const betsBySpec = new WeakMap<NoneSpec, RatioBets>();

function betsOf(spec: NoneSpec): RatioBets {
  const known = betsBySpec.get(spec);
  if (known !== undefined) return known;
  const made = ratioBets({ side: "above", at: 1, reach: "far", stakes: stakesForHarm(spec.plannedScrapes) });
  betsBySpec.set(spec, made);
  return made;
}
