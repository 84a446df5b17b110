import { describe, expect, test } from "vitest";
import { mailOf } from "../src/adapters/notices/email/mail.ts";
import { headMessage, newsMessage } from "../src/adapters/notices/slack/message.ts";
import { sayFailing, sayLost } from "../src/core/messages/notices.ts";
import type { Language } from "../src/core/plan.ts";
import type { Status } from "../src/core/status.ts";
import { noticeState } from "../src/core/view/notice-state.ts";
import { readMessage } from "./fixtures/small-slack.ts";
import { samplePlan } from "./sample-plan.ts";
import { sampleNoticeOf, stories, storyOf } from "./sample-notices.ts";

const languages: readonly Language[] = ["fr", "en"];
const names = Object.keys(stories);
/** Spaces at which no line ends, made plain. */
const plain = (text: string): string => text.replaceAll(/[\u00a0\u202f]/gu, " ");

/** Every kind of notice, one after the other, as a person reads it. */
function book(language: Language, draw: (name: string) => string): string {
  return plain(names.map((name) => `${"=".repeat(12)} ${name} (${language})\n\n${draw(name)}`).join("\n"));
}

test.each(languages)("golden: every kind of notice on Slack, %s", async (language) => {
  const drawn = book(language, (name) => {
    const notice = sampleNoticeOf(name, { language });
    return `${readMessage(headMessage(notice, "heard"))}\n--- in the thread${notice.state.isGrave ? ", and to the channel" : ""}\n\n${readMessage(newsMessage(notice))}`;
  });
  await expect(drawn).toMatchFileSnapshot(`golden/notices.slack.${language}.txt`);
});

test.each(languages)("golden: every kind of notice by e-mail, %s", async (language) => {
  const drawn = book(language, (name) => {
    const mail = mailOf(sampleNoticeOf(name, { language, notifier: "email", to: "stakeholders" }), "serin@shop.example", null);
    return `Subject: ${mail.subject}\n\n${mail.text}`;
  });
  await expect(drawn).toMatchFileSnapshot(`golden/notices.email.${language}.txt`);
});

test("golden: one mail as HTML", async () => {
  const notice = sampleNoticeOf("countdown begun", { notifier: "email", to: "stakeholders" });
  await expect(mailOf(notice, "serin@shop.example", null).html).toMatchFileSnapshot("golden/notices.email.fr.html");
});

test("what did not arrive is told with its reason, in both languages", () => {
  const target = { notifier: "slack", to: "#releases" };
  const failing = { target, sinceMs: Date.parse("2025-08-19T14:02:07+02:00"), why: "connection refused" };
  const lost = { target, revision: 7, atMs: 0, why: "not delivered within 24 h: connection refused" };
  const told = languages.flatMap((language) => [sayFailing(failing, samplePlan, language), sayLost(lost, language)]).map(plain);
  expect(told).toEqual([
    "les notifications à slack #releases n’arrivent pas depuis 14:02:07, nouvel essai à venir : connexion refusée",
    "la notification de la révision 7 à slack #releases n’est pas arrivée et est abandonnée : pas remise en 24 h : connexion refusée",
    "notices to slack #releases do not arrive since 14:02:07, and are tried again: connection refused",
    "the notice of revision 7 to slack #releases did not arrive and is given up: not delivered within 24 h: connection refused",
  ]);
});

describe("the state that a notice shows", () => {
  test("there is a story that ends in every kind of status", () => {
    const every: Readonly<Record<Status["kind"], true>> = {
      waiting: true,
      preparing: true,
      shifting: true,
      observing: true,
      holding: true,
      promoting: true,
      promoted: true,
      "rolling-back": true,
      "rolled-back": true,
      stopped: true,
      halted: true,
    };
    expect(new Set(names.map((name) => sampleNoticeOf(name).state.status))).toEqual(new Set(Object.keys(every)));
  });

  test.each<[keyof typeof stories, number, boolean]>([
    ["created", 0, false],
    ["observing 10 %", 10, false],
    ["observing 50 %", 50, false],
    ["paused", 10, false],
    ["waiting for approval of 50 %", 10, false],
    ["undecided: people are asked", 10, true],
    ["countdown begun", 10, true],
    ["countdown cancelled", 10, false],
    ["rolling back at once", 0, true],
    ["the router is late", 0, true],
    ["rolled back", 0, true],
    ["stopped before anybody was exposed", 0, true],
    ["promoting", 100, false],
    ["promoted", 100, false],
  ])("%s: %i %% have the new version, grave: %s", (name, wantedPct, isGrave) => {
    expect(sampleNoticeOf(name).state).toMatchObject({ wantedPct, isGrave });
  });

  test("is that of its entry, whatever came after", () => {
    const story = storyOf("rolled back");
    const at = (revision: number) => noticeState(story, revision);
    expect(at(6).gates.map(({ kind }) => kind)).toEqual(["pass", "not-yet", "not-yet"]);
    expect(at(7).gates.map(({ kind }) => kind)).toEqual(["pass", "pass", "not-yet"]);
    expect(at(5).phases[0]).toMatchObject({ untilMs: null });
    expect(at(9).phases[0]?.untilMs).toBe(story.entries[7]?.atMs);
    expect(() => at(10)).toThrow("has no entry 10");
  });

  test("names the reaction, what set it off and its deadlines", () => {
    expect(sampleNoticeOf("countdown begun", { language: "en" }).state.reaction).toMatchObject({
      kind: "rollback-within",
      check: "latency p95 > 2s",
      evidence: expect.stringContaining("is breached"),
      commitByMs: Date.parse("2025-08-19T14:11:30+02:00"),
      doneByMs: Date.parse("2025-08-19T14:12:00+02:00"),
    });
    expect(sampleNoticeOf("rolling back at once").state.reaction).toMatchObject({
      commitByMs: null,
      doneByMs: Date.parse("2025-08-19T14:09:00+02:00"),
    });
    expect(sampleNoticeOf("rolling back by hand").state.reaction).toMatchObject({
      check: null,
      doneByMs: Date.parse("2025-08-19T14:12:00+02:00"),
    });
    expect(sampleNoticeOf("rolled back").state.reaction).toMatchObject({ check: "5xx-rate > 1%", doneByMs: null });
    expect(sampleNoticeOf("observing 10 %").state.reaction).toBeNull();
  });

  test("does not count down: it stays where it stands", () => {
    for (const name of names) expect(plain(sampleNoticeOf(name, { language: "en" }).state.sentence)).not.toMatch(/\bin \d+ (?:min|s)\b/);
  });
});
