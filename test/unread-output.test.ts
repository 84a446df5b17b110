import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

test("serin judge | head -1: ends quietly with exit code 0 once nobody reads its verdicts", async () => {
  const child = spawn(process.execPath, [main, "judge", "--condition", "< 0.5%"], { stdio: ["pipe", "pipe", "pipe"] });
  const closed = once(child, "close") as Promise<[number | null, string | null]>;
  onTestFinished(() => void child.kill("SIGKILL"));
  let err = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  // The reader's end is what is tested; ours breaks when the process is gone.
  child.stdin.on("error", () => undefined);
  let number = 0;
  const feed = (error?: Error | null): void => {
    if (error) return;
    number += 1;
    child.stdin.write(`{"atMs":${number},"canary":{"bad":0,"total":${number}}}\n`, feed);
  };
  feed();
  await once(child.stdout, "data");
  child.stdout.destroy();
  expect(await closed).toEqual([0, null]);
  expect(err).toBe("");
});
