import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes `folder`, readable by its owner only, and what is missing above it; one that is there stays as it is. Throws node's own error when it cannot
 * be made. Where a file system takes no folders at all (`/proc`), node's `recursive` tries for ever.
 */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (isFolder(folder)) return;
    const above = dirname(folder);
    const isMissingAbove = error instanceof Error && "code" in error && error.code === "ENOENT" && !isFolder(above);
    if (!isMissingAbove || above === folder) throw error;
    makeFolder(above);
    makeFolder(folder);
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
