import { describe, expect, onTestFinished, test, vi } from "vitest";
import { slack } from "../src/adapters/notices/slack.ts";
import { signatureOf } from "../src/adapters/notices/slack/signature.ts";
import { createClock } from "../src/engine/clock.ts";
import type { Desk, Pressed } from "../src/ports.ts";
import { temporaryFolder } from "./fixtures/folder.ts";
import { ids, signingSecret, slackPlace } from "./fixtures/slack-place.ts";
import type { SlackPlace } from "./fixtures/slack-place.ts";
import { readMessage, startSmallSlack } from "./fixtures/small-slack.ts";
import { startSlackSocket } from "./fixtures/slack-socket.ts";
import { examinationOf, sampleNoticeOf } from "./sample-notices.ts";
import { inEnglish } from "./fixtures/said-checks.ts";

const never = new AbortController().signal;
const soon = { interval: 10 };

/** What one person was told, as soon as there are `count` such answers. */
const told = (place: SlackPlace, who: keyof typeof ids, count = 1): Promise<readonly string[]> =>
  vi.waitFor(() => {
    const texts = place.workspace.whispers.filter(({ user }) => user === ids[who]).map(({ text }) => text);
    expect(texts).toHaveLength(count);
    return texts;
  }, soon);

const signers = async (place: SlackPlace): Promise<readonly string[]> =>
  (await place.view()).release.signOffs.map(({ by, role }) => `${by} as ${role}`);

const refusals = async (place: SlackPlace): Promise<readonly string[]> =>
  (await place.view()).entries.flatMap(({ entry }) =>
    entry.decision.facts.flatMap((fact) => (fact.kind === "refused" ? [`${fact.by}: ${fact.refusal.kind}`] : [])),
  );

/** Both say Go, and the first phase is observed. */
async function observing(place: SlackPlace): Promise<void> {
  await place.press({ by: "rachel", label: "Go as release manager" });
  await place.press({ by: "quentin", label: "Go as QA lead" });
  await place.becomes("observing");
  await vi.waitFor(() => expect(place.labels()).toEqual(["Pause", "Roll back"]), soon);
}

describe("a release is steered by buttons", () => {
  test("Go, Go, pause, roll back, confirm: each acts, is answered to who pressed, and the message says who it was", async () => {
    const place = await slackPlace("socket");
    expect(place.labels()).toEqual(["Go as release manager", "Go as QA lead", "No-Go"]);

    await place.press({ by: "rachel", label: "Go as release manager" });
    expect(await told(place, "rachel")).toEqual(["Done. Waiting for the approval of the QA lead."]);
    await vi.waitFor(() => expect(place.labels()).toEqual(["Go as QA lead", "No-Go"]), soon);
    expect(readMessage(place.head())).toMatch(/Release manager go \d\d:\d\d \(rachel\) · QA lead to sign before the start/);

    await place.press({ by: "quentin", label: "Go as QA lead" });
    expect((await told(place, "quentin"))[0]).toMatch(/^Done\. /);
    await place.becomes("observing");
    await vi.waitFor(() => expect(place.labels()).toEqual(["Pause", "Roll back"]), soon);

    await place.press({ by: "quentin", label: "Pause" });
    await place.becomes("holding");
    await vi.waitFor(() => expect(place.labels()).toEqual(["Roll back"]), soon);
    expect(readMessage(place.head())).toContain("quentin");

    await place.press({ by: "rachel", label: "Roll back" });
    await place.becomes("rolled-back");
    await vi.waitFor(() => expect(readMessage(place.head())).toContain("Rolled back"), soon);
    expect(place.labels()).toEqual(["Confirm the rollback"]);
    expect(readMessage(place.head())).toContain("rachel");

    await place.press({ by: "olga", label: "Confirm the rollback" });
    expect(await told(place, "olga")).toEqual(["Not done: only DevOps lead may."]);
    await place.press({ by: "dan", label: "Confirm the rollback" });
    expect((await told(place, "dan"))[0]).toMatch(/^Done\. Rolled back/);
    await vi.waitFor(() => expect(place.labels()).toEqual([]), soon);
    expect(await signers(place)).toEqual(["rachel as release-manager", "quentin as qa-lead"]);
    expect(JSON.stringify((await place.view()).entries)).toContain("pressed in Slack");
    expect(place.workspace.whispers.every(({ via }) => via === "response_url")).toBe(true);
  });

  test("No-Go ends it before anybody is exposed", async () => {
    const place = await slackPlace("socket");
    await place.press({ by: "rachel", label: "No-Go" });
    await place.becomes("stopped");
    await vi.waitFor(() => expect(place.labels()).toEqual([]), soon);
  });

  test("two people at once are both heard", async () => {
    const place = await slackPlace("both");
    const presses = [
      place.payload({ by: "rachel", label: "Go as release manager" }),
      place.payload({ by: "quentin", label: "Go as QA lead" }),
    ];
    const answers = await Promise.all(presses.map((press) => place.post(press)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    await place.becomes("observing");
    expect([...(await signers(place))].toSorted()).toEqual(["quentin as qa-lead", "rachel as release-manager"]);
  });
});

describe("who may not is told so, and nothing happens", () => {
  test("somebody whom the server's file does not know", async () => {
    const place = await slackPlace("socket");
    const { revision } = (await place.view()).release;
    await place.press({ by: "nils", label: "No-Go" });
    expect((await told(place, "nils"))[0]).toContain(`“slack: ${ids.nils}”`);
    expect((await place.view()).release.revision).toBe(revision);
    expect(place.logged.join("\n")).toContain("person-unknown");
  });

  test.each([
    ["vera", "No-Go", "Not done: only release manager or DevOps lead may."],
    ["vera", "Go as QA lead", "Not done: only release manager or QA lead may."],
    // A role counts where the server's file says it does.
    ["olga", "No-Go", "Not done: only release manager or DevOps lead may."],
    // A button speaks for one role, and that one is not hers.
    ["rachel", "Go as QA lead", "Not done: only release manager or QA lead may."],
  ] as const)("%s with %s", async (by, label, says) => {
    const place = await slackPlace("socket");
    await place.press({ by, label });
    expect(await told(place, by)).toEqual([says]);
    expect(await refusals(place)).toEqual([`${by}: role`]);
    expect((await place.view()).release.status.kind).toBe("waiting");
  });

  test("somebody with a message that is out of date, who sees it brought up to date", async () => {
    const place = await slackPlace("socket");
    const seen = place.head();
    await observing(place);
    await place.press({ by: "rachel", label: "Go as release manager", seen });
    expect((await told(place, "rachel", 2))[1]).toMatch(/^Not done: it was asked for on revision 1, .*look again\.$/);
    expect(await signers(place)).toHaveLength(2);
    expect(place.labels()).toEqual(["Pause", "Roll back"]);
  });
});

describe("one press acts once", () => {
  test("a double click", async () => {
    const place = await slackPlace("socket");
    const twice = { by: "rachel", label: "Go as release manager" } as const;
    await Promise.all([place.press(twice), place.press(twice)]);
    await told(place, "rachel");
    expect(await signers(place)).toEqual(["rachel as release-manager"]);
    expect(await refusals(place)).toEqual([]);
  });

  test("a second press of the same button later is refused, as it is by every other way", async () => {
    const place = await slackPlace("socket");
    const seen = place.head();
    await place.press({ by: "rachel", label: "Go as release manager", seen });
    await told(place, "rachel");
    await place.press({ by: "rachel", label: "Go as release manager", seen });
    expect((await told(place, "rachel", 2))[1]).toBe("Not done: this approval is already there.");
    expect(await signers(place)).toEqual(["rachel as release-manager"]);
  });

  test("the same press delivered again, as after a lost acknowledgement", async () => {
    const place = await slackPlace("socket");
    const press = place.payload({ by: "rachel", label: "Go as release manager" });
    await place.socket.deliver(press);
    await told(place, "rachel");
    await place.socket.deliver(press);
    await told(place, "rachel", 2);
    expect(await signers(place)).toEqual(["rachel as release-manager"]);
    expect(await refusals(place)).toEqual([]);
  });
});

describe("signed calls", () => {
  test("are taken once each; a repetition is refused", async () => {
    const place = await slackPlace("calls");
    const press = place.payload({ by: "rachel", label: "Go as release manager" });
    const at = Math.floor(Date.now() / 1_000);
    expect((await place.post(press, { at })).status).toBe(200);
    await told(place, "rachel");
    const again = await place.post(press, { at });
    expect([again.status, ((await again.json()) as { code: string }).code]).toEqual([409, "signature-used"]);
    expect(await signers(place)).toEqual(["rachel as release-manager"]);
    expect(place.workspace.whispers).toHaveLength(1);
    expect(place.workspace.calls).not.toContain("apps.connections.open");
  });

  test.each([
    ["of somebody who does not know the secret", { secret: "another secret" }],
    ["of six minutes ago", { at: Math.floor(Date.now() / 1_000) - 360 }],
    ["of six minutes ahead", { at: Math.floor(Date.now() / 1_000) + 360 }],
  ])("%s are refused", async (_, signed) => {
    const place = await slackPlace("calls");
    const { revision } = (await place.view()).release;
    const answer = await place.post(place.payload({ by: "rachel", label: "No-Go" }), signed);
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([401, "signature-wrong"]);
    // What came after it is answered; so was it, if it had been taken.
    expect((await place.post(place.payload({ by: "nils", label: "No-Go" }))).status).toBe(200);
    await told(place, "nils");
    expect((await place.view()).release.revision).toBe(revision);
  });

  test("are answered at once, however long the release takes", async () => {
    const workspace = await startSmallSlack();
    onTestFinished(() => workspace.server.close());
    const { url, token } = workspace;
    const notifier = slack.create(slack.connection.parse({ url, token, signingSecret }), {
      clock: createClock(),
      dataDir: await temporaryFolder(),
    });
    const presses: Pressed[] = [];
    const desk: Desk = {
      press: (pressed) => {
        presses.push(pressed);
        return new Promise(() => undefined);
      },
      trouble: () => undefined,
      recovery: () => undefined,
    };
    const meant = { release: "r-1", revision: 1, kind: "rollback", as: null, language: "en" };
    const payload = {
      type: "block_actions",
      user: { id: ids.rachel },
      container: { type: "message", message_ts: "1.2", channel_id: "C0000000002" },
      actions: [{ block_id: "serin", value: JSON.stringify(meant), action_ts: "1" }],
    };
    const body = Buffer.from(new URLSearchParams({ payload: JSON.stringify(payload) }).toString());
    const at = String(Math.floor(Date.now() / 1_000));
    const headers = { "x-slack-request-timestamp": at, "x-slack-signature": signatureOf(signingSecret, at, body) };
    expect(notifier.listen?.(desk)?.receive({ headers, body })).toBe(200);
    expect(presses).toMatchObject([{ ...meant, who: ids.rachel }]);
  });

  test("that are signed and no press of ours do nothing", async () => {
    const place = await slackPlace("calls");
    const press = place.payload({ by: "rachel", label: "No-Go" });
    const others = [
      { type: "view_submission" },
      "nonsense",
      { ...press, actions: [] },
      { ...press, actions: [{ block_id: "serin", value: "{", action_ts: "1" }] },
      { ...press, actions: [{ block_id: "other", value: "x", action_ts: "1" }] },
    ];
    for (const payload of others) expect((await place.post(payload as object)).status).toBe(200);
    await place.post(place.payload({ by: "nils", label: "No-Go" }));
    await told(place, "nils");
    expect(place.workspace.whispers).toHaveLength(1);
    expect((await place.view()).release.status.kind).toBe("waiting");
  });
});

describe("answers", () => {
  test("go by the Web API where the press's own address fails, and where it is not Slack's", async () => {
    const place = await slackPlace("socket");
    place.workspace.next("response_url", { status: 500, retryAfter: "1" });
    await place.press({ by: "nils", label: "No-Go" });
    await told(place, "nils");
    await place.press({ by: "vera", label: "No-Go", responseUrl: "http://127.0.0.1:1/elsewhere" });
    await told(place, "vera");
    await place.press({ by: "olga", label: "No-Go", responseUrl: null });
    await told(place, "olga");
    expect(place.workspace.whispers.map(({ via }) => via)).toEqual(Array.from({ length: 3 }, () => "chat.postEphemeral"));
  });

  test("that nobody takes are told to the log, and the press has acted", async () => {
    const place = await slackPlace("socket");
    place.workspace.next("response_url", { status: 404, retryAfter: "1" });
    place.workspace.next("chat.postEphemeral", { error: "user_not_in_channel" });
    await place.press({ by: "rachel", label: "Go as release manager" });
    await vi.waitFor(() => expect(place.logged.join("\n")).toMatch(/notifier-deaf.*user_not_in_channel/), soon);
    expect(await signers(place)).toEqual(["rachel as release-manager"]);
  });

  test("of a server that closes say so", async () => {
    const place = await slackPlace("socket");
    place.end();
    await place.press({ by: "rachel", label: "No-Go" });
    expect((await told(place, "rachel"))[0]).toContain("closing just now");
    expect((await place.view()).release.status.kind).toBe("waiting");
  });
});

describe("the socket", () => {
  test("is opened anew when Slack asks for it, and when it is cut off", async () => {
    const place = await slackPlace("socket");
    place.socket.refresh();
    await vi.waitFor(() => expect(place.socket.greeted()).toBe(2), soon);
    place.socket.cut();
    await vi.waitFor(() => expect(place.socket.greeted()).toBe(3), soon);
    await place.press({ by: "nils", label: "No-Go" });
    await told(place, "nils");
    expect(place.logged.join("\n")).not.toContain("notifier-deaf");
  });

  test("that cannot be opened is told once, tried again, and told when it is", async () => {
    const place = await slackPlace("socket");
    place.workspace.next("apps.connections.open", { error: "invalid_auth" });
    place.workspace.next("apps.connections.open", { error: "invalid_auth" });
    place.socket.cut();
    await vi.waitFor(() => expect(place.socket.greeted()).toBe(2), soon);
    await vi.waitFor(() => expect(place.logged.join("\n")).toContain("notifier-hears"), soon);
    const deaf = place.logged.filter((line) => line.includes("notifier-deaf"));
    expect(deaf).toHaveLength(1);
    expect(deaf[0]).toMatch(/invalid_auth.*connections:write/);
    expect(place.logged.join("\n")).not.toContain(place.workspace.appToken);
  });

  test("that is not greeted is given up and tried again; a notifier that closes leaves none open", async () => {
    const workspace = await startSmallSlack();
    const socket = await startSlackSocket(workspace);
    onTestFinished(async () => {
      await socket.close();
      await workspace.server.close();
    });
    socket.mute();
    const closing = new AbortController();
    const troubles: string[] = [];
    const desk: Desk = {
      press: async (_pressed: Pressed) => ({ says: "", now: null }),
      trouble: (says) => void troubles.push(says),
      recovery: () => undefined,
    };
    const { url, token, appToken } = workspace;
    const connection = slack.connection.parse({ url, token, appToken, timeout: "50ms" });
    slack.create(connection, { clock: createClock(), dataDir: await temporaryFolder(), closing: closing.signal }).listen?.(desk);
    await vi.waitFor(() => expect(troubles).toHaveLength(1), soon);
    await vi.waitFor(() => expect(workspace.calls.filter((method) => method === "apps.connections.open").length).toBeGreaterThan(1), soon);
    closing.abort();
    await vi.waitFor(() => expect(socket.open()).toBe(0), soon);
  });
});

describe("buttons", () => {
  test("are not there where nobody would hear them", async () => {
    const workspace = await startSmallSlack();
    onTestFinished(() => workspace.server.close());
    const surroundings = { clock: createClock(), dataDir: await temporaryFolder() };
    const notifier = slack.create(slack.connection.parse({ url: workspace.url, token: workspace.token }), surroundings);
    await notifier.send(sampleNoticeOf("created"), never);
    const messages = workspace.channels.flatMap((channel) => channel.messages);
    expect(messages).toHaveLength(2);
    expect(JSON.stringify(messages)).not.toContain('"actions"');
    expect(
      notifier.listen?.({ press: () => Promise.reject(new Error("nobody")), trouble: () => undefined, recovery: () => undefined }),
    ).toBeNull();
  });

  test.each([
    [{ appToken: "xoxb-1" }, "xapp-"],
    [{ signingSecret: "" }, "signingSecret"],
  ])("need %o to be right", (options, says) => {
    expect(JSON.stringify(slack.connection.safeParse({ token: "xoxb-1", ...options }).error?.issues)).toContain(says);
  });

  test("the app-level token is examined before the day", async () => {
    const workspace = await startSmallSlack();
    onTestFinished(() => workspace.server.close());
    const surroundings = { clock: createClock(), dataDir: await temporaryFolder() };
    const examine = async (appToken: string) =>
      inEnglish(
        await slack.examine!(
          slack.connection.parse({ url: workspace.url, token: workspace.token, appToken }),
          examinationOf([]),
          surroundings,
          never,
        ),
      );
    workspace.socketUrl = "ws://127.0.0.1:1/link";
    expect((await examine(workspace.appToken)).at(-1)).toMatchObject({ what: "the Slack app-level token", verdict: "ok", remedy: null });
    const wrong = await examine("xapp-wrong-token");
    expect(wrong.at(-1)).toMatchObject({ verdict: "wrong", remedy: expect.stringContaining("connections:write") });
    expect(JSON.stringify(wrong)).not.toContain("xapp-wrong-token");
  });
});

test("the signing secret is told to nobody", async () => {
  const place = await slackPlace("both");
  await place.post(place.payload({ by: "nils", label: "No-Go" }), { secret: "wrong" });
  expect(place.logged.join("\n")).not.toContain(signingSecret);
});
