import type { Decision, Fact } from "./decision.ts";
import { asksAbout } from "./status.ts";

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

/** The facts of a decision that people are told, with the evidence of what they are asked about; empty: nobody is told anything. */
export function newsOf(decision: Decision): readonly Fact[] {
  const asked = asksAbout(decision.status);
  const isNews = (fact: Fact): boolean =>
    news.has(fact.kind) || (fact.kind === "verdict" && (fact.verdict.kind === "fail" || asked.includes(fact.check)));
  return decision.facts.filter(isNews);
}
