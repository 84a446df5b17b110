import type { Role } from "./plan.ts";

/** What a person or a program asks of a running release. It is stored before it is acknowledged, and answered by the next decision. */
export interface Request {
  readonly id: string;
  readonly release: string;
  readonly atMs: number;
  readonly by: Person;
  readonly kind: "approve" | "pause" | "resume" | "promote" | "stop" | "rollback";
  /** The release's revision that the person saw; `null`: whatever it is now (only `pause`, `stop` and `rollback` may). */
  readonly expectRevision: number | null;
  readonly reason: string;
  /** `approve` only: the role that speaks; `null` = the one role of the person that is asked for. */
  readonly as: Role | null;
}

export interface Person {
  readonly name: string;
  readonly roles: readonly Role[];
}

/** Why a request was refused; `core/messages` makes it a sentence. */
export type Refusal =
  | { readonly kind: "stale"; readonly expected: number; readonly actual: number }
  | { readonly kind: "role"; readonly needs: readonly Role[] }
  | { readonly kind: "not-now"; readonly status: string }
  | { readonly kind: "not-asked-for" }
  | { readonly kind: "already-signed" }
  | { readonly kind: "gate-open"; readonly checks: readonly string[] }
  | { readonly kind: "waits-for"; readonly roles: readonly Role[] };
