import { randomBytes } from "node:crypto";
import { readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { WantedTraffic } from "../../../ports.ts";
import { makeFolder } from "../../make-folder.ts";
import { replaceFile } from "../../replace-file.ts";
import { EdgeUnusable } from "./edge-unusable.ts";
import { wantedSchema } from "./orders.ts";

/** The folder in which an edge keeps what must survive a restart: its key and the last word of the controller. */
export interface KeptFiles {
  readonly key: Uint8Array;
  /** The last wanted state; `null` when there was none, or none that can be read. */
  readonly wanted: WantedTraffic | null;
  readonly setAside: SetAside | null;
  /** Resolves when `wanted` would survive a power loss. */
  keep(wanted: WantedTraffic): Promise<void>;
}

/** A kept state that could not be read: why, and the file in which it is now; nothing of it was kept otherwise. */
export interface SetAside {
  readonly why: string;
  readonly file: string;
}

const keyBytes = 32;

/**
 * Opens the folder, made when it is not there. The key is made at the first start and readable by its owner only; several edges in front of one
 * shop need the same one, by `keyFile`. A kept state that is garbled is set aside, since an edge that does not start serves nobody
 * (docs/decisions/garbled-word.md). Throws `EdgeUnusable` when the folder cannot be used, or the key is not one: with another key everybody would
 * be drawn afresh.
 */
export async function openKeptFiles(folder: string, keyFile: string | null): Promise<KeptFiles> {
  try {
    makeFolder(folder);
    const path = join(folder, "wanted.json");
    const text = (await readIfThere(path))?.toString("utf8") ?? null;
    const kept = text === null ? null : parseKept(text, path);
    const setAside = typeof kept === "string" ? { why: kept, file: `${path}.set-aside` } : null;
    const key = await readKey(keyFile ?? join(folder, "edge.key"));
    if (setAside !== null) await rename(path, setAside.file);
    const file = new KeptFile(path, setAside === null ? text : null);
    return { key, wanted: typeof kept === "string" ? null : kept, setAside, keep: (wanted) => file.keep(JSON.stringify(wanted)) };
  } catch (error) {
    throw error instanceof EdgeUnusable
      ? error
      : new EdgeUnusable("folder", error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** A file that is written only when its text changes, one writing after the other. */
class KeptFile {
  readonly #path: string;
  #written: string | null;
  #writing: Promise<void> = Promise.resolve();

  constructor(path: string, written: string | null) {
    this.#path = path;
    this.#written = written;
  }

  keep(text: string): Promise<void> {
    const write = async (): Promise<void> => {
      if (text === this.#written) return;
      await replaceFile(this.#path, text, 0o600);
      this.#written = text;
    };
    // After a failed writing the next one begins afresh; whoever asked for the failed one is told.
    this.#writing = this.#writing.then(write, write);
    return this.#writing;
  }
}

async function readKey(path: string): Promise<Uint8Array> {
  const there = await readIfThere(path);
  if (there === null) {
    const key = randomBytes(keyBytes);
    await replaceFile(path, key.toString("base64url"), 0o600);
    return key;
  }
  const key = Buffer.from(there.toString("utf8").trim(), "base64url");
  if (key.length < keyBytes) throw new EdgeUnusable("folder", `${path} is not a key: ${keyBytes} random bytes as base64url are needed`);
  return key;
}

/** The kept state; a text says what is wrong with it. */
function parseKept(text: string, path: string): WantedTraffic | string {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return `${path} is not JSON`;
  }
  const parsed = wantedSchema.safeParse(raw);
  return parsed.success ? parsed.data : `${path} is no word of this version's`;
}

async function readIfThere(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}
