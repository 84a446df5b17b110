import { createHash } from "node:crypto";
import type { Route } from "../../../core/plan.ts";

/** What a release wants of HAProxy that only its configuration can say: who sends what where, and what a login is. */
export interface HaproxyRules {
  readonly services: readonly string[];
  readonly routes: readonly Route[];
  /** "POST /api/login"; `null`: nobody logs in. */
  readonly login: string | null;
}

/** Counts up when the rules that `renderConfiguration` writes change in what they do. */
const rulesVersion = 1;

/** The name of the empty backend by which a running HAProxy says which rules it has: another one for other services, routes or login. */
export function rulesName({ services, routes, login }: HaproxyRules): string {
  const text = JSON.stringify([services.toSorted(), routes.map(({ path, service }) => [path, service]).toSorted(), login]);
  return `${rulesPrefix}${rulesVersion}_${createHash("sha256").update(text).digest("hex").slice(0, 12)}`;
}

/** How every `rulesName` begins. */
export const rulesPrefix = "serin_rules_";

/** The backend of one arm of a service. */
export function backendOf(service: string, arm: "canary" | "stable"): string {
  return `serin_${service}_${arm}`;
}

/** The backend of one arm of a service for files of one version only: it asks the other arm when this one has none. */
export function filesBackendOf(service: string, arm: "canary" | "stable"): string {
  return `${backendOf(service, arm)}_files`;
}

/** The stick table that counts requests and people, a row for each arm of a release: `TAG.canary`. */
export const peopleTable = "serin_people";

/** The key of the one entry of `serin.map`. */
export const stateKey = "state";

/** Eleven characters that stand for a release in cookies, so that a cookie of an older release is nobody's. */
export function tagOfRelease(release: string): string {
  return createHash("sha256").update(release).digest("base64url").slice(0, 11);
}

/**
 * Server names of a backend. The canary's backend holds copies of stable's servers too: they stand in when the canary refuses connections.
 */
export function serverName(arm: "canary" | "stable", place: number): string {
  return `${arm}${place + 1}`;
}
