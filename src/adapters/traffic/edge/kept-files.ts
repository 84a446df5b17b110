import { randomBytes } from "node:crypto";
import { open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { WantedTraffic } from "../../../ports.ts";
import { makeFolder } from "../../make-folder.ts";
import { wantedSchema } from "./orders.ts";

/** The folder in which an edge keeps what must survive a restart: its key and the last word of the controller. */
export interface KeptFiles {
  readonly key: Uint8Array;
  /** The last wanted state; `null` when there was none. */
  readonly wanted: WantedTraffic | null;
  /** Resolves when `wanted` would survive a power loss. */
  keep(wanted: WantedTraffic): Promise<void>;
}

const keyBytes = 32;

/**
 * Opens the folder, made when it is not there. The key is made at the first start and readable by its owner only; several edges in front of one
 * shop need the same one, by `keyFile`. Throws when the key is not one or the kept state is garbled: an edge that forgot its cohort silently
 * would move people.
 */
export async function openKeptFiles(folder: string, keyFile: string | null): Promise<KeptFiles> {
  makeFolder(folder);
  const wantedPath = join(folder, "wanted.json");
  const text = await readIfThere(wantedPath);
  const kept = new KeptFile(wantedPath, text?.toString("utf8") ?? null);
  return {
    key: await readKey(keyFile ?? join(folder, "edge.key")),
    wanted: text === null ? null : parseKept(text.toString("utf8"), wantedPath),
    keep: (wanted) => kept.keep(JSON.stringify(wanted)),
  };
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
      await replaceFile(this.#path, text);
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
    await replaceFile(path, key.toString("base64url"));
    return key;
  }
  const key = Buffer.from(there.toString("utf8").trim(), "base64url");
  if (key.length < keyBytes) throw new Error(`${path} is not a key: ${keyBytes} random bytes as base64url are needed`);
  return key;
}

function parseKept(text: string, path: string): WantedTraffic {
  const parsed = wantedSchema.safeParse(parseJson(text, path));
  if (!parsed.success) throw new Error(`${path} is not a wanted state of this version; remove it to begin from the stable addresses given`);
  return parsed.data;
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`${path} is not JSON; remove it to begin from the stable addresses given`, { cause });
  }
}

async function readIfThere(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

/** Writes beside and renames, so that a reader sees the old file or the new one, and both survive a power loss whole. */
async function replaceFile(path: string, text: string): Promise<void> {
  const beside = `${path}.${process.pid}.new`;
  const file = await open(beside, "w", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
}
