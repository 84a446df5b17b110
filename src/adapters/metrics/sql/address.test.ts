import { describe, expect, test } from "vitest";
import { isOnThisMachine, readAddress, tlsOf } from "./address.ts";
import type { Address } from "./address.ts";

const whole: Address = { host: "db.shop", port: 5432, database: "shop", user: "reader", password: "", encryption: "none" };

describe("addresses of databases", () => {
  test.each<[string, Partial<Address>]>([
    ["postgresql://reader@db.shop/shop", {}],
    ["postgres://reader:a%40b%2F@db.shop:6543/shop", { port: 6543, password: "a@b/" }],
    ["postgresql://reader@db.shop/shop?sslmode=require", { encryption: "verified" }],
    ["postgresql://reader@db.shop/shop?sslmode=verify-full", { encryption: "verified" }],
    ["postgresql://reader@[::1]/shop", { host: "::1" }],
    ["postgresql:///shop?host=/run/postgresql&port=5433&user=reader", { host: "/run/postgresql", port: 5433 }],
  ])("%s", (text, more) => expect(readAddress(text)).toEqual({ ...whole, ...more }));

  test.each([
    "mysql://reader@db.shop/shop",
    "postgresql://reader@db.shop",
    "postgresql://db.shop/shop",
    "postgresql://reader@/shop",
    "postgresql://reader@db.shop/shop?sslmode=prefer",
    "postgresql://reader@db.shop/shop?sslmode=no-verify",
    "postgresql://reader@db.shop/shop?options=-csearch_path%3Dx",
    "postgresql://reader@db.shop:99999/shop",
    "postgresql://reader:%E0%A4%A@db.shop/",
    "postgresql://reader:100%pure@db.shop/shop",
    "unfetched-secret",
  ])("%s is none", (text) => expect(readAddress(text)).toBeNull());

  test("certificates encrypt, and nothing turns the check off", () => {
    expect(tlsOf(whole, null)).toBeNull();
    expect(tlsOf({ ...whole, encryption: "verified" }, null)).toEqual({ rejectUnauthorized: true });
    expect(tlsOf(whole, { ca: "authority", cert: null, key: null })).toEqual({ rejectUnauthorized: true, ca: "authority" });
  });

  test.each([
    ["/run/postgresql", true],
    ["127.0.0.1", true],
    ["localhost", true],
    ["db.shop", false],
  ])("%s is on this machine: %s", (host, isHere) => expect(isOnThisMachine({ ...whole, host })).toBe(isHere));
});
