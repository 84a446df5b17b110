import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { startChromium } from "./browser.ts";
import { openDoor } from "./door.ts";
import { job, reportFiles } from "./job.ts";
import type { Job, Outcome } from "./job.ts";

/*
 * The process of one run: a job comes in as one line, Lighthouse runs, its report is written, one line says how it went. It leads a process group
 * of its own, browser included; when whoever started it has gone, the whole group goes.
 */
const input = createInterface({ input: process.stdin });
input.once("close", () => process.kill(-process.pid, "SIGKILL"));
input.once("line", (line) => void tell(line));

async function tell(line: string): Promise<void> {
  const ended = await run(job.parse(JSON.parse(line))).catch((cause: unknown): Outcome => ({
    kind: "failed",
    why: cause instanceof Error ? (cause.message.split("\n", 1)[0] ?? "") : "no reason given",
  }));
  process.stdout.write(`${JSON.stringify(ended)}\n`);
}

async function run(told: Job): Promise<Outcome> {
  mkdirSync(told.folder, { recursive: true, mode: 0o700 });
  const door = await openDoor(told.door);
  const port = await startChromium(told);
  const { default: lighthouse, desktopConfig } = await import("lighthouse");
  const { PageText, PageTextAudit } = await import("./page-text.ts");
  const gatherer = new PageText();
  const ran = await lighthouse(
    `${door.url}${told.path}`,
    {
      port,
      logLevel: "silent",
      output: ["json", "html"],
      locale: "en-US",
      onlyCategories: [...told.categories],
      disableFullPageScreenshot: true,
    },
    {
      extends: "lighthouse:default",
      settings: { ...(told.preset === "desktop" ? desktopConfig.settings : {}), onlyAudits: [PageTextAudit.meta.id] },
      artifacts: [{ id: "PageText", gatherer: { instance: gatherer } }],
      audits: [{ implementation: PageTextAudit }],
    },
  );
  door.close();
  const [json, html] = ran?.report ?? [];
  if (json === undefined || html === undefined) return { kind: "failed", why: "Lighthouse wrote no report" };
  writeFileSync(join(told.folder, reportFiles.json), json);
  writeFileSync(join(told.folder, reportFiles.html), html);
  return { kind: "ran", text: gatherer.text, trouble: door.trouble() };
}
