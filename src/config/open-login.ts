import type { Role } from "../core/plan.ts";
import type { Problem } from "../errors.ts";
import { loginShape } from "./login-shape.ts";
import type { SecretReaders } from "./secrets.ts";
import { openConnection } from "./server-file.ts";
import type { Server } from "./server-file.ts";

/** How people sign in with their identity provider, with the secret in its place. */
export interface LoginSettings {
  readonly issuer: string;
  readonly client: string;
  /** `null`: the provider knows the client without one. */
  readonly secret: string | null;
  readonly scopes: readonly string[];
  /** The claim that people are called by. */
  readonly name: string;
  /** The claim that lists a person's groups. */
  readonly groups: string;
  /** What each group gives, and where; `environments: null` is everywhere. */
  readonly roles: readonly { readonly group: string; readonly roles: readonly Role[]; readonly environments: readonly string[] | null }[];
}

/** How people sign in; `settings: null`: they do not, or the secret is missing, which is a problem. */
export function openLogin(
  { login, file }: Pick<Server, "login" | "file">,
  readers: SecretReaders,
): { readonly settings: LoginSettings | null; readonly problems: readonly Problem[] } {
  if (login === null) return { settings: null, problems: [] };
  const opened = openConnection(login, loginShape, readers, file);
  if (!opened.ok) return { settings: null, problems: opened.problems };
  const { secret = null, scopes, roles, ...rest } = opened.value;
  const settings = {
    ...rest,
    secret,
    scopes: [...new Set(["openid", ...scopes])],
    roles: roles.map(({ environments = null, ...grant }) => ({ ...grant, environments })),
  };
  return { settings, problems: [] };
}
