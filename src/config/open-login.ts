import type { Role } from "../core/plan.ts";
import { UserError } from "../errors.ts";
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

/** How people sign in; `null`: they do not. Throws `secret-missing`. */
export function openLogin({ login, file }: Pick<Server, "login" | "file">, readers: SecretReaders): LoginSettings | null {
  if (login === null) return null;
  const opened = openConnection(login, loginShape, readers, file);
  if (!opened.ok) throw new UserError("secret-missing", "The secret of `login` cannot be had.", { problems: opened.problems });
  const { secret = null, scopes, roles, ...rest } = opened.value;
  return {
    ...rest,
    secret,
    scopes: [...new Set(["openid", ...scopes])],
    roles: roles.map(({ environments = null, ...grant }) => ({ ...grant, environments })),
  };
}
