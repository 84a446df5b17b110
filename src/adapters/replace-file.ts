import { open, rename } from "node:fs/promises";

/**
 * Writes beside and renames, so that a reader sees the old file or the new one, and both survive a power loss whole. `mode` is the new file's; the
 * folder must be there.
 */
export async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  const beside = `${path}.${process.pid}.new`;
  const file = await open(beside, "w", mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
}
