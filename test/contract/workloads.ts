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
  /** Whether serin starts and stops stable itself. Where somebody else runs it, only its version is set, and it stays when nothing is wanted. */
  readonly runsStable: boolean;
  /** What a plan says of a service of this name that behaves so, once everything is there that the team itself has to put there. */
  place(service: string, behaviour: Behaviour): Promise<AdapterUse>;
  /** The version that a test calls so: "1" may have to be the name of an image, and that of a missing service of one that is not there. */
  version(name: string, behaviour: Behaviour): string;
  /** True when a ready slot's address leads to it. */
  answers(workload: SeenWorkload): Promise<boolean>;
  /** What a new server would have, after the one before was killed without a word. */
  reopen(): Promise<Workloads>;
  /** Names of everything that runs now, asked of the system itself. */
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

/** What tests call the versions of slots. */
type Names = Partial<Record<Slot, string>>;

async function want(
  subject: WorkloadsSubject,
  { service, behaviour, slots }: { readonly service: string; readonly behaviour: Behaviour; readonly slots: Names },
): Promise<WantedWorkloads> {
  const use = await subject.place(service, behaviour);
  const versions = Object.entries(slots).map(([slot, name]) => [slot, { version: subject.version(name, behaviour) }]);
  return { [service]: { use, release: "contract-1", slots: Object.fromEntries(versions) } };
}

function runningContract(subject: () => WorkloadsSubject): void {
  const wanted = (slots: Names, behaviour: Behaviour = "good", service = "backend"): Promise<WantedWorkloads> =>
    want(subject(), { service, behaviour, slots });

  test("what was never wanted does not run", async () => {
    const nothing = await wanted({});
    const before = await subject().running();
    const { stable, ...others } = (await observe(subject().workloads, nothing))["backend"]!;
    expect(others).toEqual({});
    expect(stable === undefined).toBe(subject().runsStable);
    expect(await subject().running()).toEqual(before);
  });

  test("a wanted version starts, becomes ready, and answers where it says", async () => {
    const want = await wanted({ stable: "1" });
    await apply(subject().workloads, want);
    const version = subject().version("1", "good");
    const stable = await untilReady(subject().workloads, want, "stable", version);
    expect(stable).toMatchObject({ version, restarts: 0, urls: [expect.stringMatching(/^http:\/\/[^/]+$/)] });
    expect(await subject().answers(stable)).toBe(true);
    await untilRunning(subject(), 1);
  });

  test("asking again changes nothing", async () => {
    const want = await wanted({ stable: "1", canary: "2" });
    await apply(subject().workloads, want);
    await untilReady(subject().workloads, want, "stable");
    await untilReady(subject().workloads, want, "canary");
    await untilRunning(subject(), 2);
    const before = await subject().running();
    for (let time = 0; time < 3; time += 1) await apply(subject().workloads, want);
    await observe(subject().workloads, want);
    expect(await subject().running()).toEqual(before);
  });

  test("slots run side by side, each with its own address", async () => {
    const want = await wanted({ stable: "2", canary: "2", previous: "1" });
    await apply(subject().workloads, want);
    const seen = await Promise.all((["stable", "canary", "previous"] as const).map((slot) => untilReady(subject().workloads, want, slot)));
    expect(new Set(seen.flatMap((workload) => workload.urls)).size).toBe(3);
    expect(seen.map((workload) => workload.version)).toEqual(["2", "2", "1"].map((name) => subject().version(name, "good")));
    expect(await Promise.all(seen.map((workload) => subject().answers(workload)))).toEqual([true, true, true]);
  });

  test("another version replaces the one that runs, under the same address for stable", async () => {
    const [first, second] = [await wanted({ stable: "1" }), await wanted({ stable: "2" })];
    await apply(subject().workloads, first);
    const before = await untilReady(subject().workloads, first, "stable", subject().version("1", "good"));
    await apply(subject().workloads, second);
    const after = await untilReady(subject().workloads, second, "stable", subject().version("2", "good"));
    expect(after.urls).toEqual(before.urls);
    await untilRunning(subject(), 1);
  });

  test("a slot that is not wanted any more is stopped; the others stay", async () => {
    const both = await wanted({ stable: "1", canary: "2" });
    await apply(subject().workloads, both);
    await untilReady(subject().workloads, both, "canary");
    await untilReady(subject().workloads, both, "stable");
    const one = await wanted({ stable: "1" });
    await apply(subject().workloads, one);
    await vi.waitFor(async () => expect((await observe(subject().workloads, one))["backend"]?.canary).toBeUndefined(), patience);
    await untilRunning(subject(), 1);
    expect((await observe(subject().workloads, one))["backend"]?.stable).toMatchObject({ isReady: true, restarts: 0 });
  });

  test("wanting no slot stops all of a service, also what does not want to end; other services are left alone", async () => {
    const want: WantedWorkloads = {
      ...(await wanted({ stable: "1", canary: "2" }, "stubborn")),
      ...(await wanted({ stable: "1" }, "good", "frontend")),
    };
    await apply(subject().workloads, want);
    await untilReady(subject().workloads, want, "stable");
    await untilReady(subject().workloads, want, "canary");
    const nothing = await wanted({}, "stubborn");
    await apply(subject().workloads, nothing);
    await untilStopped(subject(), nothing);
    await untilRunning(subject(), subject().runsStable ? 1 : 2);
    expect((await observe(subject().workloads, want))["frontend"]?.stable?.version).toBe(subject().version("1", "good"));
  });

  test("a mind changed while something starts or stops is obeyed in the end", async () => {
    for (const version of ["1", "2", "1", "3"]) await apply(subject().workloads, await wanted({ stable: version, canary: version }));
    await apply(subject().workloads, await wanted({}));
    const last = await wanted({ stable: "4" });
    await apply(subject().workloads, last);
    await untilReady(subject().workloads, last, "stable", subject().version("4", "good"));
    await untilRunning(subject(), 1);
  });

  test("a new server finds what runs, and does not start it twice", async () => {
    const want = await wanted({ stable: "1", canary: "2" });
    await apply(subject().workloads, want);
    const before = await untilReady(subject().workloads, want, "canary");
    await untilReady(subject().workloads, want, "stable");
    await untilRunning(subject(), 2);
    const running = await subject().running();
    const next = await subject().reopen();
    expect((await observe(next, want))["backend"]?.canary).toEqual(before);
    await apply(next, want);
    expect(await untilReady(next, want, "canary")).toEqual(before);
    expect(await subject().running()).toEqual(running);
    await apply(next, await wanted({}));
    await untilRunning(subject(), subject().runsStable ? 0 : 1);
  });

  test("an aborted call throws", async () => {
    const want = await wanted({ stable: "1", canary: "2" });
    const aborted = AbortSignal.abort(new Error("too late"));
    await expect(subject().workloads.apply(want, aborted)).rejects.toThrow("too late");
    await expect(subject().workloads.observe(want, aborted)).rejects.toThrow("too late");
    expect((await observe(subject().workloads, want))["backend"]?.canary).toBeUndefined();
  });
}

function troubleContract(subject: () => WorkloadsSubject): void {
  const stable = (behaviour: Behaviour, service = "backend"): Promise<WantedWorkloads> =>
    want(subject(), { service, behaviour, slots: { stable: "1" } });

  test("what crashes is started again and again, and its last words are told", async () => {
    const want = await stable("crashing");
    await apply(subject().workloads, want);
    await vi.waitFor(async () => {
      const seen = (await observe(subject().workloads, want))["backend"]?.stable;
      expect(seen).toMatchObject({
        version: subject().version("1", "crashing"),
        isReady: false,
        urls: [],
        detail: expect.stringContaining("I fell"),
      });
      expect(seen?.restarts).toBeGreaterThanOrEqual(2);
    }, patience);
    await apply(subject().workloads, { backend: { ...want["backend"]!, slots: {} } });
    await untilStopped(subject(), want);
    if (subject().runsStable) await untilRunning(subject(), 0);
  });

  test.each<[Behaviour, RegExp]>([
    ["unhealthy", /503/],
    ["missing", /start/],
  ])("what is %s is never ready, and says why", async (behaviour, says) => {
    const want = await stable(behaviour);
    await apply(subject().workloads, want);
    await vi.waitFor(async () => {
      const seen = (await observe(subject().workloads, want))["backend"]?.stable;
      expect(seen).toMatchObject({ isReady: false, urls: [], detail: expect.stringMatching(says) });
    }, patience);
  });

  test("a service in trouble does not stand in another one's way", async () => {
    const want: WantedWorkloads = { ...(await stable("missing")), ...(await stable("good", "frontend")) };
    await apply(subject().workloads, want);
    await vi.waitFor(async () => {
      expect((await observe(subject().workloads, want))["frontend"]?.stable).toMatchObject({ isReady: true });
    }, patience);
  });
}

const patience = { timeout: 30_000, interval: 50 };

/** As many run as there shall be, and no more: what was stopped may take its time. */
async function untilRunning(subject: WorkloadsSubject, count: number): Promise<void> {
  await vi.waitFor(async () => expect(await subject.running()).toHaveLength(count), patience);
}

/** Nothing is left of a service, but for a stable that somebody else runs. */
async function untilStopped(subject: WorkloadsSubject, services: WantedWorkloads): Promise<void> {
  await vi.waitFor(async () => {
    const { stable, ...others } = (await observe(subject.workloads, services))["backend"]!;
    expect(others).toEqual({});
    expect(stable === undefined).toBe(subject.runsStable);
  }, patience);
}

function apply(workloads: Workloads, wanted: WantedWorkloads): Promise<void> {
  return workloads.apply(wanted, AbortSignal.timeout(30_000));
}

function observe(workloads: Workloads, wanted: WantedWorkloads) {
  return workloads.observe(wanted, AbortSignal.timeout(30_000));
}

function untilReady(workloads: Workloads, wanted: WantedWorkloads, slot: Slot, version?: string): Promise<SeenWorkload> {
  return vi.waitFor(async () => {
    const seen = (await observe(workloads, wanted))["backend"]?.[slot];
    expect(seen).toMatchObject(version === undefined ? { isReady: true } : { isReady: true, version });
    return seen!;
  }, patience);
}
