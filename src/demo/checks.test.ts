import { afterEach, describe, expect, test } from "vitest";
import type { Fact } from "../core/decision.ts";
import type { Status } from "../core/status.ts";
import type { ReleaseView } from "../http/release-view.ts";
import type { ChainedEntry } from "../ports.ts";
import { ApiRefusal } from "./api.ts";
import type { Api } from "./api.ts";
import { complaintOf } from "./checks.ts";
import type { Check, Checking } from "./checks.ts";
import type { CrowdTally } from "./crowd-count.ts";
import { scenarios } from "./scenarios.ts";
import { listen, sendJson } from "./shop/listen.ts";
import type { Listening } from "./shop/listen.ts";
import type { Stage } from "./stage.ts";

const open: Listening[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((listening) => listening.close()));
});

const observing: Status = { kind: "observing", phase: 0, sinceMs: 1 };
const held: Status = { kind: "holding", phase: 0, sinceMs: 2, why: { kind: "no-data", checks: [] } };
const entry = (status: Status, ...facts: readonly Fact["kind"][]): ChainedEntry =>
  ({
    hash: `${status.kind} ${facts.join()}`,
    entry: { revision: 1, decision: { status, facts: facts.map((kind) => ({ kind, status })) } },
  }) as unknown as ChainedEntry;
const gate = (some: object): ReleaseView["gates"][number] =>
  ({ kind: "undecided", moreMs: null, sentence: "", ...some }) as unknown as ReleaseView["gates"][number];

function checking(
  some: Partial<Checking> & { readonly gates?: ReleaseView["gates"]; readonly targets?: string; readonly said?: readonly string[] },
): Checking {
  const { gates = [], targets = "", said = [], ...rest } = some;
  const stage = {
    services: ["frontend", "backend"],
    routerSeen: async () => ({ targets }),
    server: { said: () => said },
  } as unknown as Stage;
  return {
    scenario: scenarios.find(({ name }) => name === "trial-dead") ?? scenarios[0]!,
    stage,
    api: {} as Api,
    planText: "",
    view: {
      id: "r1",
      revision: 1,
      environment: "production",
      status: held,
      gates,
      story: [{ revision: 1, says: ["Holding at 10 %"] }],
    } as unknown as ReleaseView,
    entries: [entry(held, "became")],
    sightings: { countdowns: new Set(), troubledMs: null, leaseOverMs: null, journalBefore: [] },
    after: { peopleByVersion: {}, lastAnswerMs: {} } as unknown as CrowdTally,
    ...rest,
  };
}

describe("what is asked of the journal and of what was seen", () => {
  const sightings = checking({}).sightings;
  test.each<[string, Check, Parameters<typeof checking>[0], string | null]>([
    ["told: the notice was printed", { kind: "told" }, { said: ["x team laptop", "  Holding at 10 %"] }, null],
    ["told: it was not", { kind: "told" }, { said: ["  Observing 10 %"] }, "nobody was told: Holding at 10 %"],
    ["told: there is nothing to tell", { kind: "told" }, { entries: [] }, "the journal does not say how it came to its end"],
    [
      "a countdown that was shown",
      { kind: "countdown-shown", is: "countdown" },
      { sightings: { ...sightings, countdowns: new Set(["countdown"]) } },
      null,
    ],
    [
      "one that was not",
      { kind: "countdown-shown", is: "countdown" },
      { sightings: { ...sightings, countdowns: new Set(["investigation"]) } },
      "no countdown was shown",
    ],
    ["a countdown that was cancelled", { kind: "countdown-cancelled" }, { entries: [entry(observing, "cancelled")] }, null],
    ["one that was not cancelled", { kind: "countdown-cancelled" }, {}, "the countdown was not cancelled"],
    ["a hold for the reason", { kind: "held", why: "no-data" }, {}, null],
    ["a hold for another", { kind: "held", why: "shared-incident" }, {}, "it never held because of shared-incident"],
    ["nobody blamed", { kind: "not-blamed" }, {}, null],
    ["somebody blamed", { kind: "not-blamed" }, { entries: [entry(observing, "breach")] }, "the canary was blamed"],
    ["nobody exposed", { kind: "nobody-exposed" }, { after: { peopleByVersion: { "2": 3 } } as unknown as CrowdTally }, null],
    [
      "somebody exposed",
      { kind: "nobody-exposed" },
      { after: { peopleByVersion: { "2-trial-dead": 3 } } as unknown as CrowdTally },
      "3 people were exposed",
    ],
    ["minutes said", { kind: "says-minutes" }, { gates: [gate({ moreMs: 60_000 })] }, null],
    ["no minutes said", { kind: "says-minutes" }, { gates: [gate({})] }, "no gate says how much longer it takes"],
    ["the worst named", { kind: "names-worst" }, { gates: [gate({ sentence: "the worst regression still possible is 40 %" })] }, null],
    [
      "of a gate that passed",
      { kind: "names-worst" },
      { gates: [gate({ kind: "pass", sentence: "the worst regression still possible is 40 %" })] },
      "no gate names the worst regression that is still possible",
    ],
    [
      "a lease that ran out",
      { kind: "lease-returned" },
      { sightings: { ...sightings, leaseOverMs: 9 }, after: { lastAnswerMs: { "2-trial-dead": 5 } } as unknown as CrowdTally },
      null,
    ],
    [
      "with nobody to take home",
      { kind: "lease-returned" },
      { sightings: { ...sightings, leaseOverMs: 9 } },
      "nobody was on the canary before",
    ],
    ["a lease that held", { kind: "lease-returned" }, {}, "the edge's lease never ran out"],
    ["a journal that goes on", { kind: "nothing-lost" }, { sightings: { ...sightings, journalBefore: [entry(held, "became")] } }, null],
    [
      "one that was changed",
      { kind: "nothing-lost" },
      { sightings: { ...sightings, journalBefore: [entry(observing, "became")] } },
      "entry 1 of the journal is not what it was",
    ],
    ["one that nobody read", { kind: "nothing-lost" }, {}, "the journal was not read before"],
  ])("%s", async (_says, check, at, expected) => expect(await complaintOf(check, checking(at))).toBe(expected));
});

test("the canary is kept while each of its processes answers with its version", async () => {
  const canary = async (version: string): Promise<string> => {
    const listening = await listen(0, (_request, response) => sendJson(response, 200, { version }));
    open.push(listening);
    return listening.url;
  };
  const [one, two, stable] = [await canary("2-trial-dead"), await canary("2-trial-dead"), await canary("1")];
  const targets = (canaries: readonly string[]): string => canaries.map((url) => `s: canary ${url}; stable ${stable}`).join("\n");
  expect(await complaintOf({ kind: "canary-kept" }, checking({ targets: targets([one, two]) }))).toBeNull();
  expect(await complaintOf({ kind: "canary-kept" }, checking({ targets: targets([one, ""]) }))).toBe("only 1 canary addresses are left");
  expect(await complaintOf({ kind: "canary-kept" }, checking({ targets: targets([one, stable]) }))).toContain("does not answer any more");
});

describe("an environment is frozen until it is lifted", () => {
  const started: string[] = [];
  const apiOf = (refusal: Error | null): Api => {
    let isLifted = false;
    return {
      startRelease: async (_body: unknown, key: string) => {
        if (!isLifted && refusal !== null) throw refusal;
        started.push(key);
        return { id: "r2", path: "", problems: [] };
      },
      lift: async () => void (isLifted = true),
      show: async () => ({ revision: 1, status: { kind: "stopped" } }),
      ask: async () => ({}),
    } as unknown as Api;
  };
  test.each<[string, Error | null, string | null]>([
    ["the next start is refused, and goes once it is lifted", new ApiRefusal(409, "production is frozen"), null],
    ["the next start goes", null, "the next start was not refused"],
    ["the next start is refused for another reason", new ApiRefusal(409, "service busy"), "ApiRefusal: service busy"],
  ])("%s", async (_says, refusal, expected) => {
    started.length = 0;
    expect(await complaintOf({ kind: "frozen-until-lifted" }, checking({ api: apiOf(refusal) }))).toBe(expected);
    expect(started).toEqual(expected === null ? ["r1-lifted"] : refusal === null ? ["r1-frozen"] : []);
  });
});
