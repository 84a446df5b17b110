import { readFileSync } from "node:fs";
import type { Catalogue } from "../../src/config/catalogue.ts";
import { readServer } from "../../src/config/server-file.ts";
import { adapters } from "./sound-plan.ts";

/** What examples/ecomsimply may name when its server's file is read. */
export function wholeCatalogue(): Catalogue {
  const { server, problems } = readServer(readFileSync("examples/ecomsimply/serin.yaml"), "serin.yaml", adapters);
  if (server === null || problems.length > 0) throw new Error(`examples/ecomsimply/serin.yaml does not read: ${JSON.stringify(problems)}`);
  return { ...adapters, server };
}
