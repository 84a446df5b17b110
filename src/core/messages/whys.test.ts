import { expect, test } from "vitest";
import { sayWhy } from "./whys.ts";

test.each<[string, string]>([
  ["connection refused", "connexion refusée"],
  ["GET http://m:9090/api/v1/query: no answer within 2000 ms.", "GET http://m:9090/api/v1/query\u202f: aucune réponse en 2000 ms"],
  [
    "backend canary: ImagePullBackOff; frontend stable: does not run",
    "backend canari\u202f: ImagePullBackOff\u202f; frontend stable\u202f: ne tourne pas",
  ],
  ["frontend on canary answered 502", "frontend canari a répondu 502"],
  [
    "GET / with frontend canary, backend stable: 500 frontend on canary answered 500",
    "GET / avec frontend canari, backend stable\u202f: 500, frontend canari a répondu 500",
  ],
  ["the router was told, and shows 2.5 %", "ordre donné au routeur, qui montre 2,5\u202f%"],
  ['relation "trails" does not exist', '«\u00a0relation "trails" does not exist\u00a0»'],
  [
    "POST http://m/query: answered 400: bad_data: parse error",
    "POST http://m/query\u202f: a répondu 400\u202f: bad_data\u202f: «\u00a0parse error\u00a0»",
  ],
])("%s", (english, french) => {
  expect(sayWhy(english, "fr")).toBe(french);
  expect(sayWhy(english, "en")).toBe(english.replace(/[.]$/, ""));
});
