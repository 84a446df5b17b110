import { PortError } from "../../../ports.ts";
import type { HttpRoute, Match, Rule } from "./http-route.ts";
import { holdsAny, holdsToken, setCookie } from "./person-token.ts";
import type { Token, TokenWords } from "./person-token.ts";
import type { RouteState } from "./route-state.ts";
import { isSameService, serviceOfUrl } from "./service-ref.ts";
import type { ServiceRef } from "./service-ref.ts";

/** Who is sent where with which chance; weights are of all of a rule's. */
const whole = 10_000;
/** HTTPRoute v1: most rules of a route, matches of a rule, and matches of a route. */
const most = { rules: 16, matchesOfRule: 64, matches: 128 };
/** Source: RFC 9110 section 9 and RFC 5789; CONNECT and TRACE are no requests of a shop. */
const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const page = { type: "RegularExpression" as const, name: "Accept", value: "^.*text/html.*$" };
/** A rule that nobody's request matches: a route has at least one. */
const asleep: Rule = {
  matches: [{ path: { type: "Exact", value: "/.serin/asleep" }, headers: [{ type: "Exact", name: "serin-asleep", value: "serin" }] }],
  filters: [],
  backendRefs: [],
};

type Arm = "canary" | "stable";

/** One of the team's rules that leads to a service of the release. */
interface OwnRule {
  readonly service: string;
  readonly rule: Rule;
}

/** What the rules of one route are made from. */
export interface RulesAsked {
  readonly state: RouteState;
  /** The team's own route. */
  readonly own: HttpRoute;
  readonly words: TokenWords;
}

/**
 * The rules of serin's route beside one of the team's, pure. Each is a copy of a team's rule (its filters and time-outs too) that matches more, and so
 * goes before it; who matches none goes on by the team's own rule, to stable.
 *
 * Throws a `PortError` that names what cannot be done with the team's route.
 */
export function buildRules(asked: RulesAsked): readonly Rule[] {
  const { state, own } = asked;
  // At 0 nothing of the team's route counts: what they make of it then must not keep anybody on the canary.
  const isHome = state.sharePct === 0 && !Object.keys(state.own).some((service) => isElsewhere(state, service));
  const rules = isHome ? [] : ownRules(own, state);
  const built = [...rules.flatMap((rule) => rulesFor(rule, asked)), ...loginRules(rules, asked)].flatMap(oneMatchEach);
  const matches = built.map((rule) => rule.matches.length);
  const isTooLarge =
    built.length > most.rules ||
    Math.max(0, ...matches) > most.matchesOfRule ||
    matches.reduce((sum, count) => sum + count, 0) > most.matches;
  if (isTooLarge) {
    const says = `${sayRoute(own)} has too many rules or matches of the release's services: serin would need ${built.length} rules in one route, of at most ${most.rules}`;
    throw new PortError(`${says}; put them into several routes`, { retry: "never" });
  }
  return built.length === 0 ? [asleep] : built;
}

/** A rule that replaces the prefix of a path may have one match (the API's own check): it becomes one rule for each. */
function oneMatchEach(rule: Rule): readonly Rule[] {
  const replaces = rule.filters.some((filter) => prefixOf(filter) !== null);
  return replaces ? rule.matches.map((match) => ({ ...rule, matches: [match] })) : [rule];
}

/** The filters of a rule for one path of those under `prefix`: what would replace the prefix replaces the whole path by the same. */
function filtersAt(path: string, prefix: string, filters: Rule["filters"]): Rule["filters"] {
  return filters.map((filter) => {
    const by = prefixOf(filter);
    if (by === null) return filter;
    const replaceFullPath = `${by.replace(/\/$/, "")}${path.slice(prefix.replace(/\/$/, "").length)}` || "/";
    return { ...filter, urlRewrite: { ...(filter["urlRewrite"] as object), path: { type: "ReplaceFullPath", replaceFullPath } } };
  });
}

/** What a filter replaces the prefix of a path by; `null`: it does not. */
function prefixOf(filter: Rule["filters"][number]): string | null {
  const { path } = (filter["urlRewrite"] ?? {}) as { readonly path?: { readonly type?: string; readonly replacePrefixMatch?: string } };
  return path?.type === "ReplacePrefixMatch" ? (path.replacePrefixMatch ?? "") : null;
}

/** True when the rules of serin's route beside `own` draw people at this state. */
export function isDrawing(asked: RulesAsked): boolean {
  const rules = ownRules(asked.own, asked.state);
  const { state } = asked;
  if (!isSplit(state)) return false;
  return state.audience === "new-logins"
    ? loginRules(rules, asked).length > 0
    : rules.some(({ service }) => service === pageService(state));
}

/** The services of the release that the team's route leads to. */
export function servicesOf(own: HttpRoute, state: RouteState): readonly string[] {
  return [...new Set(ownRules(own, state).map(({ service }) => service))];
}

function isSplit({ sharePct }: RouteState): boolean {
  return sharePct > 0 && sharePct < 100;
}

/** The service that answers pages: that of the shortest path. */
function pageService({ routes }: RouteState): string | undefined {
  return routes.toSorted((a, b) => a.path.length - b.path.length)[0]?.service;
}

function ownRules(own: HttpRoute, state: RouteState): readonly OwnRule[] {
  const services = Object.entries(state.own).map(([service, url]) => ({ service, ref: serviceOfUrl(url) }));
  return own.spec.rules.flatMap((rule) => {
    const refs = rule.backendRefs.filter(({ kind, weight }) => kind === "Service" && weight > 0);
    const found = services.find(({ ref }) =>
      refs.some(({ name, namespace, port }) =>
        isSameService(ref, { name, namespace: namespace ?? own.metadata.namespace, port: port ?? ref.port }),
      ),
    );
    if (found === undefined) return [];
    if (refs.length > 1) refuse(own, "splits people among several Services itself");
    for (const match of rule.matches) {
      if (match.method !== undefined) refuse(own, "matches a method, and nothing that serin can write would go before it at 100 %");
      if (match.headers.some(({ name }) => /^(?:cookie|accept)$/i.test(name)))
        refuse(own, "matches Cookie or Accept, which serin matches itself");
      if (match.path.type === "RegularExpression")
        refuse(own, "matches paths by a regular expression, and what goes before what is not said then");
    }
    const matches = rule.matches.length > 0 ? rule.matches : [{ path: { type: "PathPrefix", value: "/" }, headers: [] }];
    return [{ service: found.service, rule: { ...rule, matches } }];
  });
}

function refuse(own: HttpRoute, why: string): never {
  throw new PortError(`${sayRoute(own)}: a rule that leads to a service of the release ${why}`, { retry: "never" });
}

function sayRoute({ metadata }: HttpRoute): string {
  return `HTTPRoute ${metadata.namespace}/${metadata.name}`;
}

/** Rules beside one of the team's. The order counts where two match as much. */
function rulesFor({ service, rule }: OwnRule, asked: RulesAsked): readonly Rule[] {
  const { state } = asked;
  const canary = serviceAt(state, service, "canary");
  const stable = serviceAt(state, service, "stable");
  const isMoved = isElsewhere(state, service);
  if (state.sharePct === 100 && canary !== null) return [everybody(rule, canary, "canary", asked)];
  if (isMoved && isSplit(state)) {
    throw new PortError("a Gateway cannot divide people while stable is elsewhere than the team's rules lead to", { retry: "later" });
  }
  if (isMoved && stable !== null) return [everybody(rule, stable, "stable", asked)];
  if (!isSplit(state) || canary === null || stable === null) return [];
  const isPages = state.audience === "everyone" && service === pageService(state);
  const holders = holderRules({ rule, canary, stable, isPages }, asked);
  return isPages
    ? [...holders, ...drawRules({ rule, canary, stable, also: [page], needsCookie: true }, asked), greet({ rule, stable }, asked)]
    : holders;
}

/** True when stable answers elsewhere than the team's own rules lead to. */
function isElsewhere(state: RouteState, service: string): boolean {
  const stable = serviceAt(state, service, "stable");
  const base = state.own[service];
  return stable !== null && base !== undefined && !isSameService(stable, serviceOfUrl(base));
}

function serviceAt(state: RouteState, service: string, arm: Arm): ServiceRef | null {
  const urls = state.targets[service]?.[arm] ?? [];
  if (urls.length > 1) throw new PortError(`${service} has ${urls.length} addresses: a Gateway is given one Service`, { retry: "never" });
  return urls[0] === undefined ? null : serviceOfUrl(urls[0]);
}

/** Takes everybody whom the team's rule would take: a match with a method goes before one without. */
function everybody(rule: Rule, to: ServiceRef, arm: Arm, asked: RulesAsked): Rule {
  const matches = rule.matches.flatMap((match) => methods.map((method) => ({ ...match, method })));
  return copy({ rule, matches, arm, backendRefs: [refOf(to, asked.own)] }, asked.state);
}

/** Tokens of a share at most the present one are the canary's for good. */
function canaryTokens({ shares, sharePct }: RouteState): readonly Token[] {
  return shares.filter((share) => share <= sharePct).map((share) => ({ arm: "canary", sharePct: share }));
}

/** Who has drawn already: on the canary, and, where pages draw, on stable at the present share. */
function holderRules(
  at: { readonly rule: Rule; readonly canary: ServiceRef; readonly stable: ServiceRef; readonly isPages: boolean },
  { state, own, words }: RulesAsked,
): readonly Rule[] {
  const { rule, canary, stable, isPages } = at;
  const holders = (tokens: readonly Token[]): Match[] => {
    const cookie = cookieMatch(holdsToken(words, state.release, tokens));
    return rule.matches.flatMap((match) =>
      isPages ? [withHeaders(match, cookie), withHeaders(match, cookie, page)] : [withHeaders(match, cookie)],
    );
  };
  const onCanary = copy({ rule, matches: holders(canaryTokens(state)), arm: "canary", backendRefs: [refOf(canary, own)] }, state);
  const staying: Token = { arm: "stable", sharePct: state.sharePct };
  if (!isPages) return [onCanary];
  return [onCanary, copy({ rule, matches: holders([staying]), arm: "stable", backendRefs: [refOf(stable, own)] }, state)];
}

interface Draw {
  readonly rule: Rule;
  readonly canary: ServiceRef;
  readonly stable: ServiceRef;
  /** What a request must have beside what the team's rule matches. */
  readonly also: readonly Match["headers"][number][];
  /** Whether only who has a cookie is drawn: who keeps none never meets the canary. */
  readonly needsCookie: boolean;
}

/**
 * Draws: who holds stable from an earlier share, with the chance that brings the share to the present one; whoever holds a token of a larger share,
 * as from the largest that is left; then everybody else.
 */
function drawRules(draw: Draw, { state, own, words }: RulesAsked): readonly Rule[] {
  const { release, sharePct, shares } = state;
  const tokenOf = (arm: Arm): Token => ({ arm, sharePct });
  const toss = (chance: number, cookie: string | null): Rule => {
    const canaryWeight = Math.round(chance * whole);
    const headers = [...draw.also, ...(cookie === null ? [] : [cookieMatch(cookie)])];
    const backendRefs = [
      { ...refOf(draw.canary, own), weight: canaryWeight, filters: [giveCookie(setCookie(words, release, tokenOf("canary")))] },
      { ...refOf(draw.stable, own), weight: whole - canaryWeight, filters: [giveCookie(setCookie(words, release, tokenOf("stable")))] },
    ];
    return copy(
      { rule: draw.rule, matches: draw.rule.matches.map((match) => withHeaders(match, ...headers)), arm: null, backendRefs },
      state,
    );
  };
  const chanceFrom = (share: number): number => (sharePct - share) / (100 - share);
  const again = shares
    .filter((share) => share < sharePct)
    .map((share) => toss(chanceFrom(share), holdsToken(words, release, [{ arm: "stable", sharePct: share }])));
  const larger = shares.filter((share) => share > sharePct);
  const left = Math.max(0, ...shares.filter((share) => share <= sharePct));
  const back = larger.flatMap((share): Token[] => [
    { arm: "canary", sharePct: share },
    { arm: "stable", sharePct: share },
  ]);
  // Who was drawn at a larger share did not hold the canary at those that are left.
  const fallen = back.length === 0 ? [] : [toss(chanceFrom(Math.min(left, sharePct)), holdsToken(words, release, back))];
  return [...again, ...fallen, toss(sharePct / 100, draw.needsCookie ? holdsAny : null)];
}

/** A page for who has no cookie at all is stable's; who comes back with the one that it gives is drawn. */
function greet({ rule, stable }: { readonly rule: Rule; readonly stable: ServiceRef }, { state, own, words }: RulesAsked): Rule {
  const backendRefs = [{ ...refOf(stable, own), filters: [giveCookie(setCookie(words, state.release, "new"))] }];
  return copy({ rule, matches: rule.matches.map((match) => withHeaders(match, page)), arm: "stable", backendRefs }, state);
}

/** The login draws, at the path that it has, by the team's rule that it falls under. */
function loginRules(rules: readonly OwnRule[], asked: RulesAsked): readonly Rule[] {
  const { state, own, words } = asked;
  if (!isSplit(state) || state.audience !== "new-logins" || state.login === null) return [];
  const [method = "", path = ""] = state.login.split(" ");
  const under = rules
    .flatMap(({ service, rule }) => rule.matches.filter((match) => isUnder(path, match)).map((match) => ({ service, rule, match })))
    .toSorted((a, b) => b.match.path.value.length - a.match.path.value.length)[0];
  if (under === undefined) return [];
  const canary = serviceAt(state, under.service, "canary");
  const stable = serviceAt(state, under.service, "stable");
  if (canary === null || stable === null) return [];
  const filters = filtersAt(path, under.match.path.value, under.rule.filters);
  const rule: Rule = { ...under.rule, filters, matches: [{ ...under.match, path: { type: "Exact", value: path }, method }] };
  const holding = (arm: Arm, tokens: readonly Token[], to: ServiceRef): Rule => {
    const matches = rule.matches.map((match) => withHeaders(match, cookieMatch(holdsToken(words, state.release, tokens))));
    return copy({ rule, matches, arm, backendRefs: [refOf(to, own)] }, state);
  };
  return [
    holding("canary", canaryTokens(state), canary),
    holding("stable", [{ arm: "stable", sharePct: state.sharePct }], stable),
    ...drawRules({ rule, canary, stable, also: [], needsCookie: false }, asked),
  ];
}

function isUnder(path: string, { path: { type, value } }: Match): boolean {
  if (type === "Exact") return path === value;
  const prefix = value.replace(/\/$/, "");
  return path === prefix || path.startsWith(`${prefix}/`);
}

function cookieMatch(value: string): Match["headers"][number] {
  return { type: "RegularExpression", name: "Cookie", value };
}

function withHeaders(match: Match, ...headers: readonly Match["headers"][number][]): Match {
  return { ...match, headers: [...match.headers, ...headers] };
}

function refOf(to: ServiceRef, own: HttpRoute): Rule["backendRefs"][number] {
  const elsewhere = to.namespace === own.metadata.namespace ? {} : { namespace: to.namespace };
  return { group: "", kind: "Service", name: to.name, ...elsewhere, port: to.port, weight: 1 };
}

function giveCookie(value: string): object {
  return { type: "ResponseHeaderModifier", responseHeaderModifier: { add: [{ name: "Set-Cookie", value }] } };
}

/** The team's rule with other matches and backends; requests of an arm say so in a header, as those of the edge do. */
function copy(
  asked: { readonly rule: Rule; readonly matches: Match[]; readonly arm: Arm | null; readonly backendRefs: Rule["backendRefs"] },
  { release }: RouteState,
): Rule {
  const { rule, matches, arm, backendRefs } = asked;
  const { name: _theirs, ...rest } = rule as Rule & { name?: string };
  return { ...rest, matches, filters: arm === null ? rule.filters : withArm(rule.filters, arm, release), backendRefs };
}

/** A rule has at most one filter of this type: where the team has one, it says more. */
function withArm(filters: Rule["filters"], arm: Arm, release: string): Rule["filters"] {
  const set = [
    { name: "serin-arm", value: arm },
    { name: "serin-release", value: encodeURIComponent(release) },
  ];
  const there = filters.findIndex(({ type }) => type === "RequestHeaderModifier");
  if (there === -1) return [...filters, { type: "RequestHeaderModifier", requestHeaderModifier: { set } }];
  return filters.map((filter, index) => {
    if (index !== there) return filter;
    const modifier = filter["requestHeaderModifier"] as { readonly set?: readonly { readonly name: string }[] } | undefined;
    const theirs = (modifier?.set ?? []).filter(({ name }) => !/^serin-/i.test(name));
    return { ...filter, requestHeaderModifier: { ...modifier, set: [...theirs, ...set] } };
  });
}
