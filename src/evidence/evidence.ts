import type { Increment, TestFamily, TestSpec, TestState } from "./test-spec.ts";
import type { Verdict } from "./verdict.ts";

const families: { readonly [Kind in TestSpec["kind"]]?: TestFamily<Extract<TestSpec, { readonly kind: Kind }>> } = {};

function familyOf(spec: TestSpec): TestFamily<TestSpec> {
  const family = families[spec.kind];
  if (family === undefined) throw new TypeError(`no test of the kind ${spec.kind}`);
  return family as TestFamily<TestSpec>;
}

/** The state of a test that has seen nothing. */
export function begin(spec: TestSpec): TestState {
  return familyOf(spec).begin(spec);
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
