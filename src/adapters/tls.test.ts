import { expect, test } from "vitest";
import { createAuthority } from "../../test/contract/certificates.ts";
import { tlsWords } from "./tls.ts";

const { ca, issue } = createAuthority();

test("what a connection leaves out is null, and nothing at all is null", () => {
  expect(tlsWords.parse(undefined)).toBeNull();
  expect(tlsWords.parse({ ca })).toEqual({ ca, cert: null, key: null });
  const own = issue("serin");
  expect(tlsWords.parse(own)).toEqual({ ca: null, ...own });
});

test.each<[string, object, string]>([
  ["a certificate without its key", { cert: ca }, "cert and key come together"],
  ["a path where the text belongs", { ca: "/etc/ssl/ca.pem" }, "no certificate in PEM form"],
  ["a certificate for a key", { cert: ca, key: ca }, "no private key in PEM form"],
  ["a word that it does not know", { pfx: "x" }, "pfx"],
])("refused: %s", (_says, words, problem) => {
  const read = tlsWords.safeParse(words);
  expect(JSON.stringify(read.error?.issues)).toContain(problem);
});
