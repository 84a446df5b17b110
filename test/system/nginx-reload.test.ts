import { readFile } from "node:fs/promises";
import { expect, onTestFinished, test } from "vitest";
import { trafficContract } from "../contract/traffic.ts";
import { openReload } from "./nginx-reload-world.ts";
import { onSystem } from "./on-system.ts";
import { wantedTraffic } from "../fixtures/wanted-traffic.ts";

const never = new AbortController().signal;
const wanted = wantedTraffic({ sharePct: 10, login: null });

onSystem({ name: "the router nginx-reload on a real nginx", needs: ["nginx"] }, () => {
  trafficContract("nginx-reload", openReload);

  test("what nginx does already is not read again, whatever the revision; what it does not take is put back", async () => {
    const subject = await openReload();
    onTestFinished(() => subject.close());
    const { router, include } = subject;
    await router.apply(wanted, never);
    await router.apply({ ...wanted, revision: 2 }, never);
    expect(await readFile(include, "utf8")).toContain('# serin: {"release":"shop-1","revision":2}');
    const before = await readFile(include, "utf8");
    const twice = { ...wanted, revision: 3, targets: { shop: { canary: [], stable: ["http://no-such-name.invalid"] } } };
    await expect(router.apply(twice, never)).rejects.toThrow(/host not found|no-such-name/);
    expect(await readFile(include, "utf8")).toBe(before);
    expect(await router.observe(never)).toMatchObject({ sharePct: 10, isServing: true, drawn: null });
  });
});
