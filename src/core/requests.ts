import type { Obstacle } from "./obstacles.ts";
import type { Role } from "./plan.ts";
import type { HoldReason } from "./status.ts";

/**
 * Everything that can be asked of a release. `report`: something is wrong; `acknowledge`: the rollback by hand was executed; `override`: go on
 * although window or freeze stand in the way now.
 */
export const requestKinds = ["approve", "pause", "resume", "promote", "override", "report", "acknowledge", "stop", "rollback"] as const;
export type RequestKind = (typeof requestKinds)[number];

/** Those that a stale click may ask for: nothing goes on by them. */
export const kindsAtAnyRevision: readonly RequestKind[] = ["pause", "stop", "rollback", "report"];

/** What a person or a program asks of a running release. It is stored before it is acknowledged, and answered by the next decision. */
export interface Request {
  readonly id: string;
  readonly release: string;
  readonly atMs: number;
  readonly by: Person;
  readonly kind: RequestKind;
  /** The release's revision that the person saw; `null`: whatever it is now (only `kindsAtAnyRevision` may). */
  readonly expectRevision: number | null;
  readonly reason: string;
  /** `approve` only: the role that speaks; `null` = the one role of the person that is asked for. */
  readonly as: Role | null;
  /** It stands for so many that were denied within a minute, and not written down one by one. Absent: for itself. */
  readonly times?: number;
}

export interface Person {
  readonly name: string;
  readonly roles: readonly Role[];
  /** A program that calls with a token of its own: it gives nobody's word. Absent: a person. */
  readonly isMachine?: true;
}

/** Why a request was refused; `core/messages` makes it a sentence. */
export type Refusal =
  | { readonly kind: "stale"; readonly expected: number; readonly actual: number }
  | { readonly kind: "drifted"; readonly check: string }
  | { readonly kind: "role"; readonly needs: readonly Role[] }
  | { readonly kind: "machine" }
  | { readonly kind: "starter-alone"; readonly roles: readonly Role[] }
  | { readonly kind: "not-now"; readonly status: string }
  | { readonly kind: "not-asked-for" }
  | { readonly kind: "already-signed" }
  | { readonly kind: "gate-open"; readonly checks: readonly string[] }
  | { readonly kind: "waits-for"; readonly roles: readonly Role[] }
  | { readonly kind: "in-the-way"; readonly obstacles: readonly Obstacle[] }
  | { readonly kind: "would-hold"; readonly why: HoldReason }
  | { readonly kind: "just-reported" }
  | { readonly kind: "nothing-in-the-way" }
  | { readonly kind: "nothing-to-acknowledge" };
