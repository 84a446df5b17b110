import { sayDuration } from "../../core/duration.ts";
import { doubts } from "../../core/messages/doubts.ts";
import { saySpan } from "../../core/messages/numbers.ts";
import { doubt } from "./rule.ts";
import type { LateRule } from "./rule.ts";

/** Workloads whose versions are images that are rolled out: what a plan means that goes back by `kubectl set image`. */
const rolledOut = ["kubernetes"];

/** A rollback that is promised faster than a roll-out can be is one by traffic, and the team knows. */
export const rollbackIsByTraffic: LateRule = (draft, { plan, language }) => {
  const isRolledOut = plan.services.some(({ workload }) => rolledOut.includes(workload.kind));
  const { automaticMs, manualMs } = plan.rollback;
  if (!isRolledOut || automaticMs >= plan.readyWithinMs || draft.settings.rollback?.by !== undefined) return [];
  const write = `rollback: { automatic: ${sayDuration(automaticMs)}, manual: ${sayDuration(manualMs)}, by: traffic }`;
  const said = doubts[language].images({ automatic: saySpan(automaticMs, language), ready: saySpan(plan.readyWithinMs, language), write });
  return [doubt(["rollback", "automatic"], said)];
};

/** A metric that is called after a dashboard and scores a page could also be about a monitoring dashboard: it says which. */
export const metricsMeanOneThing: LateRule = (draft, { language }) =>
  draft.metrics.items
    .filter(({ name, value }) => value.kind === "score" && value.means === undefined && /dashboard|tableau/.test(name))
    .map(({ name, path, value }) => {
      const [category, page] = [String(value["category"] ?? "score"), String(value["path"] ?? "/")];
      return { ...doubt(path, doubts[language].twoMeanings({ metric: name, source: value.source, category, page })), on: "key" };
    });
