import type { AuthorizationCodeGrantChecks, Configuration } from "openid-client";
import type { LoginSettings } from "../../config/open-login.ts";
import { UserError } from "../../errors.ts";
import type { Grant } from "../../ports.ts";
import type { Log } from "../log.ts";
import type { Flow } from "./flow.ts";
import { details } from "../details.ts";

/** A person as the provider names them, and what their groups give. */
export interface SignedIn {
  readonly name: string;
  readonly grants: readonly Grant[];
}

type Claims = Readonly<Record<string, unknown>>;

/** The provider is given so long to answer, seconds. */
const patienceS = 10;
/** Clocks may differ by so much, seconds. */
const toleranceS = 30;

/**
 * Signing in with OpenID Connect: authorization code with PKCE, state and nonce.
 *
 * Source: https://openid.net/specs/openid-connect-core-1_0.html#CodeFlowAuth, https://www.rfc-editor.org/rfc/rfc9700#section-2.1
 */
export class Login {
  readonly settings: LoginSettings;
  readonly #redirect: string;
  readonly #log: Log;
  #found: Promise<Configuration> | null = null;

  constructor(settings: LoginSettings, publicUrl: string, log: Log) {
    this.settings = settings;
    this.#redirect = `${publicUrl}/login/callback`;
    this.#log = log;
  }

  /** Where the browser goes to sign in, and what it has to remember until it is back. Throws `login-provider`. */
  async begin(to: string): Promise<{ readonly url: URL; readonly flow: Flow }> {
    const oidc = await import("openid-client");
    const provider = await this.#provider();
    const flow: Flow = { state: oidc.randomState(), nonce: oidc.randomNonce(), verifier: oidc.randomPKCECodeVerifier(), to };
    const url = oidc.buildAuthorizationUrl(provider, {
      redirect_uri: this.#redirect,
      scope: this.settings.scopes.join(" "),
      state: flow.state,
      nonce: flow.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(flow.verifier),
      code_challenge_method: "S256",
    });
    return { url, flow };
  }

  /** Who came back, by the query of the callback. Throws one of the codes `login-…`. */
  async finish(query: string, { state, nonce, verifier }: Flow): Promise<SignedIn> {
    const claims = await this.#claims(query, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
    });
    const groups = listOf(claimIn(claims, this.settings.groups));
    return {
      name: nameIn(claims, this.settings.name),
      grants: this.settings.roles.filter(({ group }) => groups.includes(group)).map(toGrant),
    };
  }

  async #claims(query: string, checks: AuthorizationCodeGrantChecks): Promise<Claims> {
    const oidc = await import("openid-client");
    const provider = await this.#provider();
    try {
      const tokens = await oidc.authorizationCodeGrant(provider, new URL(`${this.#redirect}${query}`), checks);
      const claims: Claims & { readonly sub?: string } = tokens.claims() ?? {};
      const isWhole = [this.settings.name, this.settings.groups].every((claim) => claimIn(claims, claim) !== undefined);
      if (isWhole || provider.serverMetadata().userinfo_endpoint === undefined) return claims;
      return { ...(await oidc.fetchUserInfo(provider, tokens.access_token, claims.sub ?? "")), ...claims };
    } catch (error) {
      throw this.#refusal(error);
    }
  }

  /** The provider as it describes itself; asked again after a failure. Throws `login-provider`. */
  #provider(): Promise<Configuration> {
    this.#found ??= discover(this.settings).catch((error: unknown) => {
      this.#found = null;
      this.#note("login-provider", error);
      throw new UserError("login-provider", details.providerSilent(this.settings.issuer));
    });
    return this.#found;
  }

  #refusal(error: unknown): UserError {
    const { code = "", error: said = "" } = error as { readonly code?: string; readonly error?: string };
    const refusal = refusalOf(code, said, this.settings.issuer);
    this.#note(refusal.code, error);
    return refusal;
  }

  /** For the log: what the library says of it, never what was sent. */
  #note(code: string, error: unknown): void {
    const { message = String(error), code: kind = null, error: said = null } = error as { message?: string; code?: string; error?: string };
    this.#log("warning", "login-failed", { code, because: message.slice(0, 200), kind, said: said?.slice(0, 100) ?? null });
  }
}

async function discover({ issuer, client, secret }: LoginSettings): Promise<Configuration> {
  const oidc = await import("openid-client");
  // Without http for loopback nobody could try a provider on their own machine; the server's file refuses it elsewhere.
  const execute = issuer.startsWith("http:") ? [oidc.allowInsecureRequests] : [];
  const byPost = oidc.ClientSecretPost(secret ?? undefined);
  const byHeader = oidc.ClientSecretBasic(secret ?? undefined);
  const auth: typeof byPost = (server, ...rest) => {
    const known = server.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
    return (known.includes("client_secret_basic") ? byHeader : byPost)(server, ...rest);
  };
  const metadata = { [oidc.clockTolerance]: toleranceS };
  return oidc.discovery(new URL(issuer), client, metadata, secret === null ? oidc.None() : auth, { execute, timeout: patienceS });
}

/** Source: https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1, https://openid.net/specs/openid-connect-core-1_0.html#AuthError */
function refusalOf(code: string, said: string, issuer: string): UserError {
  if (code === "OAUTH_JWT_TIMESTAMP_CHECK_FAILED") {
    return new UserError("login-clock", details.providerClock(issuer));
  }
  if (code === "OAUTH_AUTHORIZATION_RESPONSE_ERROR") {
    if (/^(?:server_error|temporarily_unavailable)$/.test(said)) return new UserError("login-provider", details.providerUnable(issuer));
    if (/^(?:access_denied|login_required|consent_required|interaction_required|account_selection_required)$/.test(said)) {
      return new UserError("login-denied", details.providerDenied(issuer));
    }
  }
  if (code === "OAUTH_RESPONSE_BODY_ERROR" && said === "invalid_grant") {
    return new UserError("login-over", details.providerOver(issuer));
  }
  if (["", "OAUTH_TIMEOUT", "OAUTH_ABORT", "OAUTH_RESPONSE_IS_NOT_JSON", "OAUTH_RESPONSE_IS_NOT_CONFORM"].includes(code)) {
    return new UserError("login-provider", details.providerUnfinished(issuer));
  }
  return new UserError("login-refused", details.providerOther(issuer));
}

/** The claim of this name; where there is none, the one that dots lead to ("realm_access.roles"). */
function claimIn(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  return name.split(".").reduce<unknown>((inside, step) => {
    const isMap = typeof inside === "object" && inside !== null && Object.hasOwn(inside, step);
    return isMap ? (inside as Claims)[step] : undefined;
  }, claims);
}

function listOf(claim: unknown): readonly unknown[] {
  return Array.isArray(claim) ? claim : [claim];
}

/** Throws `login-name` where there is no name that could stand in a journal, or an address that nobody has verified. */
function nameIn(claims: Claims, claim: string): string {
  const value = claimIn(claims, claim);
  const name = typeof value === "string" ? value.trim() : "";
  if (!/^[^\p{Cc}\p{Cf}]{1,200}$/u.test(name)) throw new UserError("login-name", details.noClaim(claim));
  if (claim !== "email") return name;
  if (![true, "true"].includes(claims["email_verified"] as boolean | string)) {
    throw new UserError("login-name", details.unverified(name));
  }
  return name.toLowerCase();
}

function toGrant({ roles, environments }: Grant): Grant {
  return { roles, environments };
}
