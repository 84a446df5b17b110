import { expect, test } from "vitest";
import { fixturePlan, fixtureEntry, fixtureRelease } from "../../test/fixtures/release.ts";
import { webhookBody } from "../adapters/notices/webhook.ts";
import { fromCanonicalJson, toCanonicalJson } from "../core/canonical-json.ts";
import { noticeOf } from "./deliver.ts";

test("a notice is the same text from memory as from the store, whose keys have another order", () => {
  const { plan } = fixtureRelease({ plan: fixturePlan({ title: "Shop" }) });
  const entry = fixtureEntry("r1", 2, 7);
  const stored = fromCanonicalJson(toCanonicalJson(entry)) as typeof entry;
  expect(JSON.stringify(stored)).not.toBe(JSON.stringify(entry));
  const target = { notifier: "webhook", to: "team" };
  expect(webhookBody(noticeOf(plan, stored, target))).toBe(webhookBody(noticeOf(plan, entry, target)));
});
