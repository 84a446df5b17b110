import { query as jsonPath } from "jsonpath-rfc9535";
import type { JsonValue } from "jsonpath-rfc9535";
import type { Reading, SeriesSample } from "../../../ports.ts";
import type { Asked } from "./words.ts";

/** What one GET came to: an answer, nothing in a way that points at the service, or nothing in a way that may be our own fault. */
export type Got =
  | { readonly kind: "answered"; readonly status: number; readonly text: string }
  | { readonly kind: "dead"; readonly why: string }
  | { readonly kind: "unreachable"; readonly why: string };

/** What the control target says of our own network; `null`: the source has none. */
export type Control = { readonly isAnswering: boolean; readonly url: string } | null;

type Arm = "canary" | "stable";

/** Answers one query from what its GETs came to, by arm; pure. `stable` is `null` where the path does not tell the arms apart. */
export function answer(
  asked: Asked,
  got: { readonly url: string; readonly canary: Got; readonly stable: Got | null },
  atMs: number,
): Reading {
  switch (asked.kind) {
    case "number":
      return readNumbers(asked.select, got, atMs);
    case "share":
      return readShares(asked, got, atMs);
    case "probe":
      return { kind: "unavailable", why: `${got.url}: a probe needs its control target` };
  }
}

/**
 * Says whether a probe is down: refused, broken off, timed out or 5xx, and only while the control target answers; otherwise the outage may be
 * ours and the reading is `unavailable`.
 */
export function answerProbe(url: string, got: Got, control: Control, atMs: number): Reading {
  if (got.kind === "unreachable") return { kind: "unavailable", why: got.why };
  if (got.kind === "answered" && got.status < 500) return { kind: "probe", atMs, down: false };
  const why = got.kind === "dead" ? got.why : `GET ${url}: answered ${got.status}`;
  if (control === null) return { kind: "unavailable", why: `${why}; no control target is configured, so our own network may be to blame` };
  if (!control.isAnswering) return { kind: "unavailable", why: `${why}; the control target ${control.url} does not answer either` };
  return { kind: "probe", atMs, down: true };
}

function readNumbers(select: string, got: Parameters<typeof answer>[1], atMs: number): Reading {
  const canary = selected(got.canary, select, got.url);
  const stable = got.stable === null ? null : selected(got.stable, select, got.url);
  if (canary === null) return { kind: "no-data" };
  if (typeof canary !== "number") return canary;
  if (stable !== null && typeof stable !== "number") return stable;
  return { kind: "level", atMs, canary, stable };
}

function readShares(asked: Asked & { readonly kind: "share" }, got: Parameters<typeof answer>[1], atMs: number): Reading {
  const series: SeriesSample[] = [];
  const arms: readonly (readonly [Arm, Got | null])[] = [
    ["canary", got.canary],
    ["stable", got.stable],
  ];
  for (const [arm, answered] of arms) {
    if (answered === null) continue;
    const bad = selected(answered, asked.hits, got.url);
    const total = selected(answered, asked.total, got.url);
    if (bad === null || total === null) continue;
    if (typeof bad !== "number") return bad;
    if (typeof total !== "number") return total;
    if (bad < 0 || total < 0) return { kind: "unavailable", why: `${got.url}: a count is below 0` };
    // The whole is counted later, say: a rate of 100 % would be no evidence.
    if (bad > total) return { kind: "unavailable", why: `${got.url}: ${asked.hits} is more than ${asked.total}` };
    series.push({ series: `${got.url} ${asked.hits} of ${asked.total} ${arm}`, arm, bad, total, slice: null, bornMs: null });
  }
  return series.length === 0 ? { kind: "no-data" } : { kind: "counters", atMs, series };
}

/** The one number that is selected; `null` when nothing, or JSON's null, stands there. */
function selected(got: Got, select: string, url: string): number | null | (Reading & { readonly kind: "unavailable" }) {
  if (got.kind !== "answered") return { kind: "unavailable", why: got.why };
  if (got.status < 200 || got.status > 299) return { kind: "unavailable", why: `GET ${url}: answered ${got.status}` };
  const json = parseJson(got.text);
  if (json === undefined) return { kind: "unavailable", why: `GET ${url}: the answer is no JSON` };
  const found = jsonPath(json, select);
  if (found.length > 1) return { kind: "unavailable", why: `GET ${url}: ${select} selects ${found.length} values, not one` };
  const [value] = found;
  if (value === undefined || value === null) return null;
  const isNumber = typeof value === "number" && Number.isFinite(value);
  return isNumber ? value : { kind: "unavailable", why: `GET ${url}: ${select} selects no number` };
}

function parseJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}
