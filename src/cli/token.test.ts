import { Command } from "commander";
import { expect, onTestFinished, test } from "vitest";
import { smallApi } from "../../test/fixtures/small-api.ts";
import { errorKinds } from "../errors.ts";
import type { Exit } from "../errors.ts";
import { listen } from "../http/listen.ts";
import { addLink } from "./link.ts";
import { addSessionEnd } from "./session-end.ts";
import { addSessionList } from "./session-list.ts";
import { processTerminal } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";
import { addTokenCreate } from "./token-create.ts";
import { addTokenList } from "./token-list.ts";
import { addTokenRevoke } from "./token-revoke.ts";

interface Outcome {
  readonly exit: Exit | null;
  readonly out: string;
  readonly err: string;
}

/** A server, and a command line that asks it with Ada's token unless another is given. */
async function commandLine(): Promise<(words: string, token?: string) => Promise<Outcome>> {
  const api = await smallApi();
  const listening = await listen(api.app, { host: "127.0.0.1", port: 0 });
  onTestFinished(() => listening.close(100));
  return async (words, token = "ada") => {
    let [out, err] = ["", ""];
    let exit: Exit | null = null;
    const terminal: Terminal = {
      ...processTerminal(),
      env: { SERIN_SERVER: listening.url, SERIN_TOKEN: token },
      isLive: false,
      isAsking: false,
      out: (text) => void (out += text),
      err: (text) => void (err += text),
      exit: (code) => void (exit = code),
    };
    const program = new Command("serin");
    const group = program.command("token");
    for (const add of [addTokenCreate, addTokenList, addTokenRevoke]) add(group, terminal);
    const sessions = program.command("session");
    for (const add of [addSessionList, addSessionEnd]) add(sessions, terminal);
    addLink(program, terminal);
    await program.parseAsync(words.split(" "), { from: "user" });
    return { exit, out, err };
  };
}

test("a token is made, used, listed and revoked; standard output has the token alone", async () => {
  const type = await commandLine();
  expect(await type("token list")).toMatchObject({ exit: "done", out: "There are no tokens.\n" });
  const made = await type("token create pipeline --role release-manager --environment staging --expires-in-days 2");
  expect(made.out).toMatch(/^serin_[A-Za-z0-9_-]{43}\n$/);
  expect(made.err).toMatch(/^Token [0-9a-f]{10}, until \d{4}-\d\d-\d\d\. It is shown only now/);
  const token = made.out.trim();
  const listed = await type("token list", token);
  const [id = ""] = listed.out.split("  ");
  expect(listed.out).toMatch(/^[0-9a-f]{10} {2}pipeline {2}release-manager in staging {2}until \S+ {2}last used \S+h {2}by ada\n$/);
  expect(await type(`token revoke ${id}`)).toMatchObject({ exit: "done", out: `${id} is revoked.\n` });
  expect(await type("token list", token)).toMatchObject({ exit: "not-allowed", out: "" });
  expect((await type(`token revoke ${id}`)).exit).toBe(errorKinds["token-gone"].exit);
});

test("with --json the answers are the server's own", async () => {
  const type = await commandLine();
  const made = JSON.parse((await type("token create ci --role viewer --json")).out) as {
    readonly token: string;
    readonly view: { readonly id: string };
  };
  expect(made.token).toMatch(/^serin_/);
  expect(JSON.parse((await type("token list --json")).out)).toEqual({ tokens: [made.view] });
  expect(JSON.parse((await type(`token revoke ${made.view.id} --json`)).out)).toEqual({ id: made.view.id, revoked: true });
  expect(JSON.parse((await type("link --json")).out)).toMatchObject({ url: expect.stringContaining("/#once=") as string });
});

test("a link is the address of the server that was asked, alone on standard output", async () => {
  const type = await commandLine();
  expect((await type("link")).out).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#once=[A-Za-z0-9_-]{43}\n$/);
  expect((await type("link", "nobody")).exit).toBe("not-allowed");
});

test("who is signed in is listed and signed out, oneself and somebody else", async () => {
  const type = await commandLine();
  expect((await type("session list")).out).toBe("Nobody is signed in.\n");
  for (const who of ["vera", "ada"]) {
    const url = new URL((await type("link", who)).out.trim());
    const headers = {
      "content-type": "application/json",
      origin: url.origin,
      "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0",
    };
    const body = JSON.stringify({ code: url.hash.slice("#once=".length) });
    expect((await fetch(new URL("/api/v1/session", url), { method: "POST", headers, body })).status).toBe(200);
  }
  const listed = (await type("session list")).out;
  expect(listed.split("\n").filter((line) => line.startsWith("vera"))).toEqual([
    expect.stringMatching(/^vera {2}Firefox, Linux {2}by a link {2}since \S+Z {2}last seen \S+Z {2}until \S+Z$/) as string,
  ]);
  expect((await type("session end vera")).out).toBe("1 session is over.\n");
  expect(JSON.parse((await type("session end --json")).out)).toEqual({ ended: 1 });
  expect(JSON.parse((await type("session list --json")).out)).toEqual({ sessions: [] });
  expect(await type("session end vera", "olga")).toMatchObject({ exit: "not-allowed", out: "" });
  expect(await type("session end vira")).toMatchObject({ exit: "no", out: "", err: expect.stringContaining("vira") as string });
});

test.each<[string, Exit, string]>([
  ["token create x --role root", "bad-input", 'There is no role "root"'],
  ["token create x --role viewer --expires-in-days soon", "bad-input", '--expires-in-days takes 1 to 365, not "soon"'],
  ["token create x --role viewer --expires-in-days 400", "bad-input", '1 to 365, not "400"'],
  ["token create x --role qa-lead --environment prodction", "bad-input", "--environment: is not an environment of this server"],
  ["token create vera --role viewer", "no", "A person here is called vera"],
])("refused: %s", async (words, exit, says) => {
  const type = await commandLine();
  const { exit: code, out, err } = await type(words);
  expect([code, out]).toEqual([exit, ""]);
  expect(err).toContain(says);
});
