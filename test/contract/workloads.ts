import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { SeenWorkload, Slot } from "../../src/core/observation.ts";
import type { AdapterUse } from "../../src/core/plan.ts";
import type { WantedWorkloads, Workloads } from "../../src/ports.ts";

/**
 * What a service under test does: `good` becomes ready; `crashing` ends at once; `stubborn` is ready and does not end by itself; `unhealthy`
 * runs and is never ready; `missing` cannot be started at all.
 */
export type Behaviour = "good" | "crashing" | "stubborn" | "unhealthy" | "missing";

/** Workloads under test, with nothing running. */
export interface WorkloadsSubject {
  readonly workloads: Workloads;
  /** What a plan says of a service of this name that behaves so. */
  use(service: string, behaviour: Behaviour): AdapterUse;
  /** What a new server would have, after the one before was killed without a word. */
  reopen(): Promise<Workloads>;
  /** Names of everything that runs now, asked of the machine itself. */
  running(): Promise<readonly string[]>;
  /** Ends everything. */
  destroy(): Promise<void>;
}

/** Every promise of the `Workloads` port's doc comments, as tests of what `makeSubject` makes. */
export function workloadsContract(name: string, makeSubject: () => Promise<WorkloadsSubject>): void {
  describe(`workloads ${name}`, () => {
    let subject: WorkloadsSubject;
    beforeEach(async () => {
      subject = await makeSubject();
    });
    afterEach(() => subject.destroy());

    describe("runs what is wanted", () => {
      runningContract(() => subject);
    });
    describe("says what goes wrong", () => {
      troubleContract(() => subject);
    });
  });
}

type Slots = Partial<Record<Slot, { readonly version: string }>>;

function runningContract(subject: () => WorkloadsSubject): void {
  const wanted = (slots: Slots, behaviour: Behaviour = "good"): WantedWorkloads => ({
    backend: { use: subject().use("backend", behaviour), slots },
  });

  test("what was never wanted does not run", async () => {
    expect(await observe(subject().workloads, wanted({}))).toEqual({ backend: {} });
    expect(await subject().running()).toEqual([]);
  });

  test("a wanted version starts, becomes ready, and answers where it says", async () => {
    const want = wanted({ stable: { version: "1" } });
    await apply(subject().workloads, want);
    const stable = await untilReady(subject().workloads, want, "stable");
    expect(stable).toMatchObject({ version: "1", restarts: 0, urls: [expect.stringMatching(/^http:\/\/[^/]+$/)] });
    expect((await fetch(`${stable.urls[0]}/health`)).status).toBe(200);
    expect(await subject().running()).toHaveLength(1);
  });

  test("asking again changes nothing", async () => {
    const want = wanted({ stable: { version: "1" }, canary: { version: "2" } });
    await apply(subject().workloads, want);
    await untilReady(subject().workloads, want, "stable");
    await untilReady(subject().workloads, want, "canary");
    const before = await subject().running();
    for (let time = 0; time < 3; time += 1) await apply(subject().workloads, want);
    await observe(subject().workloads, want);
    expect(await subject().running()).toEqual(before);
  });

  test("slots run side by side, each with its own address", async () => {
    const want = wanted({ stable: { version: "2" }, canary: { version: "2" }, previous: { version: "1" } });
    await apply(subject().workloads, want);
    const seen = await Promise.all((["stable", "canary", "previous"] as const).map((slot) => untilReady(subject().workloads, want, slot)));
    expect(new Set(seen.flatMap((workload) => workload.urls)).size).toBe(3);
    expect(seen.map((workload) => workload.version)).toEqual(["2", "2", "1"]);
  });

  test("another version replaces the one that runs, under the same address for stable", async () => {
    const [first, second] = [wanted({ stable: { version: "1" } }), wanted({ stable: { version: "2" } })];
    await apply(subject().workloads, first);
    const before = await untilReady(subject().workloads, first, "stable");
    await apply(subject().workloads, second);
    const after = await untilReady(subject().workloads, second, "stable", "2");
    expect(after.urls).toEqual(before.urls);
    expect(await subject().running()).toHaveLength(1);
  });

  test("a slot that is not wanted any more is stopped; the others stay", async () => {
    const both = wanted({ stable: { version: "1" }, canary: { version: "2" } });
    await apply(subject().workloads, both);
    await untilReady(subject().workloads, both, "canary");
    await untilReady(subject().workloads, both, "stable");
    const one = wanted({ stable: { version: "1" } });
    await apply(subject().workloads, one);
    await vi.waitFor(async () => expect((await observe(subject().workloads, one))["backend"]?.canary).toBeUndefined(), patience);
    expect(await subject().running()).toHaveLength(1);
    expect((await observe(subject().workloads, one))["backend"]?.stable).toMatchObject({ isReady: true, restarts: 0 });
  });

  test("wanting no slot stops all of a service, also what does not want to end; other services are left alone", async () => {
    const want: WantedWorkloads = {
      backend: { use: subject().use("backend", "stubborn"), slots: { stable: { version: "1" }, canary: { version: "2" } } },
      frontend: { use: subject().use("frontend", "good"), slots: { stable: { version: "1" } } },
    };
    await apply(subject().workloads, want);
    await untilReady(subject().workloads, want, "stable");
    await untilReady(subject().workloads, want, "canary");
    await apply(subject().workloads, wanted({}, "stubborn"));
    await vi.waitFor(async () => expect(await observe(subject().workloads, wanted({}))).toEqual({ backend: {} }), patience);
    expect(await subject().running()).toHaveLength(1);
    expect((await observe(subject().workloads, want))["frontend"]?.stable?.version).toBe("1");
  });

  test("a mind changed while something starts or stops is obeyed in the end", async () => {
    for (const version of ["1", "2", "1", "3"]) await apply(subject().workloads, wanted({ stable: { version } }));
    await apply(subject().workloads, wanted({}));
    const last = wanted({ stable: { version: "4" } });
    await apply(subject().workloads, last);
    await untilReady(subject().workloads, last, "stable", "4");
    expect(await subject().running()).toHaveLength(1);
  });

  test("a new server finds what runs, and does not start it twice", async () => {
    const want = wanted({ stable: { version: "1" }, canary: { version: "2" } });
    await apply(subject().workloads, want);
    const before = await untilReady(subject().workloads, want, "canary");
    await untilReady(subject().workloads, want, "stable");
    const running = await subject().running();
    const next = await subject().reopen();
    expect((await observe(next, want))["backend"]?.canary).toEqual(before);
    await apply(next, want);
    expect(await untilReady(next, want, "canary")).toEqual(before);
    expect(await subject().running()).toEqual(running);
    await apply(next, wanted({}));
    await vi.waitFor(async () => expect(await subject().running()).toEqual([]), patience);
  });

  test("an aborted call throws", async () => {
    const want = wanted({ stable: { version: "1" } });
    const aborted = AbortSignal.abort(new Error("too late"));
    await expect(subject().workloads.apply(want, aborted)).rejects.toThrow("too late");
    await expect(subject().workloads.observe(want, aborted)).rejects.toThrow("too late");
    expect(await subject().running()).toEqual([]);
  });
}

function troubleContract(subject: () => WorkloadsSubject): void {
  const stable = (behaviour: Behaviour): WantedWorkloads => ({
    backend: { use: subject().use("backend", behaviour), slots: { stable: { version: "1" } } },
  });

  test("what crashes is started again and again, and its last words are told", async () => {
    const want = stable("crashing");
    await apply(subject().workloads, want);
    await vi.waitFor(async () => {
      const seen = (await observe(subject().workloads, want))["backend"]?.stable;
      expect(seen).toMatchObject({ version: "1", isReady: false, urls: [], detail: expect.stringContaining("I fell") });
      expect(seen?.restarts).toBeGreaterThanOrEqual(2);
    }, patience);
    await apply(subject().workloads, { backend: { ...want["backend"]!, slots: {} } });
    await vi.waitFor(async () => expect(await observe(subject().workloads, want)).toEqual({ backend: {} }), patience);
    expect(await subject().running()).toEqual([]);
  });

  test.each<[Behaviour, RegExp]>([
    ["unhealthy", /503/],
    ["missing", /start/],
  ])("what is %s is never ready, and says why", async (behaviour, says) => {
    const want = stable(behaviour);
    await apply(subject().workloads, want);
    await vi.waitFor(async () => {
      const seen = (await observe(subject().workloads, want))["backend"]?.stable;
      expect(seen).toMatchObject({ isReady: false, urls: [], detail: expect.stringMatching(says) });
    }, patience);
  });

  test("a service in trouble does not stand in another one's way", async () => {
    const want: WantedWorkloads = {
      ...stable("missing"),
      frontend: { use: subject().use("frontend", "good"), slots: { stable: { version: "1" } } },
    };
    await apply(subject().workloads, want);
    await vi.waitFor(async () => {
      expect((await observe(subject().workloads, want))["frontend"]?.stable).toMatchObject({ isReady: true });
    }, patience);
  });
}

const patience = { timeout: 15_000, interval: 50 };

function apply(workloads: Workloads, wanted: WantedWorkloads): Promise<void> {
  return workloads.apply(wanted, AbortSignal.timeout(10_000));
}

function observe(workloads: Workloads, wanted: WantedWorkloads) {
  return workloads.observe(wanted, AbortSignal.timeout(10_000));
}

function untilReady(workloads: Workloads, wanted: WantedWorkloads, slot: Slot, version?: string): Promise<SeenWorkload> {
  return vi.waitFor(async () => {
    const seen = (await observe(workloads, wanted))["backend"]?.[slot];
    expect(seen).toMatchObject(version === undefined ? { isReady: true } : { isReady: true, version });
    return seen!;
  }, patience);
}
