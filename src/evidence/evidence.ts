import { againstStable } from "./against-stable.ts";
import { level } from "./level.ts";
import { none } from "./none.ts";
import { probe } from "./probe.ts";
import { rate } from "./rate.ts";
import { score } from "./score.ts";
import { threshold } from "./threshold.ts";
import type { Increment, TestFamily, TestSpec, TestState } from "./test-spec.ts";
import type { Verdict } from "./verdict.ts";

const families: { readonly [Kind in TestSpec["kind"]]: TestFamily<Extract<TestSpec, { readonly kind: Kind }>> } = {
  rate,
  "against-stable": againstStable,
  none,
  level,
  score,
  probe,
  threshold,
};

/** The family whose specs are of this spec's kind, as the table above says. */
function familyOf(spec: TestSpec): TestFamily<TestSpec> {
  return families[spec.kind];
}

/** The state of a test that has seen nothing. */
export function begin(spec: TestSpec): TestState {
  return familyOf(spec).begin(spec);
}

/** The state of a test that begins again after `state`: it has proven nothing, and knows what was measured of how counts hang together. */
export function renew(spec: TestSpec, state: TestState): TestState {
  const family = familyOf(spec);
  return family.renew?.(spec, state) ?? family.begin(spec);
}

/** The state when another share has come into force, before its first scrape; nothing is proven by it. */
export function atNewShare(spec: TestSpec, state: TestState): TestState {
  return familyOf(spec).atNewShare?.(state) ?? state;
}

/** The state after one more scrape; `state` itself is not changed. Throws when the increment is of another kind than the test. */
export function add(spec: TestSpec, state: TestState, increment: Increment): TestState {
  return familyOf(spec).add(spec, state, increment);
}

/** What the evidence says now. Looking changes nothing: it may be asked at every scrape, or once. */
export function judge(spec: TestSpec, state: TestState): Verdict {
  return familyOf(spec).judge(spec, state);
}

/** Scrapes still needed for a decision when the data go on as they were; 0 when it is decided, `null` when they will not decide it. */
export function forecastScrapes(spec: TestSpec, state: TestState): number | null {
  return familyOf(spec).forecastScrapes(spec, state);
}
