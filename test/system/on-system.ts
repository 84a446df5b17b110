import { accessSync, constants, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, test } from "vitest";
import { setUp } from "./set-up.ts";

/** A suite that needs servers, or their modules, of the machine. */
export interface SystemSuite {
  readonly name: string;
  /** Names of programs ("haproxy"), or absolute paths of files ("/usr/lib/nginx/modules/ngx_http_lua_module.so"). */
  readonly needs: readonly string[];
}

/**
 * Defines a suite on real servers. Where one of them is missing the suite has a single test that is skipped and says so: the report ends with a
 * line for it (`test/last-line.ts`), and with SERIN_REQUIRE_SYSTEM=1 it counts as failed.
 */
export function onSystem({ name, needs }: SystemSuite, define: () => void): void {
  const missing = needs.filter((need) => findProgram(need) === null);
  describe(name, () => {
    if (missing.length === 0) define();
    else test(`${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"} not installed`, (context) => context.skip(`run ${setUp}`));
  });
}

/** Where a program, or a file given by its absolute path, is; `null`: nowhere. Debian keeps some outside of people's PATH. */
export function findProgram(need: string): string | null {
  if (need.startsWith("/")) return isThere(need, constants.R_OK) ? need : null;
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/sbin", ...postgresqlFolders()];
  return folders.map((folder) => join(folder, need)).find((path) => isThere(path, constants.X_OK)) ?? null;
}

/** As `findProgram`, for what a suite has said that it needs. Throws when it is nowhere. */
export function programPath(need: string): string {
  const path = findProgram(need);
  if (path === null) throw new Error(`${need} is not installed: run ${setUp}`);
  return path;
}

function postgresqlFolders(): readonly string[] {
  const top = "/usr/lib/postgresql";
  try {
    return readdirSync(top).map((version) => join(top, version, "bin"));
  } catch {
    return [];
  }
}

function isThere(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
