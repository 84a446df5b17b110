import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { UserError } from "../errors.ts";

export interface Needed {
  /** Debian's packages that bring it. */
  readonly packages: string;
  /** What it needs beside itself. */
  readonly files: readonly string[];
}

/** Where a program of this machine is, also where Debian keeps it outside of people's PATH. Throws `program-missing` with the packages. */
export function findProgram(name: string, { packages, files }: Needed): string {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  const path = folders.map((folder) => join(folder, name)).find((one) => isThere(one, constants.X_OK));
  const missing = files.filter((file) => !isThere(file, constants.R_OK));
  if (path !== undefined && missing.length === 0) return path;
  const what = path === undefined ? `${name} is not installed` : `${name} is installed without ${missing.join(" and ")}`;
  throw new UserError("program-missing", `${what}. On Debian: apt-get install ${packages}.`);
}

function isThere(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
