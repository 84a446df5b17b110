import { add, atNewShare, begin, forecastScrapes, judge, renew } from "../evidence/evidence.ts";
import { addDraws, beginDraws, isMismatched } from "../evidence/sample-ratio.ts";
import type { DrawState } from "../evidence/sample-ratio.ts";
import type { TestState } from "../evidence/test-spec.ts";
import type { Finding, Verdict } from "../evidence/verdict.ts";
import { checksOf, compares, isOfPresentShare, quantitiesOf } from "./checks.ts";
import type { Check } from "./checks.ts";
import type { Decision } from "./decision.ts";
import type { Observation, SeenTraffic } from "./observation.ts";
import type { Plan } from "./plan.ts";
import type { Release } from "./release.ts";
import { isExposed } from "./status.ts";
import type { Status } from "./status.ts";

/** All evidence of one release: a fold over its rows and decisions, never stored, rebuilt by replay. */
export interface EvidenceBook {
  readonly checks: readonly Check[];
  readonly quantities: readonly string[];
  readonly states: Readonly<Record<string, TestState>>;
  /** The second test of a check whose countdown runs: begun at the breach, it may prove that the breach is over. */
  readonly fresh: { readonly check: string; readonly sinceMs: number; readonly state: TestState } | null;
  readonly draws: DrawState;
  /** What the router had counted when it first showed the present share: what came since is the share in force. `null`: nothing was seen. */
  readonly sinceShare: CountsAtShare | null;
  /** By phase: time that counted as observed, ms. */
  readonly observedMs: readonly number[];
  /** By quantity: epoch ms of the last reading that was evidence, and of the last answer of any kind. */
  readonly readMs: Readonly<Record<string, number>>;
  readonly answeredMs: Readonly<Record<string, number>>;
  /** By quantity, why the last reading was none. */
  readonly trouble: Readonly<Record<string, string>>;
  /** By quantity, the last that its source named behind its counts. */
  readonly findings: Readonly<Record<string, readonly Finding[]>>;
}

/** Cumulative counts of the router at one moment; `null` where it does not count. */
export interface CountsAtShare {
  readonly sharePct: number;
  readonly drawn: SeenTraffic["drawn"];
  readonly forwarded: SeenTraffic["forwarded"];
}

/** Where a check stands: its verdict, how much longer a decision takes, and whether its readings are too old to be believed. */
export interface Standing {
  readonly check: Check;
  readonly verdict: Verdict;
  /** At the present traffic; `null` when it is decided, or will not be. */
  readonly moreMs: number | null;
}

/** Readings older than this many scrapes are no data, but not before a source had the time that it is given to answer. */
const staleScrapes = 4;
const leastStaleMs = 6_000;

export function emptyBook(plan: Plan): EvidenceBook {
  const checks = checksOf(plan);
  return {
    checks,
    quantities: quantitiesOf(plan).map((quantity) => quantity.quantity),
    states: Object.fromEntries(checks.map((check) => [check.id, begin(check.spec)])),
    fresh: null,
    draws: beginDraws(),
    sinceShare: null,
    observedMs: plan.phases.map(() => 0),
    readMs: {},
    answeredMs: {},
    trouble: {},
    findings: {},
  };
}

/** What evidence takes of an observation. */
export type EvidenceSeen = Pick<Observation, "nowMs" | "readings" | "draws" | "observedMs" | "traffic">;

/** The book after one more row was seen by `release` (as it was before the row's decision). */
export function bookAfterRow(book: EvidenceBook, release: Release, seen: EvidenceSeen): EvidenceBook {
  const states: Record<string, TestState> = { ...book.states };
  let fresh = book.fresh;
  const readMs = { ...book.readMs };
  const answeredMs = { ...book.answeredMs };
  const trouble = { ...book.trouble };
  const findings = { ...book.findings };
  for (const [quantity, reading] of Object.entries(seen.readings)) {
    if (reading.kind === "unavailable") {
      trouble[quantity] = reading.why;
      continue;
    }
    answeredMs[quantity] = seen.nowMs;
    delete trouble[quantity];
    if (reading.kind === "no-data") continue;
    readMs[quantity] = seen.nowMs;
    // Before anybody is exposed the counters only find their beginning.
    if (!isCounting(release.status)) continue;
    if (reading.increment.kind === "counts" && reading.increment.findings) findings[quantity] = reading.increment.findings;
    for (const check of book.checks) {
      if (check.quantity !== quantity) continue;
      const state = states[check.id];
      if (state) states[check.id] = afterReading(check, release, add(check.spec, state, reading.increment));
      if (fresh?.check === check.id) fresh = { ...fresh, state: freshAfter(check, add(check.spec, fresh.state, reading.increment)) };
    }
  }
  const phase = release.status.kind === "observing" ? release.status.phase : null;
  return {
    ...book,
    states,
    fresh,
    readMs,
    answeredMs,
    trouble,
    findings,
    draws: seen.draws ? addDraws(book.draws, seen.draws) : book.draws,
    sinceShare: sinceShare(book.sinceShare, release, seen),
    observedMs: phase === null ? book.observedMs : book.observedMs.map((ms, index) => (index === phase ? ms + seen.observedMs : ms)),
  };
}

function sinceShare(before: CountsAtShare | null, release: Release, { traffic }: EvidenceSeen): CountsAtShare | null {
  if (traffic.kind !== "seen" || traffic.value.release !== release.id || before?.sharePct === traffic.value.sharePct) return before;
  const { sharePct, drawn, forwarded } = traffic.value;
  return { sharePct, drawn, forwarded };
}

/** What a person has looked at and went on with is not proven again and again: its test waits for the end of it. */
function afterReading(check: Check, release: Release, state: TestState): TestState {
  return release.dismissed.includes(check.id) ? freshAfter(check, state) : state;
}

/** A second test that finds the breach still going on begins again: it asks whether the breach is over, not whether it ever was. */
function freshAfter(check: Check, state: TestState): TestState {
  return judged(check, state).verdict.kind === "fail" ? renew(check.spec, state) : state;
}

/** True while readings are evidence, because people are on the canary: until a rollback is read back it can get worse, and the reaction stricter. */
export function isCounting(status: Status): boolean {
  return isExposed(status) || (status.kind === "rolling-back" && status.from === "canary" && status.step === "traffic");
}

/**
 * The book after a decision: a new countdown begins its second test, and a cancelled one takes it over. What a person has looked at and went on
 * with starts afresh, together with the gates of the same quantity: they have to be passed on what comes from now on. So do the levels when a
 * share comes into force: what a resource needed for fewer people says nothing of more, and that it needs more is no slope.
 */
export function bookAfterDecision(book: EvidenceBook, decision: Decision): EvidenceBook {
  const states: Record<string, TestState> = { ...book.states };
  let fresh = book.fresh;
  for (const fact of decision.facts) {
    if (fact.kind === "cancelled" && fresh?.check === fact.check) states[fact.check] = fresh.state;
    if (fact.kind === "share-seen") for (const check of book.checks) states[check.id] = afterShare(check, states[check.id]);
    if (fact.kind === "dismissed") for (const check of toldBy(book, fact.check)) states[check.id] = afresh(book, check);
  }
  const { status } = decision;
  const breach = status.kind === "holding" && status.why.kind === "countdown" ? status.why.breach : null;
  if (!breach) fresh = null;
  else if (fresh?.check !== breach.check || fresh.sinceMs !== breach.atMs) {
    const check = book.checks.find((candidate) => candidate.id === breach.check);
    fresh = check ? { check: check.id, sinceMs: breach.atMs, state: afresh(book, check) } : null;
  }
  return { ...book, states, fresh };
}

function afterShare(check: Check, state: TestState | undefined): TestState {
  return state === undefined || isOfPresentShare(check) ? begin(check.spec) : atNewShare(check.spec, state);
}

/** The check's test, begun again: what has been proven counts no more, what was measured of how requests hang together does. */
function afresh({ states }: EvidenceBook, { id, spec }: Check): TestState {
  const before = states[id];
  return before === undefined ? begin(spec) : renew(spec, before);
}

/** The check itself, and every gate that judges the same quantity. */
function toldBy({ checks }: EvidenceBook, id: string): readonly Check[] {
  const quantity = checks.find((check) => check.id === id)?.quantity;
  return checks.filter((check) => check.id === id || (check.phase !== null && check.quantity === quantity));
}

/** Where every check stands at `nowMs`. Old readings are `no-data`; a sample-ratio mismatch makes comparisons `invalid`. */
export function standingsOf(release: Release, book: EvidenceBook, nowMs: number): readonly Standing[] {
  const isVoid = isMismatched(book.draws);
  return book.checks.map((check) => standingOf(check, { release, book, nowMs, isVoid }));
}

/** The standing of a countdown's second test; `null` while none runs. */
export function freshVerdict(book: EvidenceBook): Verdict | null {
  const check = book.checks.find((candidate) => candidate.id === book.fresh?.check);
  return check && book.fresh ? judge(check.spec, book.fresh.state) : null;
}

/** Armed checks that nobody could read for too long; these make a release hold. */
export function unreadable(release: Release, book: EvidenceBook, nowMs: number): readonly string[] {
  return armed(release, book)
    .filter((check) => isStale(check, { release, book, nowMs }))
    .map((check) => check.id);
}

/** Guards that have never had a reading: nobody can say that what they watch is well. */
export function neverRead(book: EvidenceBook): readonly string[] {
  return book.checks.filter((check) => check.phase === null && book.readMs[check.quantity] === undefined).map((check) => check.id);
}

/** True while the last reading of every armed check was an answer, and none is too old: only such time is observed. */
export function isReadable(release: Release, book: EvidenceBook, nowMs: number): boolean {
  return armed(release, book).every((check) => book.trouble[check.quantity] === undefined && !isStale(check, { release, book, nowMs }));
}

function armed(release: Release, book: EvidenceBook): readonly Check[] {
  const phase = "phase" in release.status ? release.status.phase : release.plan.phases.length - 1;
  return book.checks.filter((check) => check.phase === null || check.phase === phase);
}

interface At {
  readonly release: Release;
  readonly book: EvidenceBook;
  readonly nowMs: number;
}

function standingOf(check: Check, at: At & { readonly isVoid: boolean }): Standing {
  const state = at.book.states[check.id];
  if (!state) throw new Error(`no evidence was begun for ${check.id}`);
  const { verdict: unnamed, scrapes } = judged(check, state);
  const verdict = withFindings(unnamed, at.book.findings[check.quantity] ?? []);
  if (at.isVoid && compares(check)) {
    return { check, verdict: { ...verdict, kind: "invalid", because: { kind: "sample-ratio-mismatch" } }, moreMs: null };
  }
  // A proof of harm does not lapse because a source went away afterwards.
  if (verdict.kind !== "fail" && isStale(check, at)) {
    return { check, verdict: { ...verdict, kind: "no-data", because: { kind: "nothing-counted" } }, moreMs: null };
  }
  return { check, verdict, moreMs: scrapes === null ? null : Math.ceil(scrapes * at.release.plan.scrapeMs) };
}

/** A count that fails says what its source names behind it. */
function withFindings(verdict: Verdict, findings: readonly Finding[]): Verdict {
  const { because } = verdict;
  if (findings.length === 0 || (because.kind !== "proven-bad" && because.kind !== "event-seen")) return verdict;
  return { ...verdict, because: { ...because, findings } };
}

interface Judged {
  readonly verdict: Verdict;
  readonly scrapes: number | null;
}

/** States are never changed, so each is judged once however many ticks look at it. A state belongs to one check only. */
const memo = new WeakMap<TestState, Judged>();

function judged(check: Check, state: TestState): Judged {
  const known = memo.get(state);
  if (known) return known;
  const verdict = judge(check.spec, state);
  const found = { verdict, scrapes: verdict.kind === "undecided" ? forecastScrapes(check.spec, state) : null };
  memo.set(state, found);
  return found;
}

function isStale(check: Check, at: At): boolean {
  const sinceMs = "sinceMs" in at.release.status ? at.release.status.sinceMs : at.release.createdMs;
  const { readMs, answeredMs } = at.book;
  // What was once counted and then is not there any more has gone silent. Scores are run now and then, and have no answer in between.
  const countedMs = check.spec.kind === "score" ? undefined : readMs[check.quantity];
  const lastMs = countedMs ?? answeredMs[check.quantity] ?? sinceMs;
  return at.nowMs - lastMs > Math.max(leastStaleMs, staleScrapes * at.release.plan.scrapeMs);
}
