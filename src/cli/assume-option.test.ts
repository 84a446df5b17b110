import { expect, test } from "vitest";
import { samplePlan } from "../../test/sample-plan.ts";
import { truthsOf } from "./assume-option.ts";

const [metric = ""] = Object.keys(samplePlan.metrics);

test.each<[string, number, number]>([
  ["0.2%", 0.002, 0.002],
  ["0,2 %", 0.002, 0.002],
  ["88", 88, 88],
  ["1%/2%", 0.01, 0.02],
  ["none", 0, 0],
  ["down", 1, 1],
  ["up", 0, 0],
])("%s", (value, canary, stable) => {
  expect(truthsOf([`${metric}=${value}`], samplePlan)).toEqual({ [metric]: { canary, stable } });
});

test("the last of two is taken; a latency has its lines too", () => {
  expect(truthsOf([`${metric}=1%`, `${metric}=2%`], samplePlan)).toEqual({ [metric]: { canary: 0.02, stable: 0.02 } });
});

test.each([
  [metric, "--assume takes METRIC=VALUE"],
  ["=1%", "--assume takes METRIC=VALUE"],
  [`${metric}=`, '"" is no value'],
  [`${metric}=much`, '"much" is no value'],
  [`${metric}=101%`, '"101%" is no value'],
  [`${metric}=-1%`, '"-1%" is no value'],
  [`${metric}=1%/2%/3%`, '"1%/2%/3%" is no value'],
  [`${metric}x=1%`, `Write "${metric}".`],
])("refuses %s", (text, message) => {
  expect(() => truthsOf([text], samplePlan)).toThrow(message);
});
