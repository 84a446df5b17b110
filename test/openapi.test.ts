import { Validator } from "@seriousme/openapi-schema-validator";
import { expect, test } from "vitest";
import { openApiDocument } from "../scripts/openapi-document.ts";
import { errorKinds } from "../src/errors.ts";
import { routes } from "../src/http/contract.ts";
import { problemsOf } from "../src/http/contract/descriptions.ts";
import type { RouteName } from "../src/http/contract.ts";
import { faultOf } from "./fixtures/answer-shape.ts";
import { smallApi } from "./fixtures/small-api.ts";
import { textOf } from "./tree.ts";

const written = JSON.parse(textOf("schema/openapi.json")) as Readonly<Record<string, unknown>>;

test("schema/openapi.json is what the contract says; `npm run schema` writes it", () => {
  const { version } = JSON.parse(textOf("package.json")) as { readonly version: string };
  expect(openApiDocument(version)).toEqual(written);
});

test("it is valid OpenAPI 3.1", async () => {
  const validator = new Validator();
  expect(await validator.validate(structuredClone(written))).toEqual({ valid: true });
  expect(validator.version).toBe("3.1");
});

test("the server answers it, to anybody", async () => {
  const api = await smallApi();
  const answer = await api.call("GET", "/api/v1/openapi.json", { as: null });
  expect(answer.headers.get("content-type")).toBe("application/openapi+json;version=3.1");
  expect(await answer.json()).toEqual(written);
});

test("every route has its operation, and every problem of it a status", () => {
  const { paths } = written as { readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>> };
  const operations = Object.values(paths).flatMap((path) => Object.values(path).map(({ operationId }) => operationId));
  const names = Object.keys(routes) as RouteName[];
  expect(operations.toSorted()).toEqual(names.toSorted());
  const withoutStatus = names.flatMap((name) => problemsOf(name).filter((code) => errorKinds[code].status === null));
  expect(withoutStatus).toEqual([]);
});

test("an answer is told from one that misses a member, has another, or has it in another shape", () => {
  const health = { status: "ok", version: "1", notices: { failing: 0, lost: 0 } };
  expect(faultOf("HealthAnswer", health)).toBeNull();
  expect(faultOf("HealthAnswer", { ...health, status: "fine" })).toMatch(/status/);
  expect(faultOf("HealthAnswer", { ...health, secret: "" })).toMatch(/secret/);
  expect(faultOf("HealthAnswer", { ...health, notices: { failing: 0 } })).toMatch(/lost/);
});
