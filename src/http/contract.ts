import { z } from "zod";
import type { ChainedEntry, Freeze } from "../ports.ts";
import { parseMoment } from "../core/moment.ts";
import type { Language, Role } from "../core/plan.ts";
import { requestKinds } from "../core/requests.ts";
import type { Refusal } from "../core/requests.ts";
import type { Problem, ErrorCode } from "../errors.ts";
import type { PhaseView, ReleaseView, Tone } from "./release-view.ts";

export { fitsPath, pathOf, routes } from "./contract/routes.ts";
export type { Access, Route, RouteName } from "./contract/routes.ts";

/** The header by which every answer says that it is serin's, and of which version. */
export const versionHeader = "Serin-Version";

/** Largest body that is read, bytes. */
export const bodyLimitBytes = 2 * 1024 * 1024;

/** The language of the sentences; absent: the plan's. */
const language = z.enum(["fr", "en"]).optional();

/** The query of `showRelease`, `events`, `releasesEvents` and `ask`. */
export const languageQuery = z.strictObject({ language });

const word = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}\p{Cf}]*$/u, "must not hold control characters");
const reason = z.string().trim().min(1, "must say why").max(2_000);
const versions = z.record(
  word,
  z
    .string()
    .min(1)
    .max(500)
    .regex(/^[^\p{Cc}\p{Cf}\s]+$/u, "must not hold spaces or control characters"),
);
const planText = z.strictObject({
  /** The plan file as written. */
  text: z.string().max(bodyLimitBytes),
  /** Its name, for problems: it is not opened. */
  file: z.string().min(1).max(500),
});

/** As `parseMoment` reads it, in the plan's zone where it names none. */
const moment = z
  .string()
  .max(60)
  .refine((text) => parseMoment(text) !== null, "must be a day and a time, such as 2025-08-19T14:00");

/** The body of `startRelease`. The header `Idempotency-Key` (1-200 printable characters) goes with it. */
export const startReleaseBody = z
  .strictObject({
    plan: planText,
    /** By service: the version to release. */
    versions,
    /** By service: the version that is stable now; absent: the one that is seen running. */
    stable: versions.optional(),
    reason,
    /**
     * In whose name: who set a pipeline going. By name, or as they sign in; they count as who started it, beside the caller, and are never alone in
     * approving it. Absent: in nobody else's.
     */
    startedFor: word.optional(),
    /** It starts then at the earliest, and may be approved until then; absent: as soon as it may. */
    at: moment.optional(),
    /** True: it is scheduled for the next moment at which the whole plan fits its windows. */
    nextWindow: z.literal(true).optional(),
    /** True, of a release manager: the start may pass the closed window and the freeze that stand in its way now, with the reason. */
    override: z.literal(true).optional(),
  })
  .refine(
    ({ at, nextWindow, override }) => [at, nextWindow, override].filter((one) => one !== undefined).length <= 1,
    "takes one of at, nextWindow and override",
  );
export type StartReleaseBody = z.infer<typeof startReleaseBody>;

/** The answer of `startRelease`; status 201 when it began now, 200 when the same key had begun it before. */
export interface StartReleaseAnswer {
  readonly id: string;
  readonly path: string;
  /** Warnings about the plan; a plan with errors is refused. */
  readonly problems: readonly Problem[];
  /** The moment that it is scheduled for, epoch ms and in words in the plan's zone; `null`: as soon as it may. */
  readonly starts: { readonly atMs: number; readonly says: string } | null;
  /** True when something stood in the way of the start, and `override` lets it pass. */
  readonly isOverridden: boolean;
}

/** The query of `listReleases`: newest first; `before` is the `next` of the page before. */
export const listReleasesQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  before: z.string().min(1).max(200).optional(),
  language,
});

export interface ReleaseSummary {
  readonly id: string;
  readonly plan: string;
  readonly title: string;
  readonly environment: string;
  readonly versions: Readonly<Record<string, { readonly canary: string; readonly stable: string }>>;
  readonly startedBy: string;
  /** In whose name it was started; `null`: nobody was named. */
  readonly startedFor: string | null;
  readonly createdMs: number;
  /** Kind of the status ("observing"); the sentence says it for people. */
  readonly status: string;
  readonly tone: Tone;
  readonly sentence: string;
  /** When it came into its status, epoch ms. */
  readonly sinceMs: number;
  readonly timeZone: string;
  readonly phases: readonly PhaseView[];
  /** Who is asked for something now: an approval, a decision about a problem that was reported, the word that a way back is done. */
  readonly asks: readonly Role[];
}

export interface ListReleasesAnswer {
  readonly releases: readonly ReleaseSummary[];
  /** `null`: this was the last page. */
  readonly next: string | null;
}

/** The answer of `showRelease`; its `revision` is also the header `ETag`. */
export type ShowReleaseAnswer = ReleaseView;

/** The query of `journal`: entries of a revision above `after`, oldest first. */
export const journalQuery = z.strictObject({
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(1_000).default(200),
});

export interface JournalAnswer {
  readonly entries: readonly ChainedEntry[];
  /** The `after` of the next page; `null`: these were the last ones. */
  readonly next: number | null;
}

/** The query of `story`: entries of a revision below `before`, newest first; absent: the newest ones. */
export const storyQuery = z.strictObject({
  before: z.coerce.number().int().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  language,
});

export interface StoryAnswer {
  readonly story: ReleaseView["story"];
  /** The `before` of the next page; `null`: the release began with the last entry of this one. */
  readonly next: number | null;
}

/**
 * `events` is a stream of server-sent events. `entry`: one `ChainedEntry`, its id is the revision; with `Last-Event-ID` the stream goes on
 * after that one, without it begins with the next new one. `view`: the whole `ReleaseView`, at once, after each change (at most four a second), and
 * every five seconds without one, so that a dead line is noticed; it has no id.
 */
export type EventName = "entry" | "view";

/**
 * `releasesEvents` is a stream of the first page of `listReleases` and of `listFreezes`: event `releases`, a `ReleasesEvent`, at once, after
 * each change (at most one a second), and every five seconds without one.
 */
export interface ReleasesEvent extends ListReleasesAnswer, ListFreezesAnswer {
  readonly nowMs: number;
}

/**
 * The body of `ask`. The header `If-Match: "REVISION"`, with the revision that the caller saw, goes with every request, and `Idempotency-Key` may.
 * A revision that is not the newest refuses all but `kindsAtAnyRevision`, when something that matters has changed since.
 */
export const askBody = z.strictObject({
  kind: z.enum(requestKinds),
  reason,
  /** `approve` only: the role that speaks; absent: the one role of the person that is asked for. */
  as: z.enum(["release-manager", "devops-lead", "qa-lead", "product-owner", "viewer"]).optional(),
});
export type AskBody = z.infer<typeof askBody>;

/** The answer of `ask`: 200 when accepted, 202 when stored and not yet answered. A refusal is a problem with `refusal` and `revision`. */
export interface AskAnswer {
  /** Id of the request, as the journal names it. */
  readonly request: string;
  readonly answer: "accepted" | "waiting";
  /** The release's revision now. */
  readonly revision: number;
  /** Where the release stands now, for people. */
  readonly sentence: string;
}

/** The query of `why`: one check by its id, or all. */
export const whyQuery = z.strictObject({ check: z.string().min(1).max(500).optional(), language });

export interface WhyAnswer {
  readonly revision: number;
  readonly status: string;
  readonly sentence: string;
  readonly next: readonly string[];
  readonly checks: readonly WhyCheck[];
}

export interface WhyCheck {
  readonly id: string;
  readonly says: string;
  readonly verdict: string;
  readonly sentence: string;
}

/** Whether the stored journal is unbroken, replays to the same decisions, and every notice that it owed is known. Status 200 in both cases. */
export interface VerifyAnswer {
  readonly ok: boolean;
  /** The first revision that is not right, 0 the release's head; `null`: all are, or the store itself is damaged. */
  readonly revision: number | null;
  /** What was checked, or the first thing that is not right. */
  readonly says: string;
}

export interface ListFreezesAnswer {
  readonly freezes: readonly Freeze[];
}

/** The body of `liftFreeze`. */
export const liftFreezeBody = z.strictObject({ reason });

/** The body of `startStable`. */
export const startStableBody = z.strictObject({ plan: planText, versions, reason });
export type StartStableBody = z.infer<typeof startStableBody>;

export interface StartStableAnswer {
  /** By service: what runs in the stable slot now. */
  readonly services: Readonly<Record<string, { readonly version: string; readonly urls: readonly string[] }>>;
}

/** The body of `examine`: what a release of the plan would rest on is looked at, and nothing is changed. */
export const examineBody = z.strictObject({
  plan: planText,
  /** By service: the version that shall be released, where it is known. */
  versions: versions.default({}),
  /** When the release is meant to start; absent: now. */
  at: moment.optional(),
  /** True: what serin started and no release answers for is looked for too. */
  orphans: z.boolean().default(false),
});
export type ExamineBody = z.input<typeof examineBody>;

export interface ExamineAnswer {
  /** The language that everything is said in. */
  readonly language: Language;
  readonly parts: readonly ExaminedPart[];
}

/** One part of what a release rests on, and what was looked at there. */
export interface ExaminedPart {
  /** Which part it is, whatever the language: "part.router". */
  readonly code: string;
  /** "router edge". */
  readonly part: string;
  readonly checks: readonly {
    readonly what: string;
    /** `wrong`: the release could not do what its plan says. `doubtful`: it could, and something is not as it should be. */
    readonly verdict: "ok" | "doubtful" | "wrong";
    /** Which finding it is, whatever the language: "doctor.stable-ready". */
    readonly code: string;
    readonly says: string;
    /** What to do; `null` only with `ok`. */
    readonly remedy: string | null;
  }[];
}

export interface HealthAnswer {
  /** `troubled`: it answers, and some release cannot go on; the log says which and why. `closing` has the status 503. */
  readonly status: "ok" | "troubled" | "closing";
  readonly version: string;
  /** Receivers of releases that cannot be told just now, and notices that were given up since the server began: the log and the release say which. */
  readonly notices: { readonly failing: number; readonly lost: number };
}

/**
 * A refusal as RFC 9457 describes it (`application/problem+json`), with serin's members.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc9457
 */
export interface ProblemAnswer {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly remedy: string;
  /** `plan-invalid`: every place in the plan. */
  readonly problems?: readonly Problem[];
  /** `body-invalid`, `query-invalid`: every place in the input, as a JSON pointer (RFC 6901). */
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
  /** `role-missing`. */
  readonly needs?: readonly Role[];
  /** `request-refused`, `revision-stale`, and `role-missing` when the release itself refused. */
  readonly refusal?: Refusal;
  readonly revision?: number;
  /** `environment-frozen`. */
  readonly freeze?: Freeze;
  /** `service-busy`: which release has which of the services. */
  readonly busy?: readonly { readonly service: string; readonly release: string }[];
  /** `release-active`: its id. */
  readonly release?: string;
  /** `store-unusable`: "full", "failing", "not-writable", "damaged". */
  readonly why?: string;
  /** `login-role`: groups that have a role here. */
  readonly groups?: readonly string[];
  /** `login-name`, `login-role`: whom the provider named. */
  readonly who?: string;
  /** `too-many-tries`: seconds, as the header `Retry-After`. */
  readonly retryAfterS?: number;
  /** `internal`: the same word stands in the log. */
  readonly incident?: string;
}
