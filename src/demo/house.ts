import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { behindHaproxy } from "./demo-plan.ts";
import type { Target } from "./targets.ts";

/** Where the examples and the command stand, in the checkout as in the package. */
const house = new URL("../../", import.meta.url);

/** The file of the command `serin`. */
export const command = fileURLToPath(new URL("bin/serin.js", house));

/** A file that is a process of the demo, by its path below `src/demo` without an ending: the source in a checkout, the compiled file in the package. */
export function demoFile(name: string): string {
  return fileURLToPath(new URL(`./${name}${extname(import.meta.url)}`, import.meta.url));
}

/** A file of the examples. */
export function exampleFile(name: string): URL {
  return new URL(`examples/${name}`, house);
}

/** The plan that the demo releases by, as it stands in the examples: that of the laptop has the edge, that of nginx is for any proxy. */
export async function readExamplePlan(target: Target): Promise<string> {
  const text = await readFile(exampleFile(target === "edge" ? "laptop/plan.yaml" : "nginx/plan.yaml"), "utf8");
  return target === "haproxy" ? behindHaproxy(text) : text;
}
