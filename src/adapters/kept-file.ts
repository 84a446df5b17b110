import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { z } from "zod";

/** A small thing that an adapter remembers across restarts. */
export interface KeptFile<T> {
  /** `null`: nothing was kept, or what lies there cannot be read; then it is as lost. */
  read(): T | null;
  /** Replaces it as a whole: after a crash there is the old or the new one. */
  write(value: T): void;
  forget(): void;
}

/** The file in the adapter's own folder for `name`, which may be any text. */
export function keptFile<T>(folder: string, name: string, schema: z.ZodType<T>): KeptFile<T> {
  const path = join(folder, `${createHash("sha256").update(name).digest("hex").slice(0, 32)}.json`);
  return {
    read() {
      try {
        const parsed = schema.safeParse(JSON.parse(readFileSync(path, "utf8")));
        return parsed.success ? parsed.data : null;
      } catch {
        return null; // Not there, or damaged: whoever asks finds it out again.
      }
    },
    write(value) {
      writeFileSync(`${path}.new`, JSON.stringify(value), { mode: 0o600 });
      renameSync(`${path}.new`, path);
    },
    forget: () => rmSync(path, { force: true }),
  };
}
