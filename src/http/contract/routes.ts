import { startRoles } from "../../core/roles.ts";
import type { Role } from "../../core/plan.ts";

/*
 * Where everything is. No schema stands here, so that a page may know the routes without the library that checks bodies.
 */

/** Who may call a route: anybody, anybody with a token, or a person with one of these roles. */
export type Access = "anybody" | "person" | readonly Role[];

export interface Route {
  readonly method: "GET" | "POST" | "DELETE";
  /** With `:name` where `pathOf` puts a value. */
  readonly path: string;
  readonly access: Access;
}

const mayExamine: readonly Role[] = [...startRoles, "qa-lead", "product-owner"];

/** Every route of the API, by name. What a request may do to a release is decided by the release itself (`core`), so it is open to every person. */
export const routes = {
  health: { method: "GET", path: "/api/v1/health", access: "anybody" },
  startRelease: { method: "POST", path: "/api/v1/releases", access: startRoles },
  listReleases: { method: "GET", path: "/api/v1/releases", access: "person" },
  showRelease: { method: "GET", path: "/api/v1/releases/:id", access: "person" },
  journal: { method: "GET", path: "/api/v1/releases/:id/journal", access: "person" },
  story: { method: "GET", path: "/api/v1/releases/:id/story", access: "person" },
  events: { method: "GET", path: "/api/v1/releases/:id/events", access: "person" },
  ask: { method: "POST", path: "/api/v1/releases/:id/requests", access: "person" },
  why: { method: "GET", path: "/api/v1/releases/:id/why", access: "person" },
  verify: { method: "POST", path: "/api/v1/releases/:id/verify", access: "person" },
  listFreezes: { method: "GET", path: "/api/v1/freezes", access: "person" },
  liftFreeze: { method: "DELETE", path: "/api/v1/freezes/:environment", access: ["release-manager"] },
  startStable: { method: "POST", path: "/api/v1/stable", access: startRoles },
  metrics: { method: "GET", path: "/metrics", access: "person" },
  examine: { method: "POST", path: "/api/v1/examinations", access: mayExamine },
  openapi: { method: "GET", path: "/api/v1/openapi.json", access: "anybody" },
  releasesEvents: { method: "GET", path: "/api/v1/events", access: "person" },
  history: { method: "GET", path: "/api/v1/releases/:id/history", access: "person" },
  whatIf: { method: "GET", path: "/api/v1/releases/:id/what-if", access: "person" },
  readiness: { method: "GET", path: "/api/v1/releases/:id/readiness", access: "person" },
  report: { method: "GET", path: "/api/v1/releases/:id/report", access: "person" },
  calendar: { method: "GET", path: "/api/v1/calendar", access: "person" },
  setFreeze: { method: "POST", path: "/api/v1/freezes", access: ["release-manager", "devops-lead"] },
  connections: { method: "GET", path: "/api/v1/connections", access: "person" },
  session: { method: "GET", path: "/api/v1/session", access: "anybody" },
  openSession: { method: "POST", path: "/api/v1/session", access: "anybody" },
  closeSession: { method: "DELETE", path: "/api/v1/session", access: "person" },
  listSessions: { method: "GET", path: "/api/v1/sessions", access: "person" },
  endSessions: { method: "DELETE", path: "/api/v1/sessions", access: "person" },
  endSessionsOf: { method: "DELETE", path: "/api/v1/people/:name/sessions", access: ["release-manager"] },
  createLink: { method: "POST", path: "/api/v1/links", access: "person" },
  login: { method: "GET", path: "/login", access: "anybody" },
  loginCallback: { method: "GET", path: "/login/callback", access: "anybody" },
  people: { method: "GET", path: "/api/v1/people", access: "person" },
  listTokens: { method: "GET", path: "/api/v1/tokens", access: ["release-manager"] },
  createToken: { method: "POST", path: "/api/v1/tokens", access: ["release-manager"] },
  revokeToken: { method: "DELETE", path: "/api/v1/tokens/:id", access: ["release-manager"] },
} as const satisfies Readonly<Record<string, Route>>;

export type RouteName = keyof typeof routes;

/** False for a value that no path can hold: escaped too, "." and ".." are steps, and the call would go elsewhere. */
export function fitsPath(value: string): boolean {
  return value !== "." && value !== "..";
}

/** The path of a route with its values filled in and escaped. Throws when a value is missing, or does not fit. */
export function pathOf(route: Route, values: Readonly<Record<string, string>> = {}): string {
  return route.path.replaceAll(/:(\w+)/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined || !fitsPath(value)) throw new Error(`${route.path} needs a value for ${name}`);
    return encodeURIComponent(value);
  });
}
