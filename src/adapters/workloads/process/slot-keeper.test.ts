import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createClock } from "../../../engine/clock.ts";
import { findFreePort } from "./free-port.ts";
import { SlotKeeper } from "./slot-keeper.ts";
import type { Wish } from "./slot-keeper.ts";
import { StateFile } from "./state-file.ts";

const script = join(import.meta.dirname, "../../../../test/fixtures/workload.ts");
let folder: string;
let keeper: SlotKeeper;
let port: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "serin-slot-"));
  port = await findFreePort(new Set());
  const parts = {
    clock: createClock(),
    state: new StateFile(folder),
    inherits: ["PATH"],
    ports: new Set<number>(),
    outputPath: () => join(folder, "output"),
    closing: new AbortController().signal,
  };
  keeper = new SlotKeeper({ service: "backend", slot: "stable" }, null, parts);
});
afterEach(async () => {
  keeper.want(null);
  await keeper.settle();
  await rm(folder, { recursive: true });
});

const wish = (version: string): Wish => ({
  version,
  plan: { command: [process.execPath, script], cwd: null, stablePort: port, health: "/health", env: {}, stopWithinMs: 300 },
});

test("the good health of a process that was replaced meanwhile is not that of the one in its place", async () => {
  keeper.want(wish("1"));
  const old = await vi.waitUntil(() => keeper.running());
  keeper.want(wish("2"));
  await vi.waitUntil(() => ![null, old.launch].includes(keeper.running()?.launch ?? null));
  keeper.noteAnswer(old);
  expect(keeper.describe({ launch: old.launch, notReady: null })).toMatchObject({ version: "2", isReady: false, urls: [] });
});
