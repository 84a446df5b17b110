import type { Condition } from "../condition.ts";
import { decimal } from "../decimal.ts";
import type { Language, Metric } from "../plan.ts";
import type { ByLanguage } from "./context.ts";
import { sayLatency, sayNumber, sayRate } from "./numbers.ts";

const signs = { "<": "<", "<=": "≤", ">": ">", ">=": "≥" } as const;
/** Lines are said as they are written, never rounded. */
const digits = 9;

interface ConditionWords {
  readonly stable: string;
  ofStable(rate: string): string;
  atLeast(rate: string): string;
  atMost(rate: string): string;
  readonly none: string;
  readonly down: string;
}

const words: ByLanguage<ConditionWords> = {
  en: {
    stable: "and stable",
    ofStable: (rate) => `${rate} of stable`,
    atLeast: (rate) => `no regression (at least ${rate} of stable)`,
    atMost: (rate) => `no regression (at most ${rate} of stable)`,
    none: "zero",
    down: "unavailable",
  },
  fr: {
    stable: "et stable",
    ofStable: (rate) => `${rate} de la version stable`,
    atLeast: (rate) => `aucune régression (au moins ${rate} de la version stable)`,
    atMost: (rate) => `aucune régression (au plus ${rate} de la version stable)`,
    none: "zéro",
    down: "indisponible",
  },
};

/** What follows the metric in a runbook: "< 0.5 %", "p95 < 500 ms", ": no regression (at least 90 % of stable)", "unavailable". */
export function sayConditionOf(metric: Pick<Metric, "better">, condition: Condition, language: Language): string {
  const said = words[language];
  const colon = language === "fr" ? "\u00a0: " : ": ";
  switch (condition.kind) {
    case "line": {
      const value = condition.percent ? sayRate(condition.value, language, digits) : sayNumber(condition.value, language, digits);
      return ` ${signs[condition.is]} ${value}${condition.steady ? ` ${said.stable}` : ""}`;
    }
    case "quantile":
      return ` p${decimal(condition.quantile, 2)} ${signs[condition.is]} ${sayLatency(condition.ms, language)}`;
    case "of-stable":
      return ` ${signs[condition.is]} ${said.ofStable(sayRate(condition.ratio, language, digits))}`;
    case "no-regression": {
      const isHigher = metric.better === "higher";
      const rate = sayRate(isHigher ? 1 - condition.beyond : 1 + condition.beyond, language, digits);
      return `${colon}${isHigher ? said.atLeast(rate) : said.atMost(rate)}`;
    }
    case "none":
      return `${colon}${said.none}`;
    case "down":
      return ` ${said.down}`;
  }
}
