import type { Verdict } from "../evidence/verdict.ts";
import type { Plan, Role } from "./plan.ts";
import type { Status } from "./status.ts";
import type { WindowAnswer } from "./windows.ts";

/** One run of a plan. It changes by `apply(release, decision)` only, so that the journal is the whole truth. */
export interface Release {
  readonly id: string;
  /** Number of journal entries; every mutating request names the one that its sender saw. */
  readonly revision: number;
  readonly plan: Plan;
  /** SHA-256 of the plan's canonical JSON, hex. */
  readonly planHash: string;
  /** By service. */
  readonly versions: Readonly<Record<string, Versions>>;
  readonly startedBy: string;
  /** In whose name it was started, as who started it says: this person counts as its starter too. `null`: nobody was named. */
  readonly startedFor: string | null;
  /** Why it was started. */
  readonly reason: string;
  readonly createdMs: number;
  /** It does not start before this moment, epoch ms; `null`: as soon as it may. */
  readonly notBeforeMs: number | null;
  readonly status: Status;
  readonly signOffs: readonly SignOff[];
  /** How long the rehearsed rollback took, ms; `null` until it was rehearsed. */
  readonly rehearsedMs: number | null;
  /** Verdict kind last noted in the journal, by check. */
  readonly told: Readonly<Record<string, Verdict["kind"]>>;
  /** When the failure of each check that counts as failed was noted, epoch ms: a delayed reaction that waited for another one runs from there. */
  readonly failedMs: Readonly<Record<string, number>>;
  /** Guards, and no gates, whose failure a person has looked at and decided to go on with; they react again once they are proven to be well. */
  readonly dismissed: readonly string[];
  /** What was last noted of the checks at the material revision and after it, oldest first: what somebody saw who looked at one of these revisions. */
  readonly shown: readonly { readonly revision: number; readonly told: Readonly<Record<string, Verdict["kind"]>> }[];
  /** True when people may have seen the new version. */
  readonly wasExposed: boolean;
  /** Problems that people reported and nobody has decided about, or that led to the way back, oldest first. */
  readonly reports: readonly Report[];
  /** True when people were told that nobody decided about a report in the time that the plan allows for a rollback by hand. */
  readonly isReportLate: boolean;
  /** Who said that the rollback was executed; `null`: nobody yet. */
  readonly acknowledged: Acknowledgement | null;
  /** What a release manager lets the next step pass. */
  readonly overrides: readonly Override[];
  /** The revision of the last change that matters to a person who clicks: another status, or a worse verdict. */
  readonly materialRevision: number;
  /** The phase whose extension was announced; `null`: none. */
  readonly extended: number | null;
  /** True when people were told that the present step takes longer than it should. */
  readonly isLate: boolean;
  /** When the rollback was committed and when it was read back; `null` while it has not happened. */
  readonly rollback: { readonly committedMs: number; readonly seenMs: number | null } | null;
}

export interface Versions {
  readonly canary: string;
  readonly stable: string;
}

/** An approval by a role, bound to the revision and the evidence that the person saw. */
export interface SignOff {
  readonly by: string;
  readonly role: Role;
  readonly for: SignOffFor;
  /** The revision that the person saw. */
  readonly revision: number;
  readonly atMs: number;
  /** Verdict kinds by check as noted by then: the sign-off lapses when one of them gets worse. Of a check that is not named: undecided. */
  readonly saw: Readonly<Record<string, Verdict["kind"]>>;
  /** Of a start: hash of the plan that is approved. Absent otherwise. */
  readonly planHash?: string;
}

/** A problem that somebody reported. */
export interface Report {
  readonly by: string;
  readonly reason: string;
  readonly atMs: number;
}

/** That a rollback was executed, in the words of who looked. */
export interface Acknowledgement {
  readonly by: string;
  readonly atMs: number;
  readonly reason: string;
}

/** What keeps a step from being made, whatever the evidence and the sign-offs say. */
export type Obstacle =
  | { readonly kind: "window"; readonly why: Extract<WindowAnswer, { readonly ok: false }>["why"]; readonly says: string }
  | { readonly kind: "freeze"; readonly environment: string; readonly sinceMs?: number };

/** A release manager's word that one step goes on although this one thing stands in the way; it ends when that thing does. */
export interface Override {
  readonly by: string;
  readonly reason: string;
  readonly atMs: number;
  readonly for: SignOffFor;
  readonly over: Obstacle;
}

/** What is approved: the start, entering a phase (index), the promotion, or a rollback's validation. */
export type SignOffFor =
  | { readonly kind: "start" }
  | { readonly kind: "phase"; readonly phase: number }
  | { readonly kind: "promote" }
  | { readonly kind: "rollback" };
