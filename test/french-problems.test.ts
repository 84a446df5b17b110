import { expect, test } from "vitest";
import { errorKinds } from "../src/errors.ts";
import type { ErrorCode } from "../src/errors.ts";
import { frenchErrors } from "../src/errors/french-errors.ts";
import type { ProblemAnswer } from "../src/http/contract.ts";
import { frenchFaults } from "./fixtures/french-faults.ts";
import { smallApi } from "./fixtures/small-api.ts";

test.each(Object.keys(errorKinds) as ErrorCode[])("%s has a title and a remedy in French, as they are printed", (code) => {
  const { title, remedy } = frenchErrors[code];
  expect([title, remedy].flatMap(frenchFaults)).toEqual([]);
  expect([title, remedy]).not.toContain(errorKinds[code].title);
  expect([title, remedy]).not.toContain(errorKinds[code].remedy);
});

test.each<[string, string, "en" | "fr"]>([
  ["/api/v1/releases/none", "", "en"],
  ["/api/v1/releases/none", "fr", "fr"],
  ["/api/v1/releases/none", "fr-CA, en;q=0.8", "fr"],
  ["/api/v1/releases/none", "de, en;q=0.9, fr;q=0.5", "en"],
  ["/api/v1/releases/none", "french, *;q=0.5", "en"],
  ["/api/v1/releases/none?language=fr", "en", "fr"],
  ["/api/v1/releases/none?language=en", "fr", "en"],
])("%s, asked in %j: the problem is in %s", async (path, accepted, language) => {
  const api = await smallApi();
  const answer = await api.call("GET", path, { headers: { "accept-language": accepted } });
  const problem = (await answer.json()) as ProblemAnswer;
  const said = language === "fr" ? frenchErrors["release-unknown"] : errorKinds["release-unknown"];
  expect(problem).toMatchObject({ code: "release-unknown", title: said.title, remedy: said.remedy });
  expect(problem.detail).toBe(language === "fr" ? "Aucune mise en production ne s’appelle none." : "No release is called none.");
});

test.each<[string, object, string, string]>([
  ["no environment", { reason: "x" }, "/environment", "manque ou n’a pas le bon type"],
  ["an environment of elsewhere", { environment: "moon", reason: "x" }, "/environment", "n’est pas un environnement de ce serveur"],
  ["no reason", { environment: "staging", reason: "" }, "/reason", "ne doit pas être vide"],
  ["an end that is over", { environment: "staging", reason: "x", untilMs: 1 }, "/untilMs", "ne doit pas être déjà passé"],
  ["a word too many", { environment: "staging", reason: "x", more: 1 }, "", "a des mots inconnus (more)"],
])("every place of an input that is wrong is told in French: %s", async (_, body, pointer, detail) => {
  const api = await smallApi();
  const answer = await api.call("POST", "/api/v1/freezes", { body, headers: { "accept-language": "fr" } });
  const problem = (await answer.json()) as ProblemAnswer;
  expect([answer.status, problem.title]).toEqual([422, frenchErrors["body-invalid"].title]);
  expect(problem.errors?.[0]).toEqual({ pointer, detail: expect.stringContaining(detail) });
  expect(frenchFaults(problem.detail)).toEqual([]);
});
