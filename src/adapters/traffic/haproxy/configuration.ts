import { isIP } from "node:net";
import type { Route } from "../../../core/plan.ts";
import { backendOf, filesBackendOf, peopleTable, rulesName, serverName, stateKey } from "./rules.ts";
import type { HaproxyRules } from "./rules.ts";

/** Where the configuration is used. */
export interface HaproxyPlace {
  /** "127.0.0.1:8080": where people come in. */
  readonly bind: string;
  /** The `stats socket` that the controller connects to: a path, or host and port. */
  readonly socket: string;
  /** The folder of `serin.map` and `servers.state`, absolute. */
  readonly folder: string;
  /** Addresses that each arm of a service has room for. */
  readonly places: number;
  /** By service: where stable answers before the first word of serin, "http://host:port". */
  readonly stable: Readonly<Record<string, readonly string[]>>;
}

/** The environment variable that HAProxy takes the token from. */
export const tokenVariable = "SERIN_HAPROXY_TOKEN";

/** Where the way in tells its time to whoever has a proof. */
export const clockPath = "/.serin/clock";

/**
 * A complete haproxy.cfg for HAProxy 2.4 or later, which keeps the cohort rule by itself: what changes during a release is one entry of a map and
 * the addresses of servers, both by runtime command. `cohort.ts` of the edge says the rule in words.
 *
 * Source: https://docs.haproxy.org/2.4/configuration.html
 */
export function renderConfiguration(rules: HaproxyRules, place: HaproxyPlace): string {
  const parts = [
    head(place),
    frontend(rules, place),
    `backend ${rulesName(rules)}
  # Says by its name which plan these rules were written for; nothing is ever sent here.`,
    `backend ${peopleTable}
  stick-table type string len 32 size 10k expire 24d store gpc0,gpt0,http_req_cnt`,
    ...rules.services.flatMap((service) => [
      stable(service, place),
      canary(service, place),
      files(service, "canary", place),
      files(service, "stable", place),
    ]),
  ];
  return `${parts.join("\n\n")}\n`;
}

function head({ socket, folder }: HaproxyPlace): string {
  const family = socket.startsWith("[") ? "ipv6" : "ipv4";
  const listener = socket.startsWith("/") ? `${socket} mode 660 level admin expose-fd listeners` : `${family}@${socket} level admin`;
  return `# Written by \`serin router config PLAN\`: write it again when services, routes or the login of the plan change.
# Yours to change: the bind lines (TLS), the time-outs, the checks of the servers, anything beside. Sections whose names begin with serin_ belong
# to serin. ${folder} and the variable ${tokenVariable} must be there when HAProxy starts.

global
  stats socket ${listener}
  stats timeout 30s
  server-state-file ${folder}/servers.state
  # Bounds how long a process that was reloaded lives on with the share that it knew.
  hard-stop-after 30s
  set-var proc.serin_key str("\${${tokenVariable}}"),base64

defaults
  mode http
  timeout connect 2s
  timeout client 75s
  timeout server 60s
  timeout http-request 15s
  timeout http-keep-alive 75s
  timeout tunnel 1h
  load-server-state-from-file global`;
}

function frontend(rules: HaproxyRules, place: HaproxyPlace): string {
  const sections: readonly (readonly [says: string, lines: readonly string[]])[] = [
    ["Who says where a request came from: this machine, or a proxy that you add.", origin],
    ["What the controller said last, as long as its lease runs.", state(place)],
    ["Which service is meant.", services(rules.routes)],
    ["A call of a service, or a pair of versions being tried: the arm is carried in baggage, with a proof.", carried(rules.services)],
    ["What is a page load, and what a file that one version alone has.", pages],
    ["Who asks: a bucket 0-9999, drawn once a release, in a signed cookie.", person],
    ["Which arm answers. Left for the canary at a page load only, and for stable at once.", arm],
    ["A person counts once, as soon as the cookie has come back and the arm is met.", counted],
    ["Whoever a login draws, if it succeeds, or the first page of somebody without any cookie.", candidates(rules.login)],
    [
      "A file with a hash in its name is in one version only: the other arm is asked when the first has none.",
      hashedFiles(rules.services, place),
    ],
    ["The arm travels on; what only serin says does not come in from outside.", onward],
    ["What goes back.", answers],
  ];
  const text = sections.map(([says, lines]) => [`  # ${says}`, ...lines.map((line) => `  ${line}`)].join("\n"));
  return `frontend serin
  bind ${place.bind}
  option forwardfor

${text.join("\n\n")}

  use_backend serin_%[var(txn.serin_service)]_%[var(txn.serin_arm)]_files if { var(txn.serin_files) -m bool }
  use_backend serin_%[var(txn.serin_service)]_%[var(txn.serin_arm)]`;
}

const origin = [
  "acl serin_trusted src 127.0.0.0/8 ::1",
  "http-request del-header x-forwarded-for if !serin_trusted",
  "http-request del-header x-forwarded-proto if !serin_trusted",
  "http-request set-header x-forwarded-proto https if { ssl_fc }",
  "http-request set-header x-forwarded-proto http if !{ ssl_fc } !{ req.hdr(x-forwarded-proto) -m found }",
  "http-request set-var(txn.serin_secure) str('; Secure') if { req.hdr(x-forwarded-proto) -m str https }",
];

/** The fields of the entry are those of `state.ts`. */
function state({ folder }: HaproxyPlace): readonly string[] {
  return [
    `http-request set-var(txn.serin_state) str(${stateKey}),map(${folder}/serin.map)`,
    "http-request set-var(txn.serin_until) var(txn.serin_state),field(2,/)",
    "http-request set-var(txn.serin_tag) var(txn.serin_state),field(4,/)",
    "http-request set-var(txn.serin_line) int(0)",
    "http-request set-var(txn.serin_line) var(txn.serin_state),field(1,/),add(0) if { date(0,ms),sub(txn.serin_until) lt 0 }",
    "acl serin_released var(txn.serin_tag) -m found",
    "acl serin_open var(txn.serin_line) -m int gt 0",
    "acl serin_for_all var(txn.serin_line) -m int ge 10000",
    "acl serin_for_everyone var(txn.serin_state),field(3,/) -m str everyone",
    "acl serin_has_canary var(txn.serin_state),field(5,/) -m str 1",
  ];
}

function services(routes: readonly Route[]): readonly string[] {
  const lines = routes
    .toSorted((a, b) => b.path.length - a.path.length)
    .map(({ path, service }) => {
      const prefix = path.endsWith("/") ? path : `${path}/`;
      const tests = [`!serin_known_service { path_beg ${quoted(prefix)} }`];
      if (path !== prefix) tests.push(`!serin_known_service { path ${quoted(path)} }`);
      return `http-request set-var(txn.serin_service) str(${service}) if ${tests.join(" or ")}`;
    });
  return ["acl serin_known_service var(txn.serin_service) -m found", ...lines];
}

const proofOf = (what: string): string => `hmac(sha256,proc.serin_key),bytes(0,16),hex${what}`;

function carried(names: readonly string[]): readonly string[] {
  const member = (name: string): string => `'req.fhdr(baggage),regsub("^.*serin[.]${name}=([^,; ]*).*$","\\1")'`;
  return [
    "acl serin_shows_proof req.fhdr(baggage) -m sub serin.proof=",
    `http-request set-var(txn.serin_arms) ${member("arm")} if serin_shows_proof`,
    `http-request set-var(txn.serin_shown) ${member("proof")} if serin_shows_proof`,
    `http-request set-var(txn.serin_due) str(arms.),concat(,txn.serin_tag,.),concat(,txn.serin_arms),${proofOf("")} if serin_shows_proof`,
    "http-request set-var(txn.serin_carried) bool(true) if serin_shows_proof { var(txn.serin_shown),secure_memcmp(txn.serin_due) }",
    "acl serin_carried var(txn.serin_carried) -m bool",
    "http-request set-var(txn.serin_attempt) bool(true) if serin_carried { var(txn.serin_arms) -m sub : }",
    "acl serin_attempt var(txn.serin_attempt) -m bool",
    `http-request return status 204 hdr serin-clock %[date(0,ms)] if serin_attempt { path ${clockPath} }`,
    "http-request return status 404 content-type text/plain string 'No service of the plan has this path.' if !serin_known_service",
    ...names.map(
      (name) =>
        `http-request set-var(txn.serin_named) bool(true) if serin_attempt { var(txn.serin_service) -m str ${name} } { var(txn.serin_arms) -m reg '(^|[|])${name}:canary($|[|])' }`,
    ),
  ];
}

const pages = [
  "acl serin_says_mode req.hdr(sec-fetch-mode) -m found",
  "acl serin_navigates req.hdr(sec-fetch-mode) -m str navigate",
  "acl serin_document req.hdr(sec-fetch-dest) -m str document",
  "acl serin_says_destination req.hdr(sec-fetch-dest) -m found",
  "acl serin_wants_page req.hdr(accept) -m sub text/html",
  "http-request set-var(txn.serin_page) bool(true) if { method GET } serin_navigates serin_document or { method GET } serin_navigates !serin_says_destination or { method GET } !serin_says_mode serin_wants_page",
  "acl serin_page var(txn.serin_page) -m bool",
  "http-request set-var(txn.serin_hashed) bool(true) if { path -m reg '[-.][A-Za-z0-9_-]{8,}[.](js|mjs|css|map|json|wasm|svg|png|jpe?g|gif|webp|avif|ico|woff2?|ttf|otf)$' }",
  "acl serin_hashed var(txn.serin_hashed) -m bool",
];

/**
 * The cookie is TAG.BUCKET.PAGE.COUNTED.PROOF. PAGE: who rendered the page that is open, `c` or `s`; `n`: none is known; `w`: stable's, and the person
 * waits for the next page load since a login by its script; `v`: the same since a first visit without any cookie.
 */
const person = [
  "http-request set-var(txn.serin_said) req.cook(serin),field(1,.,4) if serin_released !serin_carried",
  "http-request set-var(txn.serin_shown) req.cook(serin),field(5,.) if serin_released !serin_carried",
  "http-request set-var(txn.serin_ours) bool(true) if { var(txn.serin_said),field(1,.),strcmp(txn.serin_tag) eq 0 }",
  `http-request set-var(txn.serin_due) str(cookie.),concat(,txn.serin_said),${proofOf("")} if { var(txn.serin_ours) -m bool }`,
  "http-request set-var(txn.serin_person) bool(true) if { var(txn.serin_ours) -m bool } { var(txn.serin_shown),secure_memcmp(txn.serin_due) }",
  "acl serin_person var(txn.serin_person) -m bool",
  "http-request set-var(txn.serin_bucket) var(txn.serin_said),field(2,.),add(0) if serin_person",
  "http-request set-var(txn.serin_seen) var(txn.serin_said),field(3,.) if serin_person",
  "http-request set-var(txn.serin_counted) var(txn.serin_said),field(4,.) if serin_person",
  "http-request set-var(txn.serin_drawn) bool(true) if !serin_person serin_released !serin_carried serin_for_everyone serin_open serin_page { req.hdr(cookie) -m found }",
  "acl serin_drawn var(txn.serin_drawn) -m bool",
  "http-request set-var(txn.serin_bucket) rand(10000) if serin_drawn",
  "http-request set-var(txn.serin_seen) str(n) if serin_drawn",
  "http-request set-var(txn.serin_counted) str(0) if serin_drawn",
  "http-request set-var(txn.serin_person) bool(true) if serin_drawn",
  "http-request set-var(txn.serin_write) bool(true) if serin_drawn",
  "acl serin_meant_for_canary var(txn.serin_bucket),sub(txn.serin_line) lt 0",
  "acl serin_stays var(txn.serin_seen) -m str s w v",
  "acl serin_waits var(txn.serin_seen) -m str w v",
];

const arm = [
  "http-request set-var(txn.serin_arm) str(stable)",
  "http-request set-var(txn.serin_arm) str(canary) if serin_person serin_meant_for_canary !serin_stays or serin_person serin_meant_for_canary serin_page",
  "http-request set-var(txn.serin_arm) str(canary) if serin_carried !serin_attempt serin_open { var(txn.serin_arms) -m str canary }",
  "http-request set-var(txn.serin_arm) str(canary) if serin_for_all !serin_attempt",
  "http-request set-var(txn.serin_arm) str(canary) if { var(txn.serin_named) -m bool }",
  "acl serin_on_canary var(txn.serin_arm) -m str canary",
];

const counted = [
  "http-request set-var(txn.serin_counts) bool(true) if serin_person serin_open { var(txn.serin_counted) -m str 0 } !serin_hashed serin_page or serin_person serin_open { var(txn.serin_counted) -m str 0 } !serin_hashed !serin_waits",
  "acl serin_counts var(txn.serin_counts) -m bool",
  "http-request set-var(txn.serin_counted) str(1) if serin_counts",
  "http-request set-var(txn.serin_write) bool(true) if serin_counts",
  "http-request set-var(txn.serin_served) str(s) if serin_person serin_page",
  "http-request set-var(txn.serin_served) str(c) if serin_person serin_page serin_on_canary",
  "http-request set-var(txn.serin_write) bool(true) if serin_person serin_page !{ var(txn.serin_seen),strcmp(txn.serin_served) eq 0 }",
  "http-request set-var(txn.serin_seen) var(txn.serin_served) if serin_person serin_page",
  "http-request set-var(txn.serin_row) var(txn.serin_tag),concat(.,txn.serin_arm) if serin_released !serin_attempt",
  `http-request track-sc0 var(txn.serin_row) table ${peopleTable} if serin_released !serin_attempt`,
  "http-request sc-inc-gpc0(0) if serin_counts",
  // Without a condition, which 2.4.0 does not take behind an expression; where nothing is tracked it does nothing.
  "http-request sc-set-gpt0(0) date(0,ms)",
  "http-request set-var(txn.serin_changed) bool(true) if serin_person !serin_page { var(txn.serin_seen) -m str s } serin_meant_for_canary or serin_person !serin_page { var(txn.serin_seen) -m str c } !serin_meant_for_canary or serin_person !serin_page { var(txn.serin_seen) -m str w } serin_open",
];

function candidates(login: string | null): readonly string[] {
  const lines = [
    "http-request set-var(txn.serin_first) bool(true) if !serin_person serin_released !serin_carried serin_for_everyone serin_open serin_page !{ req.hdr(cookie) -m found }",
  ];
  if (login === null) return lines;
  const [method = "", path = ""] = login.split(" ", 2);
  const plain = path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
  const paths = plain === "/" ? quoted(plain) : `${quoted(plain)} ${quoted(`${plain}/`)}`;
  return [
    ...lines,
    `http-request set-var(txn.serin_login) bool(true) if !serin_person serin_released !serin_carried serin_open { method ${method} } { path ${paths} }`,
    "http-request set-var(txn.serin_by_script) bool(true) if serin_says_mode !serin_navigates",
  ];
}

/** Both arms must be up: else nobody is left to ask, and the first answer would be lost. */
function hashedFiles(names: readonly string[], { places }: HaproxyPlace): readonly string[] {
  return names.flatMap((name) => [
    ...(["canary", "stable"] as const).flatMap((arm) =>
      serverNames(arm, places).map((server) => `acl serin_${name}_${arm}_up srv_is_up(${backendOf(name, arm)}/${server})`),
    ),
    `http-request set-var(txn.serin_files) bool(true) if serin_hashed { method GET } serin_has_canary !serin_attempt { var(txn.serin_service) -m str ${name} } serin_${name}_canary_up serin_${name}_stable_up`,
  ]);
}

const onward = [
  "http-request del-header serin- -m beg",
  "http-request del-header serin_ -m beg",
  "http-request replace-header cookie '^(.*;)? *serin=[^;]*;? *(.*)$' '\\1 \\2' if { req.cook(serin) -m found }",
  "http-request replace-header cookie '^[; ]*(.*[^; ])?[; ]*$' '\\1'",
  "http-request del-header cookie if { req.hdr(cookie) -m len 0 }",
  `http-request set-var(txn.serin_foreign) 'req.fhdr(baggage),regsub("(^|,)[ \\t]*serin[.][^,]*","",gi),regsub("(^|,)[^=,]*%[^=,]*=[^,]*","",g),regsub("^[, ]+","")' if { req.hdr(baggage) -m found }`,
  "http-request del-header baggage",
  "http-request set-header baggage %[var(txn.serin_foreign)] if { var(txn.serin_foreign) -m len gt 0 }",
  "http-request set-var(txn.serin_proof) var(txn.serin_state),field(7,/)",
  "http-request set-var(txn.serin_proof) var(txn.serin_state),field(6,/) if serin_on_canary",
  "http-request set-var(txn.serin_sent) var(txn.serin_arm)",
  "http-request set-var(txn.serin_proof) var(txn.serin_shown) if serin_attempt",
  "http-request set-var(txn.serin_sent) var(txn.serin_arms) if serin_attempt",
  "http-request set-var(txn.serin_name) var(txn.serin_state),field(10,/)",
  `http-request set-var(txn.serin_own) 'str(serin.release=),concat(,txn.serin_name),concat(",serin.arm=",txn.serin_sent),concat(",serin.proof=",txn.serin_proof)'`,
  "http-request set-header baggage %[req.fhdr(baggage)],%[var(txn.serin_own)] if serin_released { req.hdr(baggage) -m found }",
  "http-request set-header baggage %[var(txn.serin_own)] if serin_released !{ req.hdr(baggage) -m found }",
  "http-request set-header serin-arm %[var(txn.serin_arm)] if serin_released",
  "http-request set-header serin-release %[var(txn.serin_name)] if serin_released",
  "http-request del-header if-none-match if serin_page serin_has_canary",
  "http-request del-header if-modified-since if serin_page serin_has_canary",
  "http-request disable-l7-retry if !{ method GET HEAD OPTIONS }",
];

const answers = [
  "http-response del-header serin- -m beg",
  "http-response del-header baggage",
  "acl serin_succeeded status 200:399",
  "http-response set-var(txn.serin_draws) bool(true) if { var(txn.serin_login) -m bool } serin_succeeded or { var(txn.serin_first) -m bool }",
  "acl serin_draws var(txn.serin_draws) -m bool",
  "http-response set-var(txn.serin_bucket) rand(10000) if serin_draws",
  "http-response set-var(txn.serin_counted) str(0) if serin_draws",
  "http-response set-var(txn.serin_seen) str(n) if serin_draws",
  "http-response set-var(txn.serin_seen) str(w) if serin_draws { var(txn.serin_by_script) -m bool }",
  "http-response set-var(txn.serin_seen) str(v) if serin_draws { var(txn.serin_first) -m bool }",
  "http-response set-var(txn.serin_seen) str(c) if serin_draws serin_on_canary",
  "http-response set-var(txn.serin_changed) bool(true) if serin_draws { var(txn.serin_by_script) -m bool } !{ var(txn.serin_first) -m bool }",
  "http-response set-var(txn.serin_write) bool(true) if serin_draws",
  "acl serin_writes var(txn.serin_write) -m bool",
  "acl serin_is_hashed var(txn.serin_hashed) -m bool",
  "http-response set-var(txn.serin_new) var(txn.serin_tag),concat(.,txn.serin_bucket),concat(.,txn.serin_seen),concat(.,txn.serin_counted) if serin_writes !serin_is_hashed",
  `http-response set-var(txn.serin_mac) str(cookie.),concat(,txn.serin_new),${proofOf("")} if serin_writes !serin_is_hashed`,
  'http-response add-header set-cookie "serin=%[var(txn.serin_new)].%[var(txn.serin_mac)]; Path=/; Max-Age=604800; HttpOnly; SameSite=Lax%[var(txn.serin_secure)]" if serin_writes !serin_is_hashed',
  "http-response set-header cache-control private if serin_writes !serin_is_hashed !{ res.hdr(cache-control) -m sub private } !{ res.hdr(cache-control) -m sub no-store }",
  'http-response set-header cache-control "private, no-store" if { var(txn.serin_page) -m bool } { var(txn.serin_state),field(5,/) -m str 1 } { res.hdr(content-type) -m beg text/html }',
  "http-response set-header serin-arm-changed 1 if { var(txn.serin_changed) -m bool }",
  "http-response set-header serin-answered-by %b/%s if { var(txn.serin_attempt) -m bool }",
  "http-after-response set-header serin-attempt 1 if { var(txn.serin_attempt) -m bool }",
];

function stable(service: string, place: HaproxyPlace): string {
  return `backend ${backendOf(service, "stable")}
  balance roundrobin
  option redispatch 1
  retry-on conn-failure empty-response
${servers({ service, arm: "stable", how: "check inter 2s fall 3 rise 1" }, place)}`;
}

function canary(service: string, place: HaproxyPlace): string {
  return `backend ${backendOf(service, "canary")}
  # A canary that refuses connections harms nobody: it is left at once, and stable stands in.
  balance roundrobin
  option redispatch 1
  option allbackups
  retry-on conn-failure empty-response
${servers({ service, arm: "canary", how: "check inter 1s fall 2 rise 1 observe layer4 error-limit 1 on-error mark-down" }, place)}
${servers({ service, arm: "stable", how: "check inter 2s fall 3 rise 1 backup" }, place)}`;
}

/** The arm that is meant answers by `use-server`, which heeds no weight; whoever is balanced to after a 404 is the other one. */
function files(service: string, arm: "canary" | "stable", place: HaproxyPlace): string {
  const other = arm === "canary" ? "stable" : "canary";
  const backend = filesBackendOf(service, arm);
  const first = serverNames(arm, place.places).map((name) => `  use-server ${name} if { srv_is_up(${backend}/${name}) }`);
  return `backend ${backend}
  balance roundrobin
  retries 1
  option redispatch 1
  retry-on 404 conn-failure empty-response
${first.join("\n")}
${servers({ service, arm, how: "weight 0 check inter 2s fall 2 rise 1" }, place)}
${servers({ service, arm: other, how: "check inter 2s fall 2 rise 1" }, place)}`;
}

interface ServerLines {
  readonly service: string;
  readonly arm: "canary" | "stable";
  readonly how: string;
}

/**
 * The servers of one arm. HAProxy brings an address back from its state file only to a server that was named by a host, so each has a name that nobody
 * has (RFC 2606), which is never asked for.
 */
function servers({ service, arm, how }: ServerLines, { places, stable }: HaproxyPlace): string {
  const known = arm === "stable" ? (stable[service] ?? []) : [];
  return serverNames(arm, places)
    .map((name, place) => `  server ${name} ${addressed(known[place])} ${how}${known[place] === undefined ? " disabled" : ""}`)
    .join("\n");
}

function addressed(url: string | undefined): string {
  if (url === undefined) return "unset.invalid:1 init-addr last,127.0.0.1";
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const at = port === "" ? "80" : port;
  return isIP(host) > 0 ? `unset.invalid:${at} init-addr last,${host}` : `${host}:${at} init-addr last,libc,none`;
}

function serverNames(arm: "canary" | "stable", places: number): readonly string[] {
  return Array.from({ length: places }, (_, place) => serverName(arm, place));
}

/** A word that HAProxy takes as it is. Source: HAProxy configuration manual, section 2.2 "Quoting and escaping". */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
