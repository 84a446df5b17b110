import { describe, expect, onTestFinished, test, vi } from "vitest";
import { sayTargets } from "../../src/core/targets.ts";
import type { SeenTraffic } from "../../src/core/observation.ts";
import type { RouterCapabilities, TrafficRouter, WantedTraffic } from "../../src/ports.ts";
import { createPeople } from "./person.ts";
import type { Got, TestPerson } from "./person.ts";
import { startSmallShop } from "./small-shop.ts";
import type { SmallShop } from "./small-shop.ts";
import { createWords, shopOf } from "../fixtures/wanted-traffic.ts";

/** A router in front of nothing yet. */
export interface TrafficSubject {
  readonly router: TrafficRouter;
  readonly capabilities: RouterCapabilities;
  /** True when a change may break off a request on a connection that is kept: the server reads its configuration again. Absent: none may fail. People repeat theirs then. */
  readonly mayBreakOff?: boolean;
  /** Where people come in. */
  readonly url: string;
  /** How often the share changes under load. Absent: 50 times; fewer where each word costs two processes. */
  readonly changesUnderLoad?: number;
  /** The router as a controller that has just started makes it: it remembers nothing. */
  restart(): Promise<TrafficRouter>;
  /** The router's control cannot be reached from now on; people still can. */
  fail(): Promise<void>;
  /** The router's control takes calls and never answers from now on. */
  hang(): Promise<void>;
  close(): Promise<void>;
}

interface World {
  readonly subject: TrafficSubject;
  readonly canary: SmallShop;
  readonly stable: SmallShop;
  readonly person: () => TestPerson;
  readonly wanted: (changes?: Partial<WantedTraffic>) => WantedTraffic;
  /** Applies, and resolves with what is read back. */
  readonly put: (changes?: Partial<WantedTraffic>) => Promise<SeenTraffic>;
}

const never = new AbortController().signal;

/** What every TrafficRouter promises (`src/ports.ts`), as far as its capabilities go. Run it with a maker of a fresh subject. */
export function trafficContract(name: string, makeSubject: () => Promise<TrafficSubject>): void {
  const begin = async (): Promise<World> => {
    const [subject, canary, stable] = await Promise.all([makeSubject(), startSmallShop("canary"), startSmallShop("stable")]);
    const people = createPeople(subject.url, { repeats: subject.mayBreakOff ? 5 : 0 });
    onTestFinished(async () => {
      await people.close();
      await Promise.all([subject.close(), canary.close(), stable.close()]);
    });
    const wanted = createWords(shopOf(canary, stable));
    const put = async (changes: Partial<WantedTraffic> = {}): Promise<SeenTraffic> => {
      await subject.router.apply(wanted(changes), never);
      return subject.router.observe(never);
    };
    return { subject, canary, stable, person: people.person, wanted, put };
  };

  describe(`${name} keeps the contract of traffic routers`, () => {
    test("reads back what was asked for, and asking again changes nothing", async () => {
      const { subject, put, wanted } = await begin();
      const seen = await put({ sharePct: 10, audience: "everyone" });
      const { targets } = wanted();
      expect(seen).toMatchObject({ release: "shop-1", sharePct: 10, audience: "everyone", stableSlot: "stable", isServing: true });
      expect(seen.targets).toBe(sayTargets(targets));
      expect(await put({ sharePct: 10 })).toEqual(seen);
      expect(await subject.router.observe(never)).toEqual(seen);
    });

    test("a share of 0 sends everybody to stable, 100 everybody to the canary", async () => {
      const { put, person } = await begin();
      const arms = async (): Promise<Set<string | null>> =>
        new Set(
          await Promise.all([person().load(), person().ask("GET /"), person().ask("POST /login")].map(async (got) => (await got).version)),
        );
      await put({ sharePct: 0 });
      expect(await arms()).toEqual(new Set(["stable"]));
      await put({ sharePct: 100 });
      expect(await arms()).toEqual(new Set(["canary"]));
      await put({ sharePct: 0 });
      expect(await arms()).toEqual(new Set(["stable"]));
    });

    test("the share of people on the canary is the share that was asked for", async () => {
      const { put, person } = await begin();
      await put({ sharePct: 30 });
      const got = await Promise.all(
        Array.from({ length: 300 }, async () => {
          const one = person();
          await one.load();
          return (await one.load()).version;
        }),
      );
      const canary = got.filter((version) => version === "canary").length;
      // Binomial(300, 0.3): six standard deviations on either side.
      expect(canary).toBeGreaterThan(90 - 48);
      expect(canary).toBeLessThan(90 + 48);
    });

    test("the older word of the same release is left unheard", async () => {
      const { subject, put, wanted } = await begin();
      const older = wanted({ sharePct: 100 });
      await put({ sharePct: 10 });
      await subject.router.apply(older, never);
      expect(await subject.router.observe(never)).toMatchObject({ sharePct: 10 });
    });

    test("a controller that starts again and knows the journal is heard: the same revision, then a rollback", async () => {
      const { subject, put, wanted } = await begin();
      const last = wanted({ sharePct: 50 });
      await subject.router.apply(last, never);
      const again = await subject.restart();
      await again.apply(last, never);
      expect(await again.observe(never)).toMatchObject({ sharePct: 50 });
      await again.apply({ ...last, sharePct: 0 }, never);
      expect(await again.observe(never)).toMatchObject({ sharePct: 0 });
      expect(await put({ sharePct: 30 })).toMatchObject({ sharePct: 30 });
      await again.apply(wanted({ sharePct: 0 }), never);
      expect(await again.observe(never)).toMatchObject({ sharePct: 0 });
    });

    test("a mixed pair is tried on the arm that is named, and is nobody", async () => {
      const { subject, put, canary } = await begin();
      const before = await put({ sharePct: 0 });
      const attempt = (arm: "canary" | "stable", line = "GET /") => subject.router.attempt({ request: line, arms: { shop: arm } }, never);
      canary.on("GET /broken", (_request, response) => response.writeHead(500).end());
      expect((await attempt("canary")).status).toBe(200);
      expect((await attempt("canary", "GET /broken")).status).toBe(500);
      expect((await attempt("stable", "GET /broken")).status).toBe(200);
      expect(canary.requests).toHaveLength(1);
      expect(await subject.router.observe(never)).toEqual(before);
      await canary.close();
      expect((await attempt("canary")).status).toBe(0);
    });

    test("requests in flight finish when their arm loses its people", async () => {
      const { put, person, canary, stable } = await begin();
      await put({ sharePct: 100 });
      const finish = new Promise<() => void>((resolve) => {
        canary.on("GET /slow", (_request, response) => {
          response.write("begin ");
          resolve(() => response.end("end"));
        });
      });
      const slow = person().ask("GET /slow");
      const end = await finish;
      await put({ sharePct: 0, targets: { shop: { canary: [], stable: [stable.url] } } });
      end();
      expect(await slow).toMatchObject({ status: 200, text: "begin end" });
    });

    test("no request fails while the share changes", async () => {
      const { subject, put, person } = await begin();
      const { changesUnderLoad = 50 } = subject;
      await put({ sharePct: 50 });
      const over = new AbortController();
      const statuses = new Map<number, number>();
      const load = async (): Promise<void> => {
        const one = person();
        while (!over.signal.aborted) {
          const { status } = await one.load();
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
        }
      };
      const loads = Array.from({ length: 8 }, load);
      for (let change = 0; change < changesUnderLoad; change += 1) await put({ sharePct: change % 2 === 0 ? 0 : 100 });
      over.abort();
      await Promise.all(loads);
      expect([...statuses.keys()]).toEqual([200]);
      expect(statuses.get(200)).toBeGreaterThan(50);
    });

    test("what cannot be reached is thrown, and read again when it is back", async () => {
      const { subject, wanted } = await begin();
      await subject.fail();
      await expect(subject.router.observe(never)).rejects.toBeInstanceOf(Error);
      await expect(subject.router.apply(wanted(), never)).rejects.toBeInstanceOf(Error);
    });

    test("ends as soon as it is aborted, with the signal's reason", async () => {
      const { subject } = await begin();
      await subject.hang();
      const abort = new AbortController();
      const reason = new Error("the tick is over");
      const reading = subject.router.observe(abort.signal).then(
        () => "answered",
        (thrown: unknown) => thrown,
      );
      abort.abort(reason);
      // It does not wait for its own patience: whose reason comes first is the one that is thrown.
      expect(await reading).toBe(reason);
    });
  });

  describe(`${name} keeps what its capabilities promise`, () => {
    test("sticky: nobody changes sides at one share, and growth only adds people", async () => {
      const { subject, put, person } = await begin();
      if (!subject.capabilities.sticky) return;
      await put({ sharePct: 20 });
      const people = Array.from({ length: 60 }, () => person());
      const loadAll = async (): Promise<readonly (string | null)[]> => Promise.all(people.map(async (one) => (await one.load()).version));
      await loadAll();
      const first = await loadAll();
      expect(await loadAll()).toEqual(first);
      await put({ sharePct: 70 });
      const grown = await loadAll();
      expect(grown.filter((version, index) => first[index] === "canary" && version !== "canary")).toEqual([]);
      expect(grown.filter((version) => version === "canary").length).toBeGreaterThan(
        first.filter((version) => version === "canary").length,
      );
      await put({ sharePct: 20 });
      expect(await loadAll()).toEqual(first);
      await put({ sharePct: 20, release: "shop-2" });
      expect(await loadAll()).not.toEqual(first);
    });

    test("new-logins: only who logs in after the phase began is drawn", async () => {
      const { subject, put, person } = await begin();
      if (!subject.capabilities.audiences.includes("new-logins")) return;
      const early = Array.from({ length: 30 }, () => person());
      await put({ sharePct: 0, audience: "new-logins" });
      await Promise.all(early.map((one) => one.ask("POST /login")));
      await put({ sharePct: 50, audience: "new-logins" });
      const late = Array.from({ length: 60 }, () => person());
      await Promise.all(late.map((one) => one.ask("POST /login")));
      const versions = async (people: readonly TestPerson[]): Promise<readonly (string | null)[]> =>
        Promise.all(people.map(async (one) => (await one.load()).version));
      expect(new Set(await versions(early))).toEqual(new Set(["stable"]));
      expect(new Set(await versions([person(), person(), person()]))).toEqual(new Set(["stable"]));
      expect(new Set(await versions(late))).toEqual(new Set(["stable", "canary"]));
    });

    test("without a cookie a client is stable until 100 %, and no person", async () => {
      const { subject, put, person } = await begin();
      if (!subject.capabilities.sticky) return;
      await put({ sharePct: 99 });
      const versions = async (ask: (one: TestPerson) => Promise<Got>): Promise<Set<string | null>> =>
        new Set(await Promise.all(Array.from({ length: 40 }, async () => (await ask(person())).version)));
      expect(await versions((one) => one.ask("GET /api"))).toEqual(new Set(["stable"]));
      // A page load too: what never returns the cookie that it sets, as bots do, never meets the canary.
      expect(await versions((one) => one.load())).toEqual(new Set(["stable"]));
      const { drawn } = await subject.router.observe(never);
      expect(drawn ?? { canary: 0, stable: 0 }, "null: it counts nobody").toEqual({ canary: 0, stable: 0 });
    });

    test("lease: without a word everybody is on stable, and the same word said again brings the share back", async () => {
      const { subject, wanted, person } = await begin();
      if (!subject.capabilities.lease) return;
      let word = wanted({ sharePct: 100, leaseMs: 150 });
      // A lease that is over before somebody could be served is tried twice as long.
      await vi.waitFor(async () => {
        word = wanted({ sharePct: 100, leaseMs: 2 * word.leaseMs });
        await subject.router.apply(word, never);
        expect((await person().load()).version).toBe("canary");
      });
      await expect.poll(async () => (await subject.router.observe(never)).sharePct).toBe(0);
      expect((await person().load()).version).toBe("stable");
      await subject.router.apply({ ...word, leaseMs: 30_000 }, never);
      expect(await subject.router.observe(never)).toMatchObject({ sharePct: 100, release: "shop-1" });
      expect((await person().load()).version).toBe("canary");
    });
  });
}
