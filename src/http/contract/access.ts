import { z } from "zod";
import type { Role } from "../../core/plan.ts";
import type { StoredSession, StoredToken } from "../../ports.ts";

/*
 * Who calls: sessions of people, tokens of machines, and who holds which role.
 */

/** The answer of `session`: who calls, and how people may sign in here. */
export interface SessionAnswer {
  /** `null`: nobody is signed in. */
  readonly person: SessionPerson | null;
  /** True: `GET /login` leads to the team's own sign-in. */
  readonly hasLogin: boolean;
  readonly version: string;
}

export interface SessionPerson {
  readonly name: string;
  readonly roles: readonly Role[];
  /** Where the roles hold; `null`: everywhere. */
  readonly environments: readonly string[] | null;
  /** Where a person's roles differ by environment: each role where it holds; then `roles` are all of them, and `environments` where any holds. */
  readonly grants?: readonly { readonly roles: readonly Role[]; readonly environments: readonly string[] | null }[];
  readonly via: "token" | "link" | "login";
  /** Epoch ms; `null`: it does not end by itself. */
  readonly expiresMs: number | null;
}

/** The query of `login`: where the sign-in ends, an address of the dashboard. */
export const loginQuery = z.strictObject({ to: z.string().max(2_000).default("/") });

/** The body of `openSession`: the code of a one-time link, which stands behind `#once=` and so is never sent in an address. */
export const openSessionBody = z.strictObject({
  code: z.string().regex(/^[A-Za-z0-9_-]{43}$/, "is not the code of a link"),
  /** Whose session of this browser may end for it. Absent: nobody's but that of who is signed in by the link. */
  instead: z.string().min(1).max(200).optional(),
});
export type OpenSessionBody = z.infer<typeof openSessionBody>;

/** The answer of `createLink`: an address that opens the dashboard once, as the caller. */
export interface CreateLinkAnswer {
  /** `publicUrl/#once=CODE`, or with the address that the server listens on. */
  readonly url: string;
  readonly expiresMs: number;
}

/** Where a person is signed in. Times are epoch ms. */
export interface SessionView extends Pick<StoredSession, "name" | "via" | "createdMs" | "expiresMs"> {
  /** Names it, and opens nothing. */
  readonly id: string;
  /** When something was last called in it; `null`: not since the server began. */
  readonly lastSeenMs: number | null;
  /** The kind of browser, "Firefox, Linux"; `null`: none of the usual ones. */
  readonly agent: string | null;
  /** True: the call came in it. */
  readonly isThis: boolean;
}

/** The answer of `listSessions`: newest first, the caller's own, and of a release manager those of everybody whom they may sign out. */
export interface ListSessionsAnswer {
  readonly sessions: readonly SessionView[];
  /** `null`: this was the last page. */
  readonly next: string | null;
}

/** The answer of `endSessions` and `endSessionsOf`. */
export interface EndSessionsAnswer {
  /** How many sessions were open and are over now. */
  readonly ended: number;
}

/** A machine's token, without the token. */
export interface TokenView extends Omit<StoredToken, "hash" | "revoked"> {
  /** `null`: it is in force. */
  readonly revokedMs: number | null;
}

/** The query of `listTokens`, `listSessions` and `people`: `after` is the `next` of the page before. */
export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(500).default(200),
  after: z.string().min(1).max(500).optional(),
});

/** Newest first. */
export interface ListTokensAnswer {
  readonly tokens: readonly TokenView[];
  /** `null`: this was the last page. */
  readonly next: string | null;
}

const roleWord = z.enum(["release-manager", "devops-lead", "qa-lead", "product-owner", "viewer"]);

/** The body of `createToken`. Without `environments` it holds wherever its maker is release manager. */
export const createTokenBody = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .regex(/^[^\p{Cc}\p{Cf}]*$/u, "must not hold control characters"),
  roles: z.array(roleWord).min(1).max(5),
  environments: z.array(z.string().min(1).max(100)).min(1).max(50).optional(),
  expiresInDays: z.number().int().min(1).max(365).default(90),
});
export type CreateTokenBody = z.input<typeof createTokenBody>;

/** The only answer in which the token itself stands. */
export interface CreateTokenAnswer {
  readonly token: string;
  readonly view: TokenView;
}

/** The answer of `people`: everybody whom the server knows. */
export interface PeopleAnswer {
  readonly people: readonly KnownPerson[];
  /** `null`: this was the last page. */
  readonly next: string | null;
}

export interface KnownPerson {
  readonly name: string;
  readonly roles: readonly Role[];
  readonly environments: readonly string[] | null;
  /** `file`: named in `serin.yaml`; `login`: known since they signed in. */
  readonly from: "file" | "login";
  /** When they last called; `null`: not since the server began. */
  readonly lastSeenMs: number | null;
  /** True when they called within the last two minutes, or have an event stream open. */
  readonly isOn: boolean;
}
