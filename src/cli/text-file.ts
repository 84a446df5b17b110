import { UserError } from "../errors.ts";
import { readPersonFile } from "./person-file.ts";

/** The text of a file that a person named. Throws `file-unreadable` when it cannot be read, or is not UTF-8. */
export async function readTextFile(file: string): Promise<string> {
  const bytes = await readPersonFile(file);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UserError("file-unreadable", `${file} is not UTF-8 text.`);
  }
}
