import { describe, expect, test } from "vitest";
import { kindsOf } from "../../src/config/catalogue.ts";
import { openLogin } from "../../src/config/open-login.ts";
import { readServer, openConnection } from "../../src/config/server-file.ts";
import type { SecretReaders } from "../../src/config/secrets.ts";
import { formatProblem } from "../../src/errors.ts";
import { adapters, soundServer } from "./sound-plan.ts";

const read = (text: string) => readServer(text, "serin.yaml", adapters);

test("the sound server file has no problem", () => {
  const { server, problems } = read(soundServer);
  expect(problems).toEqual([]);
  expect(server).toMatchObject({
    environments: ["production", "staging"],
    listen: { host: "127.0.0.1", port: 7707 },
    people: [
      { name: "rachel", roles: ["release-manager"], environments: null },
      { name: "claire", roles: ["qa-lead"], environments: ["production"] },
      { name: "rose", roles: ["release-manager"], environments: null },
    ],
  });
});

test("an almost empty file is a server on loopback that knows only what is built in", () => {
  const { server, problems } = read("apiVersion: serin.dev/v1\nkind: Server\n");
  expect(problems).toEqual([]);
  expect(server).toEqual({
    file: "serin.yaml",
    environments: ["production"],
    listen: { host: "127.0.0.1", port: 7707 },
    publicUrl: null,
    proxies: null,
    connections: { sources: {}, routers: {}, workloads: {}, notifiers: {} },
    people: [],
    login: null,
  });
});

test.each([
  ["127.0.0.1:0", { host: "127.0.0.1", port: 0 }],
  ["[::1]:7707", { host: "::1", port: 7707 }],
  ["serin.internal:80", { host: "serin.internal", port: 80 }],
])("it may listen on %s", (listen, address) =>
  expect(read(soundServer.replace("127.0.0.1:7707", `"${listen}"`)).server?.listen).toEqual(address),
);

test.each([
  ["https://serin.example.org", "https://serin.example.org"],
  ["https://example.org/serin/", "https://example.org/serin"],
  ["http://10.0.0.7:7707/", "http://10.0.0.7:7707"],
])("people may reach it at %s", (written, publicUrl) =>
  expect(read(`${soundServer}publicUrl: ${written}\n`).server?.publicUrl).toBe(publicUrl),
);

test.each(["serin", "ftp://example.org", "https://ada:pw@example.org", "https://example.org?a=1", "https://example.org/#x"])(
  "people cannot reach it at %s",
  (written) => {
    const { server, problems } = read(`${soundServer}publicUrl: "${written}"\n`);
    expect(server).toBeNull();
    expect(problems[0]?.remedy).toBe('Write "https://serin.example.org": no user, no query, no fragment.');
  },
);

test("the proxies in front of it are networks; the header is the one that most proxies write", () => {
  const written = `${soundServer}publicUrl: https://serin.example.org\nproxies: { trusted: [127.0.0.1, 10.0.0.0/8, "fd00::/8"] }\n`;
  const { server, problems } = read(written);
  expect(problems).toEqual([]);
  expect(server?.proxies).toEqual({
    trusted: [
      { address: "127.0.0.1", bits: 32, family: "ipv4" },
      { address: "10.0.0.0", bits: 8, family: "ipv4" },
      { address: "fd00::", bits: 8, family: "ipv6" },
    ],
    header: "x-forwarded-for",
  });
  expect(read(`${soundServer}proxies: { trusted: [127.0.0.1] }\n`).problems.map(formatProblem)).toEqual([
    expect.stringMatching(/warning: People come in by a proxy, and nothing says at which address/) as string,
  ]);
});

test.each([
  ["10.0.0.0/33", "is no address and no network"],
  ["10.0.0", "is no address and no network"],
  ["proxy.example.org", "is no address and no network"],
  ["fd00::/129", "is no address and no network"],
  ["fd00::1%eth0", "is no address and no network"],
  ["0.0.0.0/0", "is everybody"],
  ["::/0", "is everybody"],
])("nobody trusts %s, and the place says so", (network, says) => {
  const { server, problems } = read(`${soundServer}proxies: { trusted: [127.0.0.1, "${network}"] }\n`);
  expect(server).toBeNull();
  const line = soundServer.split("\n").length;
  expect(problems[0]).toMatchObject({
    line,
    column: 33,
    message: expect.stringContaining(says) as string,
    remedy: 'Write an address or a network, such as "127.0.0.1", "10.0.0.0/8" or "fd00::/8".',
  });
});

/** What is changed in the sound file, and every problem of the result, exactly. */
const broken: readonly (readonly [string, { readonly from: string; readonly to: string }, readonly string[]])[] = [
  ["a misspelt key", { from: "listen:", to: "listn:" }, ['4:1 error: "listn" is no word of this file. Write "listen".']],
  [
    "another kind of file",
    { from: "kind: Server", to: "kind: ReleasePlan" },
    ['2:7 error: kind: "ReleasePlan" is not known here. Write "Server".'],
  ],
  [
    "no address",
    { from: "listen: 127.0.0.1:7707", to: "listen: 7707" },
    ['4:9 error: listen: 7707 is not a text. Write a text such as "127.0.0.1:7707".'],
  ],
  [
    "a port that does not exist",
    { from: "listen: 127.0.0.1:7707", to: "listen: 127.0.0.1:77077" },
    ['4:9 error: listen: "127.0.0.1:77077" is not an address and a port. Write "127.0.0.1:7707".'],
  ],
  ["an unknown port", { from: "  sources:", to: "  source:" }, ['8:3 error: "source" is no word of connections. Write "sources".']],
  ["an unknown kind", { from: "kind: http", to: "kind: htpp" }, ['10:25 error: There is no metric source of kind "htpp". Write "http".']],
  [
    "a connection without a kind",
    { from: "{ kind: http, url", to: "{ url" },
    [`10:5 error: kind is missing. Write the kind of metric source: ${kindsOf(adapters, "sources").join(", ")}.`],
  ],
  [
    "a kind that this build does not have",
    { from: "  sources:", to: "    mesh: { kind: istio }\n  sources:" },
    [
      `8:19 warning: This build has no router adapter of kind "istio". It has ${kindsOf(adapters, "routers").join(", ")}; the connection is left unused.`,
    ],
  ],
  [
    "a wrong word of a connection",
    { from: 'url: "http://127.0.0.1:4103"', to: 'adress: "http://127.0.0.1:4103"' },
    [
      "10:5 error: url is missing. Write a text: Base address of the JSON interface.",
      '10:31 error: "adress" is no word of pricetruth. Write one of url, headers, control, timeout, tls.',
    ],
  ],
  [
    "an address that is none",
    { from: 'url: "http://127.0.0.1:4103"', to: "url: pricetruth" },
    ["10:36 error: url: Invalid URL. Write what belongs here: Base address of the JSON interface."],
  ],
  [
    "a secret written out",
    { from: "secret: { file: hook.secret }", to: "secret: whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=" },
    ["12:72 error: secret: a secret is not written into this file. Write { env: HOOK_SECRET } or { file: PATH }."],
  ],
  [
    "a password in an address",
    { from: 'url: "http://127.0.0.1:4103"', to: 'url: "http://serin:pass@127.0.0.1:4103"' },
    ["10:36 error: url: a secret is not written into this file. Write { env: PRICETRUTH_URL } or { file: PATH }."],
  ],
  [
    "a token in a header",
    { from: 'url: "http://127.0.0.1:4103"', to: 'url: "http://127.0.0.1:4103", headers: { authorization: Bearer abc }' },
    ["10:87 error: authorization: a secret is not written into this file. Write { env: PRICETRUTH_AUTHORIZATION } or { file: PATH }."],
  ],
  [
    "a secret without a place",
    { from: "token: { env: EDGE_TOKEN } }\n  sources:", to: "token: { env: } }\n  sources:" },
    ['7:75 error: env: Nothing is written here. Write a text such as "EDGE_TOKEN"; what begins with # must stand in quotes.'],
  ],
  [
    "a misspelt key for a secret",
    { from: "secret: { file: hook.secret }", to: "secrt: { file: hook.secret }" },
    ['12:64 error: "secrt" is no word of hook. Write "secret".'],
  ],
  [
    "a second router of a kind",
    { from: "  sources:\n", to: '    other: { kind: edge, control: ["http://127.0.0.1:8082"], token: { env: T } }\n  sources:\n' },
    ['8:12 error: This is a second connection of kind "edge". Keep one: a plan names it by its kind.'],
  ],
  [
    "an unknown role",
    { from: "roles: [qa-lead]", to: "roles: [qa-leed]" },
    ['15:29 error: role 1: "qa-leed" is not known here. Write "qa-lead".'],
  ],
  [
    "a person twice",
    { from: "name: claire", to: "name: rachel" },
    ['15:13 error: "rachel" stands in the list twice. Give one entry all the roles.'],
  ],
  [
    "a person on Slack who is none",
    { from: "name: claire", to: 'name: claire, slack: "@claire"' },
    [
      '15:28 error: slack: "@claire" is not the id of a person on Slack. Write the member id of the profile\'s menu "Copy member ID": U0123ABC.',
    ],
  ],
  [
    "one id on Slack for two people",
    { from: "{ name: rachel,", to: "{ name: hugo, roles: [qa-lead], slack: U0123ABC }\n  - { name: rachel, slack: U0123ABC," },
    ["15:28 error: U0123ABC speaks for two people. Leave it with the one whose id it is."],
  ],
  [
    "buttons that nobody may press",
    { from: "    hook:", to: "    slack: { kind: slack, token: { env: T }, appToken: { env: A } }\n    hook:" },
    [
      "12:12 warning: Its messages have buttons, and nobody may press them: no person of this file has an id there. Write it with each person: { name: ada, roles: [release-manager], slack: U0123ABC }.",
    ],
  ],
  [
    "a name with capitals",
    { from: "    hook:", to: "    Hook:" },
    ['12:5 error: "Hook" is not a name: names have small letters, digits and hyphens, at most 63. Write "hook".'],
  ],
];

test.each(broken)("%s", (_name, { from, to }, expected) => {
  expect(soundServer).toContain(from);
  const { server, problems } = read(soundServer.replace(from, to));
  expect(problems.map(formatProblem)).toEqual(expected.map((problem) => `serin.yaml:${problem}`));
  expect(server === null).toBe(problems.some((problem) => problem.severity === "error"));
});

describe("secrets", () => {
  const hidden = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
  const none: SecretReaders = { env: () => null, file: () => null };
  const hook = adapters.notifiers.find((notifier) => notifier.kind === "webhook");
  const connection = read(soundServer).server?.connections.notifiers["hook"];

  const open = (readers: SecretReaders) => {
    if (connection === undefined || hook === undefined) throw new Error("the sound file has a hook");
    return openConnection(connection, hook.connection, readers, "serin.yaml");
  };

  test("reading the file needs none", () => {
    expect(JSON.stringify(connection)).not.toContain(hidden);
    expect(connection?.secrets).toEqual([{ path: ["secret"], place: { kind: "file", file: "hook.secret" }, line: 12, column: 72 }]);
  });

  test.each(["apiKey", "appKey", "secretAccessKey", "token", "password"])("%s is refused where it is written out", (name) => {
    const { problems } = read(soundServer.replace('url: "http://127.0.0.1:4103"', `url: "http://127.0.0.1:4103", ${name}: ${hidden}`));
    expect(problems.map(formatProblem)).toContainEqual(expect.stringContaining(`${name}: a secret is not written into this file.`));
  });

  test("a connection is opened with them, without the line end of their file", () => {
    expect(open({ ...none, file: (path) => (path === "hook.secret" ? `${hidden}\n` : null) })).toMatchObject({
      ok: true,
      value: { secret: hidden },
    });
  });

  test.each([
    ["is missing", null],
    ["is empty", "\n"],
  ])("one that %s is shown where it is named", (_name, content) => {
    const opened = open({ ...none, file: () => content });
    expect(opened.ok ? [] : opened.problems.map(formatProblem)).toEqual([
      "serin.yaml:12:72 error: The file hook.secret cannot be read, or is empty. Write the secret into it, readable only for the server.",
    ]);
  });

  test("one that the adapter refuses is not repeated; how it should be is said", () => {
    const opened = open({ ...none, file: () => "too-short" });
    expect(JSON.stringify(opened)).not.toContain("too-short");
    expect(opened.ok ? [] : opened.problems.map(formatProblem)).toEqual([
      expect.stringMatching(
        /^serin\.yaml:12:11 error: The webhook connection refuses what it was given for secret\. A signing secret is "whsec_" and 24 /,
      ),
    ]);
  });

  test("an environment variable will do", () => {
    const server = read(soundServer.replace("{ file: hook.secret }", "{ env: HOOK_SECRET }")).server;
    const inEnvironment = server?.connections.notifiers["hook"];
    if (inEnvironment === undefined || hook === undefined) throw new Error("the file has a hook");
    const opened = openConnection(
      inEnvironment,
      hook.connection,
      { ...none, env: (name) => (name === "HOOK_SECRET" ? hidden : null) },
      "serin.yaml",
    );
    expect(opened).toMatchObject({ ok: true, value: { secret: hidden } });
    const missing = openConnection(inEnvironment, hook.connection, none, "serin.yaml");
    expect(missing.ok ? [] : missing.problems.map(formatProblem)).toEqual([
      "serin.yaml:12:72 error: The environment variable HOOK_SECRET is not set, or empty. Set HOOK_SECRET where the server starts.",
    ]);
  });
});

describe("signing in", () => {
  const login = `publicUrl: https://serin.example.org
login:
  issuer: https://id.example.org/realms/shop
  client: serin
  secret: { env: LOGIN_SECRET }
  roles: [{ group: sre, roles: [devops-lead], environments: [staging] }, { group: staff, roles: [viewer] }]
`;
  const signers = soundServer.replaceAll(/name: (\w+), roles/g, "name: $1, login: $1@example.org, roles");
  const readers: SecretReaders = { env: (name) => (name === "LOGIN_SECRET" ? "the secret" : null), file: () => null };
  const opened = (text: string, by = readers) => {
    const { server, problems } = read(`${signers}${text}`);
    expect(problems).toEqual([]);
    return server === null ? null : openLogin(server, by).settings;
  };

  test("has usual words for what is not written, and its secret from where it lies", () => {
    expect(opened(login)).toEqual({
      issuer: "https://id.example.org/realms/shop",
      client: "serin",
      secret: "the secret",
      name: "email",
      groups: "groups",
      scopes: ["openid", "profile", "email"],
      roles: [
        { group: "sre", roles: ["devops-lead"], environments: ["staging"] },
        { group: "staff", roles: ["viewer"], environments: null },
      ],
    });
    expect(opened(login.replace("  secret: { env: LOGIN_SECRET }\n", ""))?.secret).toBeNull();
    expect(opened("publicUrl: https://serin.example.org\n")).toBeNull();
  });

  test("a secret that is not there is named with its line, and never shown", () => {
    const { server } = read(`${soundServer}${login}`);
    const line = soundServer.split("\n").length + 4;
    const problem = { line, message: "The environment variable LOGIN_SECRET is not set, or empty." };
    const opened = server && openLogin(server, { env: () => null, file: () => null });
    expect(opened).toEqual({ settings: null, problems: [expect.objectContaining(problem)] });
  });

  test.each([
    ["a secret written out", login.replace("{ env: LOGIN_SECRET }", "hunter2"), "Write { env: LOGIN_SECRET } or { file: PATH }."],
    ["an issuer over http", login.replace("https://id", "http://id"), "Write its https address"],
    ["no public address", login.replace(/^publicUrl.*\n/, ""), "Write publicUrl: https://serin.example.org."],
    ["a role that there is not", login.replace("[viewer]", "[root]"), "release-manager"],
    ["an unknown word", login.replace("client:", "clientId:"), 'Write "client".'],
  ])("%s is refused, with what to write", (_, text, remedy) => {
    const { server, problems } = read(`${soundServer}${text}`);
    expect(server).toBeNull();
    expect(problems.map((problem) => problem.remedy).join(" ")).toContain(remedy);
    expect(JSON.stringify(problems)).not.toContain("hunter2");
  });

  test("two people who sign in alike, and sessions that travel in the clear, are told", () => {
    const people = soundServer.replaceAll(/name: (rachel|claire)/g, "name: $1, login: same@example.org");
    expect(read(people).problems.map(({ message }) => message)).toEqual(['"same@example.org" signs in as two people.']);
    const clear = read(`${signers}${login.replace("publicUrl: https", "publicUrl: http")}`);
    expect(clear.server).not.toBeNull();
    expect(clear.problems).toMatchObject([
      { severity: "warning", message: "People sign in here, and their sessions travel in the clear." },
    ]);
  });

  test("one person who would be two, and could approve what they started, is told; not where the claim is their name", () => {
    const file = `${signers.replace(", login: claire@example.org", "")}${login}`;
    expect(read(file).problems).toMatchObject([
      { severity: "warning", line: 15, message: "claire signs in by an address of mail, and would be somebody else then." },
    ]);
    expect(read(file.replace("  client:", "  name: preferred_username\n  client:")).problems).toEqual([]);
  });
});
