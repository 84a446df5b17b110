import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { z } from "zod";
import { planSchema, printSchema, serverSchema } from "../../src/config/json-schema.ts";
import { adapters } from "./sound-plan.ts";

test.each([
  ["schema/plan.schema.json", planSchema(adapters)],
  ["schema/server.schema.json", serverSchema(adapters)],
])("%s is what the code says (npm run schema writes it)", (file, schema) => {
  expect(readFileSync(new URL(`../../${file}`, import.meta.url), "utf8")).toBe(printSchema(schema));
});

test.each([
  ["an unknown key", { gards: [] }],
  ["a time without a unit", { scrape: 15 }],
  ["a share without a sign", { holdback: "1" }],
  // oxlint-disable-next-line unicorn/no-thenable -- the plan's own word
  ["an unknown reaction", { guards: [{ when: "errors > 1%", then: "alarm" }] }],
  ["a phase without a share", { phases: [{ name: "all", observe: "15m" }] }],
])("the plan's schema refuses %s", (_name, part) => {
  const sound = {
    apiVersion: "serin.dev/v1",
    kind: "ReleasePlan",
    metadata: { name: "shop", environment: "production", timeZone: "Europe/Paris" },
    services: [{ name: "shop", workload: { kind: "process", command: ["node", "shop.js"], port: 4101 } }],
    traffic: { kind: "edge", routes: { "/": "shop" } },
    metrics: {},
    phases: [{ name: "all", share: "100%", observe: "15m" }],
  };
  const validator = z.fromJSONSchema(structuredClone(planSchema(adapters)));
  expect(validator.safeParse(sound).success).toBe(true);
  expect(validator.safeParse({ ...sound, ...part }).success).toBe(false);
});

test("every key that people write has a description", () => {
  const bare: string[] = [];
  const look = (schema: unknown, path: string): void => {
    if (typeof schema !== "object" || schema === null) return;
    for (const [key, property] of Object.entries((schema as { properties?: Record<string, object> }).properties ?? {})) {
      if (!("description" in property) && !("const" in property) && !("$ref" in property) && !("anyOf" in property))
        bare.push(`${path}.${key}`);
    }
    for (const [key, inner] of Object.entries(schema)) look(inner, `${path}.${key}`);
  };
  look(planSchema(adapters), "plan");
  expect(bare).toEqual([]);
});
