import type { Finding } from "../core/observation.ts";
import type { Query, Reading } from "../ports.ts";
import { facetOf } from "./facets.ts";

/** What an error tracker and a page audit call things. */
export interface FindingTexts {
  readonly issue: string;
  /** The innermost call first. */
  readonly frames: readonly string[];
  readonly rules: readonly string[];
}

const usual: FindingTexts = {
  issue: "TypeError: Cannot read properties of undefined (reading 'price')",
  frames: ["totalOf (src/checkout/basket.ts:88)", "pay (src/checkout/pay.ts:41)", "onSubmit (src/pages/checkout.tsx:23)"],
  rules: ["color-contrast", "label", "image-alt"],
};

/** The reading with what its source would name behind it: issues behind bad events, broken rules behind a score that is not full. */
export function findingsOf({ metric }: Pick<Query, "metric">, reading: Reading, texts: Partial<FindingTexts> = {}): Reading {
  const { issue, frames, rules } = { ...usual, ...texts };
  if (reading.kind === "level" && metric.kind === "score") {
    const points = Math.max(0, Math.round(100 - reading.canary));
    const broken = rules.slice(0, Math.ceil(points / 5));
    const findings = broken.map((rule, index): Finding => ({ rule, places: 1 + ((points + index) % 4) }));
    return findings.length === 0 ? reading : { ...reading, findings };
  }
  if (reading.kind === "counters" && facetOf(metric) === "events") {
    const events = reading.series.filter(({ arm }) => arm === "canary").reduce((sum, { bad }) => sum + bad, 0);
    if (events === 0) return reading;
    return { ...reading, findings: [{ issue, events, isNew: true, frames, url: "https://sentry.example/issues/4411" }] };
  }
  return reading;
}
