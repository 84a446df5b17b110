import type { Decision, Fact } from "./decision.ts";

const news: ReadonlySet<Fact["kind"]> = new Set<Fact["kind"]>([
  "created",
  "became",
  "breach",
  "cancelled",
  "upgraded",
  "extended",
  "traffic-back",
  "signed",
  "lapsed",
  "dismissed",
  "late",
]);

/** The facts of a decision that people are told; empty: nobody is told anything. */
export function newsOf(decision: Decision): readonly Fact[] {
  return decision.facts.filter((fact) => news.has(fact.kind) || (fact.kind === "verdict" && fact.verdict.kind === "fail"));
}
