import { defaultConfig } from "lighthouse";
import { describe, expect, test } from "vitest";
import { categories } from "../src/adapters/metrics/lighthouse/words.ts";
import { sayFindings } from "../src/core/messages/findings.ts";

const known = defaultConfig.categories ?? {};

describe("the installed Lighthouse", () => {
  test("has the categories that a plan may name", () => expect(Object.keys(known)).toEqual(expect.arrayContaining([...categories])));

  test.each(["en", "fr"] as const)("takes points for nothing that has no words of its own in %s", (language) => {
    const audits = categories.flatMap(
      (category) => known[category]?.auditRefs.filter(({ weight }) => weight > 0).map(({ id }) => id) ?? [],
    );
    expect(audits.length).toBeGreaterThan(70);
    const unsaid = audits.filter((rule) => /[“«]/.test(sayFindings([{ rule, places: 1 }], language)));
    expect(unsaid).toEqual([]);
  });

  test("a report is named once, after what cost points", () => {
    const findings = [
      { rule: "label", places: 3, at: "https://r.example/1" },
      { rule: "image-alt", places: 1, at: "https://r.example/1" },
    ];
    expect(sayFindings(findings, "en")).toBe("3 form fields without a label and 1 image without a text (report: https://r.example/1)");
    expect(sayFindings(findings, "fr")).toBe("3 champs sans libellé et 1 image sans texte (rapport\u202f: https://r.example/1)");
  });
});
