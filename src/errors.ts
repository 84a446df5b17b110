import { accessErrors } from "./errors/access-errors.ts";

/** Something wrong in what a person wrote: where it stands, what is wrong, what to write instead. Lines and columns count from 1. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly severity: "error" | "warning";
  /** Which kind of problem it is; docs/lint.md lists all, and a code never means anything else. */
  readonly code: string;
  readonly message: string;
  /** What to write instead; always a remedy, never a repetition. */
  readonly remedy: string;
}

/** A problem as one line of text: `plan.yaml:12:5 error: … Write …`. */
export function formatProblem(problem: Problem): string {
  return `${problem.file}:${problem.line}:${problem.column} ${problem.severity}: ${problem.message} ${problem.remedy}`;
}

/** The exit codes of every command; they never change their meaning. docs/cli.md lists them. */
export const exitCodes = {
  /** It was done, or the answer is yes. */
  done: 0,
  /** The answer is no: refused, not verified. */
  no: 1,
  /** What was typed, or a file that it names, is wrong. */
  "bad-input": 2,
  /** The server cannot be reached, or cannot answer. */
  unreachable: 3,
  /** The server does not know this token, or its person may not do this. */
  "not-allowed": 4,
  /** The release has moved on since the revision that was seen. */
  stale: 5,
  /** The release ended otherwise than waited for. */
  otherwise: 6,
} as const;

export type Exit = keyof typeof exitCodes;

/** What an error code promises: its title, HTTP status (`null`: it is met on the command line only), exit, and what to do about it. */
export interface ErrorKind {
  readonly title: string;
  readonly status: number | null;
  readonly exit: Exit;
  readonly remedy: string;
}

/** Every error that a user can meet, by code. docs/errors.md is this table; a code is never given another meaning. */
export const errorKinds = {
  "body-malformed": { title: "The body is not JSON", status: 400, exit: "bad-input", remedy: "Send one JSON object in UTF-8." },
  "body-invalid": {
    title: "The body does not have the right shape",
    status: 422,
    exit: "bad-input",
    remedy: "Correct each place that `errors` names.",
  },
  "body-too-large": {
    title: "The body is too large",
    status: 413,
    exit: "bad-input",
    remedy: "Send at most 2 MiB; a plan has at most 1 MiB.",
  },
  "media-type": {
    title: "The body is not labelled as JSON",
    status: 415,
    exit: "bad-input",
    remedy: "Send `Content-Type: application/json`.",
  },
  "query-invalid": {
    title: "The query does not have the right shape",
    status: 400,
    exit: "bad-input",
    remedy: "Correct each parameter that `errors` names.",
  },
  "key-missing": {
    title: "The idempotency key is missing or too long",
    status: 400,
    exit: "bad-input",
    remedy: "Send `Idempotency-Key` with 1 to 200 printable characters, the same for every try of the same call.",
  },
  "key-reused": {
    title: "The idempotency key was used for something else",
    status: 422,
    exit: "bad-input",
    remedy: "Use a new key for a new call.",
  },
  "plan-invalid": {
    title: "The plan has problems",
    status: 422,
    exit: "bad-input",
    remedy: "Correct each place that `problems` names; `serin plan lint` finds them without a server.",
  },
  "versions-invalid": {
    title: "The versions do not fit the plan",
    status: 422,
    exit: "bad-input",
    remedy: "Give each service of the plan one version, and no other service; at least one of them is new.",
  },
  "stable-unknown": {
    title: "The stable version is not known",
    status: 422,
    exit: "bad-input",
    remedy: "Name it (`--stable SERVICE=VERSION`), or start it first (`serin stable start`).",
  },
  "stable-elsewhere": {
    title: "The stable version does not run on this machine",
    status: 422,
    exit: "bad-input",
    remedy: "Deploy the stable version there by its own means; only workloads of kind `process` are started here.",
  },
  "stable-not-ready": {
    title: "The stable version did not become ready in time",
    status: 504,
    exit: "no",
    remedy: "Read what each service says, correct it and ask again; what was started goes on trying.",
  },
  ...accessErrors,
  "release-unknown": {
    title: "There is no such release",
    status: 404,
    exit: "bad-input",
    remedy: "`serin release list` shows the releases that there are.",
  },
  "freeze-unknown": {
    title: "There is no such freeze",
    status: 404,
    exit: "bad-input",
    remedy: "`serin freeze list` shows the environments that are frozen.",
  },
  "route-unknown": {
    title: "There is nothing at this address",
    status: 404,
    exit: "bad-input",
    remedy: "Compare the method and path with docs/api.md.",
  },
  "service-busy": {
    title: "A service is already in an active release",
    status: 409,
    exit: "no",
    remedy: "Wait until that release has ended, or take it back.",
  },
  "connection-missing": {
    title: "The plan needs a connection that this server does not have",
    status: 422,
    exit: "bad-input",
    remedy: "Add the connection to the server's file, or name one that it has.",
  },
  "start-moment": {
    title: "A release cannot start then",
    status: 422,
    exit: "bad-input",
    remedy: "Give a moment that is to come, in the plan's zone, such as 2025-08-19T14:00; `serin plan when` says which fit the plan.",
  },
  "environment-frozen": {
    title: "The environment is frozen",
    status: 409,
    exit: "no",
    remedy: "A release manager lifts the freeze when its cause is gone (`serin freeze lift`).",
  },
  "release-active": {
    title: "A release is active on these services",
    status: 409,
    exit: "no",
    remedy: "Wait until it has ended: it decides which stable version runs.",
  },
  "request-refused": {
    title: "The request was refused",
    status: 409,
    exit: "no",
    remedy: "Read why, look at the release (`serin release show`), and ask for what it waits for.",
  },
  "revision-stale": {
    title: "The release has moved on",
    status: 412,
    exit: "stale",
    remedy: "Look at the release again, and ask with the revision that you then see.",
  },
  "revision-missing": {
    title: "The revision that you saw is missing",
    status: 428,
    exit: "bad-input",
    remedy: 'Send `If-Match: "REVISION"`; on the command line `--expect-revision N`, which `serin release show` ends with.',
  },
  "revision-malformed": {
    title: "The revision is not a number in quotes",
    status: 400,
    exit: "bad-input",
    remedy: 'Send `If-Match: "12"` for revision 12.',
  },
  "too-many-streams": {
    title: "Too many event streams are open",
    status: 503,
    exit: "unreachable",
    remedy: "Close some, or try again later.",
  },
  "store-unusable": {
    title: "The store cannot take this now",
    status: 503,
    exit: "unreachable",
    remedy: "Nothing of it was stored: do what `detail` says, then ask again with the same key.",
  },
  internal: {
    title: "The server made a mistake",
    status: 500,
    exit: "unreachable",
    remedy: "Look for `incident` in the server's log and report it.",
  },
  "server-unreachable": {
    title: "The server cannot be reached",
    status: null,
    exit: "unreachable",
    remedy: "Start it (`serin server --data DIR`), or name it (`--server URL`).",
  },
  "answer-strange": {
    title: "The answer is not serin's",
    status: null,
    exit: "unreachable",
    remedy: "Check that `--server` names a serin server of the same version.",
  },
  "command-mistake": {
    title: "The command made a mistake, or cannot read what was answered",
    status: null,
    exit: "unreachable",
    remedy:
      "Use the server's version of serin (`serin --version` names this one, `/api/v1/health` the server's); else report what follows.",
  },
  "token-file-unreadable": {
    title: "The token file cannot be used",
    status: null,
    exit: "bad-input",
    remedy: "Name tokens.json of the server's data folder, or a file that holds one token (`--token-file FILE`).",
  },
  "person-unclear": {
    title: "The token file holds several people",
    status: null,
    exit: "bad-input",
    remedy: "Say who asks (`--person NAME`).",
  },
  "input-invalid": {
    title: "The command line is wrong",
    status: null,
    exit: "bad-input",
    remedy: "`--help` shows what the command takes.",
  },
  "scenario-unseen": {
    title: "The plan cannot show this scenario",
    status: null,
    exit: "bad-input",
    remedy: "Give the plan such a metric with a gate or guard, or name another scenario (`--scenario all` plays those that it can show).",
  },
  "line-invalid": {
    title: "A line of the input is wrong",
    status: null,
    exit: "bad-input",
    remedy: "Correct the line; `serin judge --help` shows what one looks like.",
  },
  "file-unreadable": {
    title: "A file cannot be read",
    status: null,
    exit: "bad-input",
    remedy: "Check its name, its rights and that it is UTF-8 text.",
  },
  "server-file-invalid": {
    title: "The server's file has problems",
    status: null,
    exit: "bad-input",
    remedy: "Correct each place that is named.",
  },
  "secret-missing": {
    title: "A secret cannot be resolved",
    status: null,
    exit: "bad-input",
    remedy: "Set the environment variable, or create the file, that the server's file names.",
  },
  "data-unusable": {
    title: "The data folder cannot be used",
    status: null,
    exit: "bad-input",
    remedy: "Read why; end the other process, or name another folder (`--data DIR`).",
  },
  "tokens-exposed": {
    title: "Others may read the token file",
    status: null,
    exit: "bad-input",
    remedy: "Run `chmod 600` on it, and delete it first if somebody may have read it: new tokens are then made.",
  },
  "address-unusable": {
    title: "This address cannot be used",
    status: null,
    exit: "bad-input",
    remedy: "End the process that listens there, or name another address of this machine; port 0 takes a free one.",
  },
  "program-missing": {
    title: "A program that this needs is not installed",
    status: null,
    exit: "bad-input",
    remedy: "Install the packages that the message names, or do without that program.",
  },
  "ended-otherwise": {
    title: "The release ended otherwise than waited for",
    status: null,
    exit: "otherwise",
    remedy: "`serin release why` says why it ended so.",
  },
} as const satisfies Readonly<Record<string, ErrorKind>>;

export type ErrorCode = keyof typeof errorKinds;

/** One sentence in whichever language its reader has. */
export interface Sentence {
  in(language: "en" | "fr"): string;
}

/**
 * An error for people, thrown at the edges only. `detail` is one sentence about this occurrence, a text where it is said in English alone; `more` are
 * further members of the problem.
 */
export class UserError extends Error {
  override readonly name = "UserError";
  readonly code: ErrorCode;
  readonly detail: Sentence;
  readonly more: Readonly<Record<string, unknown>>;
  constructor(code: ErrorCode, detail: string | Sentence, more: Readonly<Record<string, unknown>> = {}) {
    super(typeof detail === "string" ? detail : detail.in("en"));
    this.code = code;
    this.detail = typeof detail === "string" ? { in: () => detail } : detail;
    this.more = more;
  }
}

/** The promise of an error code. */
export function errorKind(code: ErrorCode): ErrorKind {
  return errorKinds[code];
}
