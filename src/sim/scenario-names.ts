/** Every scenario by its name, in the order in which people think of them: first what a version does, then what happens around it. */
export const scenarioNames = [
  "good",
  "errors",
  "slow-tail",
  "slow-tail-heals",
  "slow",
  "conversion-drop",
  "conversion-dip",
  "trial-dead",
  "pricetruth-down",
  "pricetruth-low",
  "accessibility",
  "blank-page",
  "critical",
  "memory-leak",
  "cpu",
  "crash-loop",
  "skew",
  "late-onset",
  "low-traffic",
  "shared-incident",
  "metrics-outage",
  "mismatch",
  "router-down",
  "controller-killed",
] as const;

export type ScenarioName = (typeof scenarioNames)[number];
