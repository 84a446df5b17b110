import { expect, test } from "vitest";
import { createCookieJar } from "./cookie-jar.ts";

test("sends back what was set, the latest value of each name", () => {
  const jar = createCookieJar();
  expect(jar.header()).toBe("");
  jar.take(["session=a; Path=/; HttpOnly", "serin=r1.42=x; Path=/"]);
  jar.take("session=b");
  jar.take(undefined);
  expect(jar.header()).toBe("session=b; serin=r1.42=x");
});

test("forgets a cookie that is emptied or has no age left, and ignores a line without a name", () => {
  const jar = createCookieJar();
  jar.take(["a=1", "b=2", "c=3", "=nameless", "nonsense"]);
  jar.take(["a=; Path=/", "b=2; Max-Age=0"]);
  expect(jar.header()).toBe("c=3");
});
