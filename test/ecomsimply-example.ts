import { readFileSync } from "node:fs";
import { quantitiesOf } from "../src/core/checks.ts";
import { readPlan } from "../src/config/plan-file.ts";
import type { Query } from "../src/ports.ts";
import { wholeCatalogue } from "./config/whole-catalogue.ts";

/** What examples/ecomsimply asks of its sources, by the name of the metric, and the words of its connections. */
export function ecomsimply(): { readonly query: (metric: string) => Query; readonly connection: (name: string) => object } {
  const catalogue = wholeCatalogue();
  const text = readFileSync(new URL("../examples/ecomsimply/plan.yaml", import.meta.url), "utf8");
  const { plan, problems } = readPlan(text, "plan.yaml", catalogue);
  if (plan === null) throw new Error(`examples/ecomsimply does not read: ${JSON.stringify(problems)}`);
  return {
    query(name) {
      const found = quantitiesOf(plan).find(({ metric }) => metric.name === name);
      if (found === undefined) throw new Error(`examples/ecomsimply asks for no ${name}`);
      return found;
    },
    connection: (name) => catalogue.server?.connections.sources[name]?.options as object,
  };
}
