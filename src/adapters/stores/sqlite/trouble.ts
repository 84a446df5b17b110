import { StoreUnusable } from "../../../ports.ts";

/**
 * Answers `error` as the `StoreUnusable` that a person can act on, or unchanged when it is none of those (a busy database is asked again).
 *
 * Source: https://www.sqlite.org/rescode.html (primary result codes)
 */
export function toTrouble(error: unknown, path: string): unknown {
  const code = resultCode(error);
  const cause = error;
  switch (code) {
    case 13:
      return new StoreUnusable({
        why: "full",
        message: `no space is left for the store ${path}; nothing of this change was stored`,
        remedy: "Free space on that disk, or raise the store's maxMegabytes; serin goes on by itself.",
        cause,
      });
    case 8:
    case 14:
    case 3:
      return new StoreUnusable({
        why: "not-writable",
        message: `the store ${path} cannot be opened for writing`,
        remedy: "Give the user that serin runs as the right to write this folder and the files in it.",
        cause,
      });
    case 11:
    case 26:
      return damaged(path, error);
    default:
      return error;
  }
}

/** Answers the trouble of a store whose file is not what was written; `cause` is what was found. */
export function damaged(path: string, cause: unknown): StoreUnusable {
  return new StoreUnusable({
    why: "damaged",
    message: `the store ${path} is damaged`,
    remedy: "Stop serin, keep a copy of the folder, and put the last backup in its place.",
    cause,
  });
}

/** The primary result code of an error of `node:sqlite`; `null` when it is none. A system error on the folder counts as its counterpart. */
function resultCode(error: unknown): number | null {
  if (!(error instanceof Error) || !("code" in error)) return null;
  switch (error.code) {
    case "ERR_SQLITE_ERROR":
      return "errcode" in error && typeof error.errcode === "number" ? error.errcode & 0xff : null;
    case "ENOSPC":
    case "EDQUOT":
      return 13;
    case "EACCES":
    case "EPERM":
    case "EROFS":
    case "ENOTDIR":
    case "EISDIR":
    case "EEXIST":
    case "ENOENT":
      return 14;
    default:
      return null;
  }
}
