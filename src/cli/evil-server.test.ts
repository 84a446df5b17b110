import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { expect, onTestFinished, test } from "vitest";
import { startSmallServer } from "../../test/contract/small-server.ts";
import { temporaryFolder } from "../../test/fixtures/folder.ts";
import type { Exit } from "../errors.ts";
import { versionHeader } from "../http/contract.ts";
import { addLink } from "./link.ts";
import { addReleaseReport } from "./release-report.ts";
import { addReleaseStart } from "./release-start.ts";
import { addSessionEnd } from "./session-end.ts";
import { addSessionList } from "./session-list.ts";
import { processTerminal } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";
import { addTokenCreate } from "./token-create.ts";
import { addTokenList } from "./token-list.ts";

/** What a terminal would obey: clear the screen, a link that says another address, a title, a turn of the writing direction. */
const evil = "\u001b[2J\u001b]8;;http://evil.example\u0007\u009b31m\u202e\u061c\r\nok";
const view = { id: evil, name: evil, agent: evil, via: "link", roles: [evil], environments: [evil], createdBy: evil };
const times = { createdMs: 0, expiresMs: 0, lastSeenMs: null, lastUsedMs: null, revokedMs: null };

/** Types `words` at a terminal that a person looks at, to a server that answers `answer`. */
async function typeTo(words: readonly string[], answer: unknown, status = 200) {
  const server = await startSmallServer((_request, response) => {
    const body = typeof answer === "string" ? answer : JSON.stringify(answer);
    response.writeHead(status, { [versionHeader]: "1" }).end(body);
  });
  onTestFinished(() => server.close());
  let written = "";
  let exit: Exit | null = null;
  const terminal: Terminal = {
    ...processTerminal(),
    env: { SERIN_TOKEN: "token", SERIN_SERVER: server.url },
    isLive: true,
    isAsking: false,
    out: (text) => void (written += text),
    err: (text) => void (written += text),
    exit: (code) => void (exit = code),
  };
  const program = new Command("serin");
  addLink(program, terminal);
  addReleaseStart(program, terminal);
  addReleaseReport(program, terminal, async () => "");
  const [session, token] = [program.command("session"), program.command("token")];
  addSessionEnd(session, terminal);
  addSessionList(session, terminal);
  addTokenCreate(token, terminal);
  addTokenList(token, terminal);
  await program.parseAsync(words, { from: "user" });
  return { written, exit, asked: server.requests };
}

test.each<[string, readonly string[], unknown]>([
  ["a link", ["link"], { url: evil }],
  ["sessions", ["session", "list"], { sessions: [{ ...view, ...times }], next: null }],
  ["tokens", ["token", "list"], { tokens: [{ ...view, ...times }], next: null }],
  ["a token", ["token", "create", "x", "--role", "viewer"], { token: evil, view: { ...view, ...times } }],
  ["a start", ["start", "PLAN", "--reason", "r", "--set", "web=1"], { id: evil, problems: [], starts: { atMs: 0, says: evil } }],
  ["a report", ["report", "x"], evil],
])("nothing that a server says of %s is obeyed by the terminal", async (_, words, answer) => {
  const plan = join(await temporaryFolder(), "plan.yaml");
  writeFileSync(plan, "kind: ReleasePlan\n");
  const { written, exit } = await typeTo(
    words.map((word) => (word === "PLAN" ? plan : word)),
    answer,
  );
  expect(exit).toBe("done");
  expect(written).toContain("ok");
  expect(written.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
});

test.each([[[null]], [["a"]], [[{ pointer: 1 }]], [[{ pointer: "/constructor", detail: {} }]]])(
  "a refusal that is none of serin's (%j) is told, and breaks nothing",
  async (errors) => {
    const { written, exit } = await typeTo(["link"], { code: "body-invalid", detail: "no", errors }, 422);
    expect(exit).toBe("bad-input");
    expect(written).toMatch(/^serin: .+\n$/);
    expect(written).not.toContain("native code");
  },
);

test.each([".", ".."])("whoever is called %j is no step of a path: nobody is signed out instead", async (name) => {
  const { written, exit, asked } = await typeTo(["session", "end", name], { ended: 1 });
  expect({ exit, asked }).toEqual({ exit: "bad-input", asked: [] });
  expect(written).toContain(`Nothing is called "${name}"`);
});
