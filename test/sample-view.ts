import { checksOf } from "../src/core/checks.ts";
import type { Decision, Fact } from "../src/core/decision.ts";
import type { Standing } from "../src/core/evidence-book.ts";
import type { Language, Plan } from "../src/core/plan.ts";
import { newborn } from "../src/core/apply.ts";
import type { Release, SignOff } from "../src/core/release.ts";
import type { ReleaseView } from "../src/core/release-view.ts";
import type { Status } from "../src/core/status.ts";
import { viewOfStandings } from "../src/core/view/build-release-view.ts";
import type { Verdict } from "../src/evidence/verdict.ts";
import { samplePlan } from "./sample-plan.ts";

const MINUTE_MS = 60_000;

/** 14:32:08 in Paris on a Tuesday. */
export const sampleNowMs: number = Date.parse("2025-08-19T14:32:08+02:00");
const beganMs = sampleNowMs - 10 * MINUTE_MS;

const verdict = (over: Partial<Verdict>): Verdict => ({
  kind: "undecided",
  logEPass: 0,
  logEFail: 0,
  p: 1,
  estimate: null,
  interval: null,
  assumes: "robust",
  shared: false,
  because: { kind: "too-little-evidence" },
  ...over,
});
const good = { kind: "pass", because: { kind: "proven-good" } } as const;

/** The verdicts of the drawing in the design, ten minutes into the first phase. */
export const sampleVerdicts: Readonly<Record<string, Verdict>> = {
  "1.error-rate": verdict({ ...good, estimate: 0.0021, interval: { low: 0.0005, high: 0.0044 } }),
  "1.api-latency": verdict({ ...good, estimate: 0.031, interval: { low: 0.022, high: 0.046 }, assumes: "exact" }),
  "1.trial-activation": verdict({ estimate: 0.029, interval: { low: 0.014, high: 0.051 } }),
  "5xx-rate > 1%": verdict({ ...good, estimate: 0.001, interval: { low: 0.0002, high: 0.004 } }),
  "latency p95 > 2s": verdict({ ...good, estimate: 0.004, interval: { low: 0.001, high: 0.02 } }),
  "conversion < 50% of stable": verdict({ estimate: 0.97, interval: { low: 0.42, high: 1.8 }, assumes: "randomisation" }),
  "trial-activation < 1.5%": verdict({ estimate: 0.029, interval: { low: 0.014, high: 0.051 } }),
  "dashboard-accessibility < 95": verdict({
    estimate: 97,
    interval: null,
    assumes: "approximate",
    because: { kind: "runs-needed", have: 3, need: 5 },
  }),
  "pricetruth is down": verdict({ ...good, assumes: "rule", because: { kind: "answers" } }),
};

/** How a sample view differs from ten minutes into the first phase. */
export interface Sample {
  readonly status?: Status;
  /** Whether anybody saw the new version; absent: as soon as it is past its preparation. */
  readonly wasExposed?: boolean;
  readonly verdicts?: Readonly<Record<string, Verdict>>;
  readonly language?: Language;
  readonly plan?: Plan;
  readonly facts?: readonly (readonly [Fact, ...Fact[]])[];
}

/** A release ten minutes into its first phase, as a view. */
export function sampleView(sample: Sample = {}): ReleaseView {
  const plan = sample.plan ?? samplePlan;
  const status: Status = sample.status ?? { kind: "observing", phase: 0, sinceMs: beganMs };
  const signOff = (role: SignOff["role"], by: string): SignOff => ({
    by,
    role,
    for: { kind: "start" },
    revision: 1,
    atMs: beganMs - 17 * MINUTE_MS,
    saw: {},
  });
  const release: Release = {
    ...newborn({
      id: "r-1",
      plan,
      planHash: "0".repeat(64),
      versions: { frontend: { canary: "v2", stable: "v1" }, backend: { canary: "v2", stable: "v1" } },
      startedBy: "Ada",
      reason: "planned",
      createdMs: beganMs - 20 * MINUTE_MS,
    }),
    status,
    wasExposed: sample.wasExposed ?? (status.kind !== "waiting" && status.kind !== "preparing"),
    revision: 6,
    signOffs: [signOff("release-manager", "Ada"), signOff("qa-lead", "Quentin")],
    rehearsedMs: 412,
  };
  const facts: readonly (readonly [Fact, ...Fact[]])[] = sample.facts ?? [
    [{ kind: "created", by: "Ada", reason: "planned" }],
    [{ kind: "signed", signOff: signOff("release-manager", "Ada") }],
    [{ kind: "became", status: { kind: "preparing", sinceMs: beganMs } }],
    [{ kind: "rehearsed", tookMs: 412 }],
    [
      { kind: "became", status },
      { kind: "share-seen", phase: 0, sharePct: 10 },
    ],
    [{ kind: "verdict", check: "1.error-rate", verdict: sampleVerdicts["1.error-rate"] ?? verdict({}), moreMs: null }],
  ];
  const entries = facts.map((told, at) => ({
    entry: {
      release: "r-1",
      revision: at + 1,
      atMs: beganMs + (at - 4) * MINUTE_MS,
      decision: { status, facts: told } satisfies Decision,
      row: at + 1,
    },
    previous: "",
    rowsDigest: "",
    hash: "",
  }));
  const standings = checksOf(plan).map((check): Standing => {
    const found = sample.verdicts?.[check.id] ?? sampleVerdicts[check.id] ?? verdict({ because: { kind: "nothing-counted" } });
    return { check, verdict: found, moreMs: check.id === "1.trial-activation" ? 6 * MINUTE_MS : null };
  });
  const traffic = {
    release: "r-1",
    sharePct: 10,
    audience: "new-logins",
    stableSlot: "stable",
    targets: "",
    isServing: true,
    drawn: { canary: 412, stable: 3_704 },
    forwarded: { canary: 1_210, stable: 11_690 },
    lastCanaryMs: sampleNowMs,
  } as const;
  return viewOfStandings(
    {
      release,
      entries,
      book: { observedMs: [580_000, 0, 0], sinceShare: null },
      observation: { traffic: { kind: "seen", value: traffic } },
    },
    standings,
    { nowMs: sampleNowMs, language: sample.language ?? "en" },
  );
}
