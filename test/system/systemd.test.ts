import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { textOf } from "../tree.ts";
import { onSystem, programPath } from "./on-system.ts";

const run = promisify(execFile);

/** What an unhardened service is exposed to is 9.6; `systemd-analyze` calls under 2 "OK". In tenths. */
const mostExposed = 20;

onSystem({ name: "the units, as systemd reads them", needs: ["systemd-analyze"] }, () => {
  test.each(["serin", "serin-edge"])("%s.service is sound, and exposed to little", async (name) => {
    const folder = await mkdtemp(join(tmpdir(), "serin-units-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const unit = join(folder, `${name}.service`);
    // The program that it starts is not installed here.
    await writeFile(unit, textOf(`deploy/systemd/${name}.service`).replace("/usr/bin/serin", process.execPath));
    const analyze = (...words: string[]) => run(programPath("systemd-analyze"), words);
    expect(await analyze("verify", "--man=no", unit)).toEqual({ stdout: "", stderr: "" });
    const { stdout } = await analyze("security", "--offline=true", "--no-pager", `--threshold=${mostExposed}`, unit);
    expect(stdout).toContain("Overall exposure level");
    // The check would notice: the same unit with every wall taken away is not accepted.
    await writeFile(unit, "[Service]\nExecStart=/bin/true\n");
    await expect(analyze("security", "--offline=true", "--no-pager", `--threshold=${mostExposed}`, unit)).rejects.toMatchObject({
      code: 1,
    });
  });
});
