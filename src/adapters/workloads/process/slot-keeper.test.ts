import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../../../test/fixtures/folder.ts";
import { createClock } from "../../../engine/clock.ts";
import { identify } from "./identity.ts";
import { SlotKeeper } from "./slot-keeper.ts";
import { StateFile } from "./state-file.ts";
import type { ProcessRecord } from "./state-file.ts";

test("the health of a process that was replaced meanwhile says nothing of the new one", async () => {
  const folder = await temporaryFolder();
  const plan = { command: ["node"] as [string], cwd: null, stablePort: 4101, health: "/health", env: {}, stopWithinMs: 1_000 };
  const record: ProcessRecord = {
    service: "web",
    slot: "stable",
    version: "2",
    launch: "the new one",
    pid: process.pid,
    identity: identify(process.pid),
    port: 4101,
    plan,
    startedMs: 0,
    restarts: 0,
    hasAnswered: false,
  };
  const keeper = new SlotKeeper({ service: "web", slot: "stable" }, record, {
    clock: createClock(),
    state: new StateFile(folder),
    inherits: [],
    ports: new Set(),
    outputPath: () => join(folder, "log"),
    closing: new AbortController().signal,
  });
  expect(keeper.describe({ launch: "the old one", notReady: null })).toMatchObject({ version: "2", isReady: false, urls: [] });
  keeper.noteAnswer(record);
  expect(keeper.describe({ launch: "the new one", notReady: null })).toMatchObject({ isReady: true, urls: ["http://127.0.0.1:4101"] });
  expect(keeper.describe({ launch: "the old one", notReady: null })).toMatchObject({ isReady: false });
  expect(keeper.describe({ launch: null, notReady: "it does not run" })).toMatchObject({ isReady: false, detail: "it does not run" });
});
