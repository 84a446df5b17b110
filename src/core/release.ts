import type { Verdict } from "../evidence/verdict.ts";
import type { Plan, Role } from "./plan.ts";
import type { Status } from "./status.ts";

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
  /** Why it was started. */
  readonly reason: string;
  readonly createdMs: number;
  readonly status: Status;
  readonly signOffs: readonly SignOff[];
  /** How long the rehearsed rollback took, ms; `null` until it was rehearsed. */
  readonly rehearsedMs: number | null;
  /** Verdict kind last noted in the journal, by check. */
  readonly told: Readonly<Record<string, Verdict["kind"]>>;
  /** Guards whose failure a person has looked at and decided to go on with; they react again once they are proven to be well. */
  readonly dismissed: readonly string[];
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
  readonly revision: number;
  readonly atMs: number;
  /** Verdict kinds by check at that moment: the sign-off lapses when one of them changes. */
  readonly saw: Readonly<Record<string, Verdict["kind"]>>;
}

/** What is approved: the start, entering a phase (index), the promotion, or a rollback's validation. */
export type SignOffFor =
  | { readonly kind: "start" }
  | { readonly kind: "phase"; readonly phase: number }
  | { readonly kind: "promote" }
  | { readonly kind: "rollback" };
