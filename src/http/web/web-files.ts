import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { extname, join, posix, relative, sep } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

/** One file of the dashboard, as it is sent. */
export interface WebFile {
  readonly type: string;
  readonly etag: string;
  /** True: its name holds the digest of what is in it, so that it never changes. */
  readonly isImmutable: boolean;
  /** What is sent to who takes this encoding; `identity` is always there. */
  body(encoding: Encoding): Promise<Uint8Array<ArrayBuffer>>;
}

export type Encoding = "br" | "gzip" | "identity";

/** The built dashboard. */
export interface WebFiles {
  /** The file at a path such as "/assets/main-1a2b.js"; `null`: there is none. */
  find(path: string): Promise<WebFile | null>;
}

/**
 * The files of `folder` and of nothing beside it: they are read into memory, and a path is looked up among their names, so that it cannot leave the
 * folder. They are read afresh when `index.html` is another one than before. Without an `index.html` there is no file.
 */
export function openWebFiles(folder: string): WebFiles {
  let known: { readonly stamp: string; readonly files: Promise<ReadonlyMap<string, WebFile>> } | null = null;
  return {
    find: async (path) => {
      const stamp = await stampOf(join(folder, "index.html"));
      if (stamp === null) return null;
      if (known?.stamp !== stamp) known = { stamp, files: readFiles(folder) };
      return (await known.files).get(path) ?? null;
    },
  };
}

async function stampOf(path: string): Promise<string | null> {
  try {
    const { ino, size, mtimeMs } = await stat(path);
    return `${ino}-${size}-${mtimeMs}`;
  } catch {
    return null; // The dashboard is not built.
  }
}

async function readFiles(folder: string): Promise<ReadonlyMap<string, WebFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(async (entry): Promise<readonly [string, WebFile]> => {
      const path = join(entry.parentPath, entry.name);
      const name = `/${posix.join(...relative(folder, path).split(sep))}`;
      return [name, toWebFile(name, await readFile(path))];
    });
  return new Map(await Promise.all(files));
}

/** Source: https://www.iana.org/assignments/media-types/media-types.xhtml */
const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".txt": "text/plain; charset=utf-8",
};

/** What is compressed already does not become smaller. */
const isPacked = /\.(?:png|ico|woff2)$/;
/** A name as the build gives it to what it has hashed: "/assets/main-Bq3x_1Yz.js". */
const hashedName = /^\/assets\/.*-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$/;

function toWebFile(name: string, bytes: Buffer<ArrayBuffer>): WebFile {
  const packed = new Map<Encoding, Promise<Uint8Array<ArrayBuffer>>>();
  return {
    type: types[extname(name)] ?? "application/octet-stream",
    etag: createHash("sha256").update(bytes).digest("base64url").slice(0, 22),
    isImmutable: hashedName.test(name),
    body: async (encoding) => {
      if (encoding === "identity" || isPacked.test(name)) return bytes;
      const found = packed.get(encoding) ?? pack(encoding, bytes);
      packed.set(encoding, found);
      return await found;
    },
  };
}

/** In the thread pool: no release waits for it. */
async function pack(encoding: "br" | "gzip", bytes: Buffer<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return new Uint8Array(await (encoding === "br" ? promisify(brotliCompress)(bytes, { params }) : promisify(gzip)(bytes, { level: 9 })));
}
