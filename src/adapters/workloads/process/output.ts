import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";

/** Lines of output that are kept per slot. */
export const keptLines = 100;

/** Above this the file is cut back to its last lines. */
const trimAboveBytes = 256 * 1024;
const tailBytes = 32 * 1024;

/** The file that a slot's process writes its output to: it must go on when serin is gone, so it is no pipe. */
export function outputPath(folder: string, { service, slot }: { readonly service: string; readonly slot: string }): string {
  return join(folder, `${encodeURIComponent(service)}.${slot}.log`);
}

/** Answers the last `count` lines of the file that are not empty, oldest first, without control characters. */
export async function lastLines(path: string, count: number): Promise<readonly string[]> {
  await using file = await open(path, "a+");
  const lines = (await readTail(file)).split("\n").map(toPlainLine);
  return lines.filter((line) => line !== "").slice(-count);
}

/** Cuts the file back to its last `keptLines` lines when it has grown large. What is written in that very moment may be lost. */
export async function trimOutput(path: string): Promise<void> {
  await using file = await open(path, "a+");
  if ((await file.stat()).size <= trimAboveBytes) return;
  const kept = (await readTail(file))
    .split("\n")
    .slice(-keptLines - 1)
    .join("\n");
  await file.truncate(0);
  await file.appendFile(kept);
}

async function readTail(file: FileHandle): Promise<string> {
  const { size } = await file.stat();
  const length = Math.min(size, tailBytes);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
  return buffer.toString("utf8", 0, bytesRead);
}

function toPlainLine(line: string): string {
  return stripVTControlCharacters(line)
    .replaceAll(/\p{Cc}/gu, " ")
    .trim();
}
