import { readFileSync, readdirSync, statSync } from "node:fs";
import { dirname, join, posix, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout's own folder. */
export const top = dirname(dirname(fileURLToPath(import.meta.url)));

const notOurs = new Set([".git", ".serin", "coverage", "dist", "node_modules"]);

/** Every file of the project below `folder`, as paths from the top with "/", in alphabetical order; nothing that is installed or built. */
export function filesBelow(folder = "."): readonly string[] {
  const found: string[] = [];
  for (const entry of readdirSync(join(top, folder), { withFileTypes: true })) {
    if (notOurs.has(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...filesBelow(path));
    else if (entry.isFile()) found.push(path.split(sep).join(posix.sep));
  }
  return found.sort();
}

/** A file's text. */
export function textOf(path: string): string {
  return readFileSync(join(top, path), "utf8");
}

/** True for a path from the top that is a file or a folder. */
export function exists(path: string): boolean {
  return statSync(join(top, path), { throwIfNoEntry: false }) !== undefined;
}

/** What a source file imports: other files as paths from the top, packages by their specifier. Types and lazy imports count. */
export function importsOf(path: string): readonly string[] {
  const specifiers = textOf(path).matchAll(/^(?:import|export)\b[^;"=]*?\bfrom "([^"\n]+)"|^import "([^"\n]+)"|\bimport\("([^"\n]+)"\)/gm);
  return [...specifiers].map(([, from, bare, lazy]) => {
    const specifier = from ?? bare ?? lazy ?? "";
    return specifier.startsWith(".") ? posix.join(posix.dirname(path), specifier) : specifier;
  });
}
