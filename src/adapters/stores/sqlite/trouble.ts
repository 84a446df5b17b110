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
      return full(path, error);
    case 8:
    case 14:
    case 3:
      return new StoreUnusable({
        why: "not-writable",
        message: `the store ${path} cannot be opened for writing`,
        remedy:
          "Give the user that serin runs as the right to write this folder and the files in it; a disk that has gone read-only says why in the system's log.",
        cause,
      });
    case 11:
    case 26:
      return damaged(path, error);
    case 10:
      return new StoreUnusable({
        why: "failing",
        message: `the disk refused to read or write the store ${path}`,
        remedy:
          "Look for errors of the disk in the system's log, and for a quota or a limit on the size of files; serin goes on by itself.",
        cause,
      });
    default:
      // What was written as JSON and is none any more.
      return error instanceof SyntaxError ? damaged(path, error) : error;
  }
}

/** Answers the trouble of a store without space; what is left is for the way home of those who are on a new version. */
export function full(path: string, cause: unknown): StoreUnusable {
  return new StoreUnusable({
    why: "full",
    message: `no space is left for the store ${path}; nothing of this change was stored`,
    remedy: "Free space on that disk; serin goes on by itself. Until then only a rollback or a stop is taken.",
    cause,
  });
}

/** True when the disk, or what it lets this user have, is full. */
export function isNoSpace(error: unknown): boolean {
  return resultCode(error) === 13;
}

/** True for SQLite's plain error: of a statement, or of a file in a format that it does not read. */
export function isPlainError(error: unknown): boolean {
  return resultCode(error) === 1;
}

/** Answers the trouble of a store whose file is not what was written; `cause` is what was found, `says` what is wrong with it in words. */
export function damaged(path: string, cause: unknown, says = "is damaged"): StoreUnusable {
  return new StoreUnusable({
    why: "damaged",
    message: `the store ${path} ${says}`,
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
    case "EFBIG":
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
