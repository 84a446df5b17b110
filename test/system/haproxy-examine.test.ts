import { rm } from "node:fs/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { shopRules, shopWords } from "../../bench/rollback/shop.ts";
import { haproxy } from "../../src/adapters/traffic/haproxy.ts";
import type { HaproxyConnection } from "../../src/adapters/traffic/haproxy.ts";
import type { SaidCheck } from "../../src/adapters/check.ts";
import type { Plan } from "../../src/core/plan.ts";
import { createClock } from "../../src/engine/clock.ts";
import type { Clock } from "../../src/ports.ts";
import { samplePlan } from "../sample-plan.ts";
import { onSystem } from "./on-system.ts";
import { startHaproxy } from "./proxy/haproxy-subject.ts";
import { inEnglish } from "../fixtures/said-checks.ts";

const never = new AbortController().signal;
const services = shopRules.services.map((name) => ({ name, workload: { kind: "process", options: {} }, data: null }));
const plan: Plan = {
  ...samplePlan,
  services,
  traffic: { kind: "haproxy", login: shopRules.login, routes: shopRules.routes, goals: [], options: {} },
};

type Said = Omit<SaidCheck, "code">;

interface Look {
  readonly changes?: Partial<HaproxyConnection>;
  readonly plan?: Plan;
  readonly clock?: Clock;
}

async function open() {
  const running = await startHaproxy(shopRules);
  onTestFinished(() => running.close());
  const look = async (how: Look = {}): Promise<readonly Said[]> => {
    const surroundings = { clock: how.clock ?? createClock(), dataDir: running.dir };
    const examination = { plan: how.plan ?? plan, queries: [], recipients: [], targets: [], versions: {} };
    return inEnglish((await haproxy.examine?.({ ...running.connection, ...how.changes }, examination, surroundings, never)) ?? []);
  };
  return { running, look };
}

const notOk = (checks: readonly Said[]): readonly string[] =>
  checks.filter(({ verdict }) => verdict !== "ok").map(({ what, verdict, says }) => `${verdict}: ${what}: ${says}`);

onSystem({ name: "serin doctor on HAProxy", needs: ["haproxy"] }, () => {
  describe("examine", () => {
    test("finds nothing wrong with what serin wrote, before and during a release, and changes nothing", async () => {
      const { running, look } = await open();
      expect(notOk(await look())).toEqual([]);
      const arms = { canary: ["http://127.0.0.1:1"], stable: ["http://127.0.0.1:2"] };
      await running.router.apply(shopWords({ frontend: arms, backend: arms })({ sharePct: 10 }), never);
      const before = await running.ask(`show map ${running.dir}/serin.map`);
      const checks = await look();
      expect(notOk(checks)).toEqual([]);
      expect(checks.map(({ what }) => what)).toContain("HAProxy's version");
      expect(await running.ask(`show map ${running.dir}/serin.map`)).toBe(before);
    });

    test.each<[string, Look, readonly RegExp[]]>([
      [
        "another login",
        { plan: { ...plan, traffic: { ...plan.traffic, login: "POST /enter" } } },
        [/^wrong: rules of the configuration: They are serin_rules/],
      ],
      [
        "a service more",
        { plan: { ...plan, services: [...services, { name: "mail", workload: { kind: "process", options: {} }, data: null }] } },
        [/rules/, /wrong: backends serin_mail_canary.*no servers/],
      ],
      ["another token", { changes: { token: "another-token-of-some-length" } }, [/^wrong: way in .* does not take serin's proof/]],
      ["another folder", { changes: { folder: "/no/such/folder" } }, [/^wrong: map .*no such map/, /^wrong: folder \/no\/such\/folder/]],
      ["more room than there is", { changes: { places: 6 } }, [/^doubtful: backends serin_frontend/, /^doubtful: backends serin_backend/]],
      ["a way in where nobody is", { changes: { url: "http://127.0.0.1:1" } }, [/^wrong: way in .*connection refused/]],
      ["a clock that goes wrong", { clock: { ...createClock({ startsAtMs: 1_000_000 }) } }, [/^wrong: way in .*clock differs by \d+ ms/]],
    ])("says %s, with a remedy and without the token", async (_name, how, expected) => {
      const { running, look } = await open();
      const checks = await look(how);
      const found = notOk(checks);
      expect(found).toHaveLength(expected.length);
      for (const [index, pattern] of expected.entries()) expect(found[index]).toMatch(pattern);
      expect(checks.filter(({ verdict, remedy }) => verdict !== "ok" && remedy === null)).toEqual([]);
      expect(JSON.stringify(checks)).not.toContain(running.connection.token);
    });

    test("a HAProxy that is gone is one red line", async () => {
      const { running, look } = await open();
      await rm(running.connection.socket);
      expect(notOk(await look())).toEqual([expect.stringContaining("there is no such socket")]);
    });
  });
});
