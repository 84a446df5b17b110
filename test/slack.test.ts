import { mkdir, rm } from "node:fs/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { createClock } from "../src/engine/clock.ts";
import { slack } from "../src/adapters/notices/slack.ts";
import { SlackRefusal } from "../src/adapters/notices/slack/troubles.ts";
import type { Notice, Notifier } from "../src/ports.ts";
import { noticesContract, sampleNotice } from "./contract/notices.ts";
import { notifierFaults, webReceiver } from "./contract/notifier-faults.ts";
import { temporaryFolder } from "./fixtures/folder.ts";
import { readMessage, startSmallSlack } from "./fixtures/small-slack.ts";
import type { Channel, Posted, SmallSlack } from "./fixtures/small-slack.ts";
import { samplePlan } from "./sample-plan.ts";
import { examinationOf, sampleNoticeOf } from "./sample-notices.ts";
import { inEnglish } from "./fixtures/said-checks.ts";

const never = new AbortController().signal;
const clock = createClock();

interface Stage {
  readonly workspace: SmallSlack;
  readonly channel: Channel;
  /** A notifier as a server that starts now makes it, on the same folder. */
  readonly start: (options?: object) => Notifier;
  readonly folder: string;
  readonly head: () => Posted;
  readonly replies: () => readonly Posted[];
}

async function stage(): Promise<Stage> {
  const workspace = await startSmallSlack();
  onTestFinished(() => workspace.server.close());
  const folder = await temporaryFolder();
  const channel = workspace.channels.find(({ name }) => name === "releases")!;
  return {
    workspace,
    channel,
    folder,
    start: (options = {}) => slack.create(connectionTo(workspace, options), { clock, dataDir: folder }),
    head: () => channel.messages.find(({ threadTs }) => threadTs === null)!,
    replies: () => channel.messages.filter(({ threadTs }) => threadTs !== null),
  };
}

const connectionTo = ({ url, token }: Pick<SmallSlack, "url" | "token">, options: object = {}) =>
  slack.connection.parse({ url, token, ...options });

const tellingOf = async (notifier: Notifier, count = 8, sample: Parameters<typeof sampleNoticeOf>[1] = {}): Promise<void> => {
  for (let revision = 1; revision <= count; revision += 1) await notifier.send(sampleNoticeOf("rolled back", sample, revision), never);
};

noticesContract("slack", async () => {
  const { workspace, channel, start, head } = await stage();
  const read = ({ text, blocks }: Posted): string => `#${channel.name} ${readMessage(head())} ${text} ${readMessage({ blocks })}`;
  return {
    notifier: start(),
    received: () => channel.messages.filter(({ threadTs }) => threadTs !== null).map(read),
    fail: () => workspace.server.behave("refuses"),
    recover: () => workspace.recover(),
    hang: () => workspace.server.behave("hangs"),
    reached: () => workspace.server.reached(),
    secret: workspace.token,
    close: () => workspace.server.close(),
  };
});

const token = "xoxb-a-secret-that-nobody-may-see";
notifierFaults("slack", {
  suffer: webReceiver(({ url, timeout }) =>
    slack.create(connectionTo({ url, token }, { timeout, channels: { "#releases": "C0000000002" } }), { clock, dataDir: "unused" }),
  ),
  secrets: [token],
});

describe("one thread a release", () => {
  test("has one message in the channel, brought up to date, and an answer for each notice; grave ones are told to the channel too", async () => {
    const { channel, start, head, replies } = await stage();
    await tellingOf(start(), 9);
    expect(channel.messages.filter(({ threadTs }) => threadTs === null)).toHaveLength(1);
    expect(readMessage(head())).toContain("Retour arrière terminé");
    expect(replies()).toHaveLength(9);
    expect(new Set(replies().map(({ threadTs }) => threadTs))).toEqual(new Set([head().ts]));
    expect(replies().map(({ isBroadcast }) => isBroadcast)).toEqual([...Array.from({ length: 7 }, () => false), true, true]);
  });

  test("goes on after a restart", async () => {
    const { channel, start } = await stage();
    await start().send(sampleNoticeOf("rolled back", {}, 1), never);
    await start().send(sampleNoticeOf("rolled back", {}, 2), never);
    expect(channel.messages.map(({ threadTs }) => threadTs === null)).toEqual([true, false, false]);
  });

  test("is found again by its metadata when the server has lost its folder, and nothing is told twice", async () => {
    const { channel, start, folder, head } = await stage();
    await tellingOf(start(), 3);
    await rm(folder, { recursive: true });
    await mkdir(folder);
    const notifier = start();
    await notifier.send(sampleNoticeOf("rolled back", {}, 3), never);
    await notifier.send(sampleNoticeOf("rolled back", {}, 4), never);
    expect(channel.messages.filter(({ threadTs }) => threadTs === null)).toHaveLength(1);
    expect(channel.messages).toHaveLength(5);
    expect(readMessage(head())).toContain("Passage à 10");
  });

  test("is found again although Slack's clock is behind ours", async () => {
    const { channel, start, folder } = await stage();
    // Its message is from 14:00 by Slack's clock; the release began at 14:10 by ours.
    const at = (revision: number) => {
      const notice = sampleNoticeOf("rolled back", {}, revision);
      return { ...notice, state: { ...notice.state, createdMs: notice.state.createdMs + 600_000 } };
    };
    await start().send(at(1), never);
    await rm(folder, { recursive: true });
    await mkdir(folder);
    await start().send(at(2), never);
    expect(channel.messages.filter(({ threadTs }) => threadTs === null)).toHaveLength(1);
  });

  test("of two releases are two, of one plan in two channels as well", async () => {
    const { workspace, channel, start } = await stage();
    workspace.channels[1]!.isMember = true;
    const notifier = start();
    for (const id of ["r-1", "r-2"]) await notifier.send(sampleNoticeOf("created", { id }), never);
    await notifier.send(sampleNoticeOf("created", { to: "#random" }), never);
    expect(channel.messages.filter(({ threadTs }) => threadTs === null)).toHaveLength(2);
    expect(workspace.channels[1]!.messages).toHaveLength(2);
  });

  test("begins anew when somebody deleted its message", async () => {
    const { channel, start, head, replies } = await stage();
    const notifier = start();
    await notifier.send(sampleNoticeOf("rolled back", {}, 1), never);
    channel.messages.splice(0);
    const second = sampleNoticeOf("rolled back", {}, 2);
    await expect(notifier.send(second, never)).rejects.toThrow("was deleted: a new one is begun");
    channel.messages.splice(0);
    await notifier.send(second, never);
    expect(replies().map(({ threadTs }) => threadTs)).toEqual([head().ts]);
  });

  test("tells the news where a workspace forbids changes", async () => {
    const { workspace, start, replies } = await stage();
    workspace.mayEdit = false;
    await tellingOf(start(), 3);
    expect(replies()).toHaveLength(3);
  });

  test("is not turned back by a notice that comes late", async () => {
    const { start, head } = await stage();
    const notifier = start();
    await notifier.send(sampleNoticeOf("rolled back", {}, 1), never);
    await notifier.send(sampleNoticeOf("rolled back", {}, 9), never);
    await notifier.send(sampleNoticeOf("rolled back", {}, 8), never);
    expect(readMessage(head())).toContain("Retour arrière terminé");
  });
});

describe("nothing is posted twice", () => {
  test.each(["head", "news"] as const)("when the answer to the %s was lost", async (which) => {
    const { workspace, channel, start } = await stage();
    const notice = sampleNoticeOf("rolled back", {}, 2);
    if (which === "news") await start().send(sampleNoticeOf("rolled back", {}, 1), never);
    workspace.next("chat.postMessage", "answer lost");
    await expect(start().send(notice, never)).rejects.toThrow("broken off");
    await start().send(notice, never);
    expect(channel.messages.filter(({ threadTs }) => threadTs === null)).toHaveLength(1);
    expect(channel.messages.filter(({ metadata }) => metadata?.event_payload["key"] === notice.key)).toHaveLength(1);
  });

  test("when the head could not be brought up to date", async () => {
    const { workspace, start, replies, head } = await stage();
    const notifier = start();
    await notifier.send(sampleNoticeOf("rolled back", {}, 1), never);
    workspace.next("chat.update", { status: 503, retryAfter: "1" });
    const notice = sampleNoticeOf("rolled back", {}, 9);
    await expect(notifier.send(notice, never)).rejects.toThrow("503");
    await notifier.send(notice, never);
    expect(replies()).toHaveLength(2);
    expect(readMessage(head())).toContain("Retour arrière terminé");
  });

  test("under the same key", async () => {
    const { start, replies } = await stage();
    const notifier = start();
    await tellingOf(notifier, 3);
    await tellingOf(notifier, 3);
    expect(replies()).toHaveLength(3);
  });
});

describe("what Slack refuses", () => {
  const refused = async (error: string, notice: Notice = sampleNotice): Promise<unknown> => {
    const { workspace, start } = await stage();
    workspace.next("chat.postMessage", { error });
    return start()
      .send(notice, never)
      .catch((thrown: unknown) => thrown);
  };

  test.each<[string, RegExp]>([
    ["channel_not_found", /channel_not_found\. The bot sees no such channel\. Create it, invite the bot/],
    ["not_in_channel", /not_in_channel\. .*\/invite @/],
    ["invalid_auth", /invalid_auth\. .*bot token \(xoxb-…\)/],
    ["token_revoked", /token_revoked\. .*Install the app again/],
    ["is_archived", /is_archived\. .*Unarchive it/],
    ["restricted_action", /restricted_action\. .*administrators/],
    ["something_new", /something_new\.$/],
    ["<b>&*", /an error that cannot be read\.$/],
  ])("%s is said with what ends it, and tried again", async (error, says) => {
    const thrown = await refused(error);
    expect(thrown).toBeInstanceOf(SlackRefusal);
    expect(thrown).toMatchObject({ retry: "later", message: expect.stringMatching(says) });
  });

  test.each(["invalid_blocks", "msg_too_long"])("%s is our own mistake and never tried again", async (error) => {
    expect(await refused(error)).toMatchObject({ retry: "never" });
  });

  test("a missing scope is named", async () => {
    const { workspace, start } = await stage();
    workspace.scopes = ["chat:write"];
    await expect(start().send(sampleNotice, never)).rejects.toThrow(
      "missing_scope. The app lacks a scope. Add it on the app's page “OAuth & Permissions” and install the app again. It needs channels:read.",
    );
    // With the channel's id no other scope is needed to begin.
    await start({ channels: { "#releases": "C0000000002" } }).send(sampleNoticeOf("created"), never);
  });

  test("a channel that nobody knows is said with what ends it", async () => {
    const { start } = await stage();
    await expect(start().send({ ...sampleNotice, to: "#relases" }, never)).rejects.toThrow(
      'no channel "#relases" that the bot sees. Create it',
    );
  });

  test("an id that has become wrong is looked up again", async () => {
    const { workspace, channel, start, replies } = await stage();
    const notifier = start();
    await notifier.send(sampleNoticeOf("rolled back", {}, 1), never);
    workspace.next("chat.postMessage", { error: "channel_not_found" });
    await expect(notifier.send(sampleNoticeOf("rolled back", {}, 2), never)).rejects.toThrow("channel_not_found");
    await notifier.send(sampleNoticeOf("rolled back", {}, 2), never);
    expect(workspace.calls.filter((method) => method === "conversations.list").length).toBeGreaterThan(2);
    expect([channel.messages.length, replies().length]).toEqual([3, 2]);
  });

  test("its rate limit is waited for", async () => {
    const { workspace, start } = await stage();
    workspace.next("chat.postMessage", { status: 429, retryAfter: "7" });
    await expect(start().send(sampleNotice, never)).rejects.toMatchObject({ retry: "later", afterMs: 7_000 });
  });
});

describe("texts from outside", () => {
  const evil = "<!channel> <@U0> & *bold* _it_ :tada: <https://evil.example|click>\n> quote\u202e";

  test("are only text: no mention, link, markup or emoji comes of them", async () => {
    const { channel, start } = await stage();
    const plan = { ...samplePlan, title: evil, version: evil, environment: evil };
    await start().send({ ...sampleNoticeOf("created", { plan }), title: evil, lines: [evil] }, never);
    for (const { text, blocks } of channel.messages) {
      expect(text).not.toMatch(/<[!@#h]/);
      expect(text).not.toContain("\u202e");
      const types = [...JSON.stringify(blocks).matchAll(/"type":"(\w+)"/g)].map(([, type]) => type);
      const harmless = ["header", "plain_text", "rich_text", "rich_text_section", "rich_text_list", "text", "emoji", "link"];
      expect(types.filter((type) => !harmless.includes(type ?? ""))).toEqual([]);
      expect(JSON.stringify(blocks)).not.toContain('"emoji":true');
    }
  });

  test.each([{}, { signingSecret: "a secret" }])("of any length and number fit into what Slack takes, with %o", async (options) => {
    const { channel, start } = await stage();
    const long = "🚀é".repeat(20_000);
    const gates = samplePlan.phases[0]!.gates.flatMap((gate) =>
      Array.from({ length: 40 }, (_, index) => ({ ...gate, id: `${gate.id}${index}`, says: long })),
    );
    const phases = samplePlan.phases.map((phase) => ({ ...phase, name: long, gates }));
    const advance = { 1: { all: ["release-manager", "devops-lead", "qa-lead", "product-owner", "viewer"] } } as const;
    const notice = sampleNoticeOf("observing 10 %", {
      plan: { ...samplePlan, title: long, environment: long, phases, people: { ...samplePlan.people, advance } },
    });
    await start(options).send({ ...notice, lines: Array.from({ length: 200 }, () => long) }, never);
    expect(channel.messages).toHaveLength(2);
  });
});

describe("examined before the day", () => {
  const examine = async (workspace: SmallSlack, folder: string, recipients: readonly string[], options: object = {}) =>
    inEnglish(await slack.examine!(connectionTo(workspace, options), examinationOf(recipients), { clock, dataDir: folder }, never));

  test("all is well", async () => {
    const { workspace, folder, channel } = await stage();
    expect(await examine(workspace, folder, ["#releases"])).toEqual([
      { what: "the Slack token", verdict: "ok", says: "Slack knows it as serin in Shop.", remedy: null },
      { what: "Slack channel #releases", verdict: "ok", says: "The bot is in it (C0000000002).", remedy: null },
    ]);
    expect(channel.messages).toEqual([]);
  });

  test("what is wrong has a remedy each", async () => {
    const { workspace, folder } = await stage();
    workspace.scopes = ["channels:read"];
    const checks = await examine(workspace, folder, ["#random", "#nowhere"]);
    expect(checks.map(({ what, verdict }) => [what, verdict])).toEqual([
      ["the Slack token", "ok"],
      ["Slack scope chat:write", "wrong"],
      ["Slack scope channels:history", "doubtful"],
      ["Slack channel #random", "wrong"],
      ["Slack channel #nowhere", "wrong"],
    ]);
    expect(checks.filter(({ verdict }) => verdict !== "ok").every(({ remedy }) => remedy !== null)).toBe(true);
  });

  test("a token that Slack does not know is one check", async () => {
    const { workspace, folder } = await stage();
    const checks = await examine(workspace, folder, ["#releases"], { token: "xoxb-revoked" });
    expect(checks).toMatchObject([{ what: "the Slack token", verdict: "wrong", says: expect.stringContaining("invalid_auth") }]);
    expect(JSON.stringify(checks)).not.toContain("xoxb-revoked");
  });

  test("throws nothing but the signal's reason", async () => {
    const { workspace, folder } = await stage();
    await workspace.server.behave("refuses");
    expect(await examine(workspace, folder, ["#releases"])).toMatchObject([
      { verdict: "wrong", says: expect.stringContaining("connection refused") },
    ]);
  });
});

test("an id of a channel that is none is refused with a remedy", () => {
  const parsed = slack.connection.safeParse({ token: "xoxb-1", channels: { "#releases": "releases" } });
  expect(parsed.error?.issues[0]?.message).toContain("C0123456789");
});

test("a plan that names no channel is refused", () => {
  expect(slack.checkRecipient?.("", null)?.remedy).toContain('{ slack: "#releases" }');
  expect(slack.checkRecipient?.("#releases", null)).toBeNull();
});
