import { roles } from "../core/plan.ts";
import { doubtful, wrong } from "./finding.ts";
import type { Finding } from "./finding.ts";
import { list, map } from "./shape.ts";
import { choice, name, text, word } from "./words.ts";

/** True for a host that nobody outside this machine can be. */
function isThisMachine(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(host);
}

const issuerWord = word(
  {
    says: "The identity provider's own name for itself, as its OpenID configuration has it.",
    example: "https://id.example.org/realms/shop",
  },
  { format: "uri" },
  (value) => {
    const url = URL.canParse(value) ? new URL(value) : null;
    const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && isThisMachine(url.hostname));
    if (url !== null && isSafe && url.username === "" && !/[?#]/.test(value)) return { ok: true, value };
    return {
      ok: false,
      message: `${JSON.stringify(value.slice(0, 60))} is not an issuer that people's secrets may be sent to.`,
      remedy: 'Write its https address, such as "https://id.example.org/realms/shop": no query, no fragment.',
    };
  },
);

const grantShape = map(
  { says: "What a group gives.", example: "{ group: release-managers, roles: [release-manager] }" },
  {
    group: text({ says: "The group, as the provider writes it.", example: "release-managers" }),
    roles: list({ says: "The roles that it gives.", example: "[release-manager]" }, choice({ says: "A role.", example: "qa-lead" }, roles)),
    environments: list(
      { says: "Where the roles hold. Default: everywhere.", example: "[production]" },
      name({ says: "An environment.", example: "production" }),
    ).optional(),
  },
);

/** How people sign in, with the secret in its place. */
export const loginShape = map(
  {
    says: "Signing in with the team's identity provider (OpenID Connect). Default: links and tokens only.",
    example: "{ issuer: https://id.example.org, client: serin, secret: { env: SERIN_LOGIN_SECRET } }",
  },
  {
    issuer: issuerWord,
    client: text({ says: "The id that serin has at the provider.", example: "serin" }),
    secret: text({ says: "The secret of that id. Default: it has none.", example: "{ env: SERIN_LOGIN_SECRET }" }).optional(),
    name: text({
      says: "The claim that people are called by in the journal: one that they cannot change themselves. `email` counts when it is verified.",
      example: "email",
    }).prefault("email"),
    groups: text({ says: "The claim that lists a person's groups; dots lead into it.", example: "groups" }).prefault("groups"),
    scopes: list(
      { says: "What is asked of the provider, beside `openid`.", example: "[profile, email, groups]" },
      text({ says: "A scope.", example: "groups" }),
    ).prefault(["profile", "email"]),
    roles: list(
      { says: "What each group gives.", example: "[{ group: release-managers, roles: [release-manager] }]" },
      grantShape,
    ).prefault([]),
  },
);

/** What is looked at of a file in which people sign in. */
interface LoginUse {
  readonly login?: { readonly name: string } | undefined;
  readonly publicUrl?: string | undefined;
  readonly people: readonly { readonly name: string; readonly login?: string | undefined }[];
}

/** What a sign-in needs beside its own words. */
export function loginFindings(server: LoginUse): readonly Finding[] {
  if (server.login === undefined) return [];
  if (server.publicUrl === undefined) {
    return [
      {
        ...wrong(
          ["login"],
          "login: the provider sends people back to publicUrl, which is missing.",
          "Write publicUrl: https://serin.example.org.",
        ),
        on: "key",
      },
    ];
  }
  const { protocol, hostname } = new URL(server.publicUrl);
  const twice = twoPeople(server.login, server.people);
  if (protocol === "https:" || isThisMachine(hostname)) return twice;
  return [
    ...twice,
    doubtful(
      ["publicUrl"],
      "People sign in here, and their sessions travel in the clear.",
      "Put a proxy that speaks TLS in front, and write its https address.",
    ),
  ];
}

/** Who is called by an address when they sign in and by a name in the file is two people, and one of them could approve what the other started. */
function twoPeople(login: { readonly name: string }, people: LoginUse["people"]): readonly Finding[] {
  if (login.name !== "email") return [];
  return people.flatMap(({ name, login: address }, at) =>
    (address ?? name).includes("@")
      ? []
      : [
          doubtful(
            ["people", at],
            `${name} signs in by an address of mail, and would be somebody else then.`,
            "Write login: with the address, so that both are one person.",
          ),
        ],
  );
}
