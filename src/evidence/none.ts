import { countsOf, noCounts, sumOf } from "./counts.ts";
import type { Counts } from "./counts.ts";
import { emptyProcess, logE, stakesForHarm, step } from "./e-process.ts";
import type { Process } from "./e-process.ts";
import { forecast } from "./forecast.ts";
import { natsOf, nothingCounted } from "./lines.ts";
import { ratioBets, ratioIncrements } from "./ratio-bets.ts";
import type { RatioBets } from "./ratio-bets.ts";
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
}

/**
 * No event at all (evidence.md 2e): an event that stable has never had fails at once; one that stable has too fails when the canary is proven to
 * have more than its share. Passing needs exposure without an event.
 */
export const none: TestFamily<NoneSpec> = {
  begin: (): NoneState => ({ kind: "none", canary: noCounts, stable: noCounts, scrapes: 0, isAlone: false, more: emptyProcess }),
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
  };
}

function judgeNone(spec: NoneSpec, before: TestState): Verdict {
  const state = before as NoneState;
  const { bad: events, total: exposures } = state.canary;
  if (exposures === 0 && events === 0) return nothingCounted("exact");
  const passNats = natsOf(spec.beta);
  // P(no event) <= exp(-rate · exposures) for every rate that passing must disprove.
  const logEPass = events === 0 ? spec.rate * exposures : 0;
  const shown = {
    estimate: exposures === 0 ? null : events / exposures,
    interval:
      exposures === 0 || events > 0
        ? null
        : { low: 0, high: Math.min(1, Math.max(passNats / exposures, logEPass < passNats ? spec.rate : 0)) },
  };
  const verdict: Verdict = { ...nothingCounted("exact"), kind: "undecided", logEPass, ...shown, because: { kind: "too-little-evidence" } };
  if (state.isAlone) return { ...verdict, kind: "fail", assumes: "rule", because: { kind: "event-seen", events } };
  if (events > 0) {
    const compared = {
      ...verdict,
      logEFail: logE(state.more, betsOf(spec)),
      p: Math.exp(-Math.max(0, state.more.peakLogE)),
    };
    return state.more.peakLogE >= natsOf(spec.alpha)
      ? { ...compared, kind: "fail", logEFail: state.more.peakLogE, because: { kind: "event-seen", events } }
      : { ...compared, shared: true, because: { kind: "shared-incident" } };
  }
  return logEPass >= passNats ? { ...verdict, kind: "pass", because: { kind: "no-event-in", exposures } } : verdict;
}

/** Scrapes until the exposure is enough, if there is no event; `null` once there was one that stable knows. */
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
