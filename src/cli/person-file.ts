import { open } from "node:fs/promises";
import { UserError } from "../errors.ts";

/** One byte more than a file of people may have, so that its reader can say that it is too large. */
const mostBytes = 1024 * 1024 + 1;

/** The bytes of a file that a person named, at most 1 MiB and one byte, however large it is. Throws `file-unreadable`. */
export async function readPersonFile(file: string): Promise<Uint8Array> {
  try {
    await using handle = await open(file);
    const buffer = new Uint8Array(mostBytes);
    let length = 0;
    while (length < mostBytes) {
      const { bytesRead } = await handle.read(buffer, length, mostBytes - length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return buffer.subarray(0, length);
  } catch (error) {
    throw new UserError("file-unreadable", `${file}: ${error instanceof Error ? error.message : String(error)}.`);
  }
}
