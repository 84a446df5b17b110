import { readFile } from "node:fs/promises";
import { UserError } from "../errors.ts";

/** The text of a file that a person named. Throws `file-unreadable` when it cannot be read, or is not UTF-8. */
export async function readTextFile(file: string): Promise<string> {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(file));
  } catch (error) {
    throw new UserError("file-unreadable", `${file}: ${error instanceof Error ? error.message : String(error)}.`);
  }
}
