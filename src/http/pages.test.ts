import { expect, test } from "vitest";
import { pageOf } from "./pages.ts";

const all = ["a", "b", "c"];
const page = (limit: number, after?: string) => pageOf(all, (item) => item, { limit, after });

test("pages follow one another, and the last one says so", () => {
  expect(page(2)).toEqual({ items: ["a", "b"], next: "b" });
  expect(page(2, "b")).toEqual({ items: ["c"], next: null });
  expect(page(3)).toEqual({ items: all, next: null });
  expect(page(1, "c")).toEqual({ items: [], next: null });
  expect(page(1, "x")).toEqual({ items: [], next: null });
});
