import { execFile } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";

const top = join(import.meta.dirname, "..");

/** When the newest of the files was changed, epoch ms; 0 where there is none. */
function changedMs(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return 0;
  if (!found.isDirectory()) return found.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => changedMs(join(path, name))));
}

/** What the dashboard is made of, beside packages: those change with the lock file. */
const madeOf = [
  "web",
  "src/http/contract.ts",
  "src/http/contract",
  "src/http/release-view.ts",
  "src/core",
  "src/evidence",
  "package-lock.json",
];

/** Builds the dashboard into `dist/web`, unless it stands there and nothing that it is made of has changed since. */
export async function buildWeb(): Promise<void> {
  const builtMs = changedMs(join(top, "dist/web/index.html"));
  if (builtMs > Math.max(...madeOf.map((path) => changedMs(join(top, path))))) return;
  const vite = createRequire(import.meta.url)
    .resolve("vite/package.json")
    .replace("package.json", "bin/vite.js");
  // As for people, also where a test runner has said that this is a test.
  const env = { ...process.env, NODE_ENV: "production" };
  await promisify(execFile)(process.execPath, [vite, "build", "--config", join(top, "web/vite.config.ts")], { cwd: top, env });
}

if (import.meta.main) await buildWeb();
