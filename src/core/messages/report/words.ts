import type { StageReport } from "../../report/release-report.ts";
import type { Status } from "../../status.ts";

/** What a report's first sentence tells. */
export interface Outcome {
  /** "Awwwards UI Refonte (frontend v2, backend v2)". */
  readonly what: string;
  readonly status: Status["kind"];
  readonly environment: string;
  readonly by: string;
  /** When it ended, or now while it goes on: day and time. */
  readonly moment: string;
  readonly afterMs: number;
  /** Why it was taken back; `null`: it was not. */
  readonly cause: string | null;
}

/** What a report's second sentence tells, each check in the plan's words. */
export interface EvidenceSummary {
  readonly passed: number;
  /** Gates of the phases that it came to, and of all. */
  readonly gates: number;
  readonly allGates: number;
  readonly open: readonly string[];
  readonly failed: readonly string[];
  readonly breached: readonly string[];
  readonly guards: number;
  /** People who were on the new version; `null`: nobody counted. */
  readonly people: number | null;
}

/** What a report's third sentence tells. */
export interface PeopleSummary {
  readonly signers: readonly string[];
  readonly signOffs: number;
  readonly delivered: number;
  readonly lost: number;
  readonly waiting: number;
  readonly entries: number;
  readonly isVerified: boolean;
}

/** The fixed words of a report, and its sentences. */
export interface ReportWords {
  readonly report: string;
  /** What stands between a name and what is said of it. */
  readonly colon: string;
  readonly written: (moment: string) => string;
  readonly created: (moment: string, by: string, reason: string) => string;
  readonly headings: Readonly<
    Record<
      | "summary"
      | "versions"
      | "stages"
      | "evidence"
      | "gates"
      | "guards"
      | "lines"
      | "people"
      | "requests"
      | "wayBack"
      | "overrides"
      | "notices"
      | "story"
      | "proof",
      string
    >
  >;
  readonly columns: Readonly<
    Record<
      | "service"
      | "from"
      | "to"
      | "stage"
      | "began"
      | "took"
      | "planned"
      | "observed"
      | "time"
      | "person"
      | "role"
      | "approves"
      | "revision"
      | "saw"
      | "asked"
      | "reason"
      | "outcome"
      | "check"
      | "asPlanned"
      | "tighter"
      | "looser"
      | "failsFrom"
      | "promised"
      | "receiver"
      | "notice"
      | "delivered"
      | "step"
      | "what",
      string
    >
  >;
  readonly done: string;
  readonly refused: (why: string) => string;
  readonly lapsed: (time: string, says: string) => string;
  readonly nothing: Readonly<Record<"signOffs" | "requests" | "notices" | "lines", string>>;
  readonly stage: (kind: StageReport["kind"], phase: string) => string;
  readonly atMost: (span: string) => string;
  readonly upTo: (shortest: string, longest: string) => string;
  readonly goesOn: string;
  readonly met: string;
  readonly missed: string;
  readonly automatic: string;
  readonly manual: string;
  readonly back: (took: string | null, within: string) => string;
  readonly reactionMet: (reaction: string, took: string) => string;
  readonly deliveredAfter: (span: string) => string;
  readonly lost: (why: string) => string;
  readonly notYet: string;
  readonly verified: string;
  readonly notVerified: string;
  readonly unbroken: (entries: number, rows: number) => string;
  readonly broken: (revision: number, why: string) => string;
  readonly planHash: string;
  readonly journalHash: string;
  readonly reproduce: (command: string) => string;
  readonly legend: Readonly<Record<"canary" | "stable" | "interval" | "estimate" | "pass" | "fail", string>>;
  readonly phaseOf: (phase: string) => string;
  /** Of a gate whose phase the release never came to. */
  readonly notAsked: string;
  readonly sawNothing: string;
  readonly story: Readonly<Record<"verdicts" | "estimates", string>>;
  readonly failsBelow: (line: string) => string;
  readonly failsAbove: (line: string) => string;
  readonly failsNever: string;
  readonly reads: string;
  readonly outcomeOf: (outcome: Outcome) => string;
  readonly evidenceOf: (evidence: EvidenceSummary) => string;
  readonly peopleOf: (people: PeopleSummary) => string;
}
