import type { IncomingMessage, ServerResponse } from "node:http";
import { describe, expect, onTestFinished, test } from "vitest";
import { grafana } from "../src/adapters/notices/grafana.ts";
import { createClock } from "../src/engine/clock.ts";
import type { Notifier } from "../src/ports.ts";
import { noticesContract } from "./contract/notices.ts";
import { notifierFaults, webReceiver } from "./contract/notifier-faults.ts";
import { startSmallServer, troublesOf } from "./contract/small-server.ts";
import type { SmallServer } from "./contract/small-server.ts";
import { examinationOf, sampleNoticeOf } from "./sample-notices.ts";
import { inEnglish } from "./fixtures/said-checks.ts";

const never = new AbortController().signal;
const surroundings = { clock: createClock(), dataDir: "unused" };
const token = "glsa_a-secret-that-nobody-may-see";

interface Kept {
  readonly id: number;
  readonly dashboardUID?: string;
  readonly panelId?: number;
  readonly time: number;
  timeEnd: number;
  readonly tags: readonly string[];
  readonly text: string;
}

/** Grafana's annotations as its documentation describes them. Source: https://grafana.com/docs/grafana/latest/developers/http_api/annotations/ */
async function startSmallGrafana() {
  const kept: Kept[] = [];
  const orgs: (string | undefined)[] = [];
  let losesAnswerTo: string | null = null;
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    let body = "";
    request.on("data", (piece: Buffer) => (body += piece.toString()));
    request.on("end", () => {
      orgs.push(request.headers["x-grafana-org-id"] as string | undefined);
      const answer = (status: number, value: unknown): void =>
        void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
      if (request.headers.authorization !== `Bearer ${token}`) return answer(401, { message: "Invalid API key" });
      const url = new URL(request.url ?? "/", "http://grafana");
      const result = answerOf(request.method ?? "", url, body === "" ? null : (JSON.parse(body) as Kept), kept);
      if (losesAnswerTo === request.method) {
        losesAnswerTo = null;
        return void response.destroy();
      }
      return answer(...result);
    });
  };
  const server = await startSmallServer(handle);
  onTestFinished(() => server.close());
  return {
    server,
    kept,
    orgs,
    recover: () => server.behave(handle),
    loseAnswerTo: (method: string) => void (losesAnswerTo = method),
  };
}

function answerOf(method: string, url: URL, body: Kept | null, kept: Kept[]): [number, unknown] {
  const id = Number(/^\/api\/annotations\/(\d+)$/.exec(url.pathname)?.[1]);
  if (url.pathname.startsWith("/api/dashboards/uid/")) {
    if (!url.pathname.endsWith("/shop-1")) return [404, { message: "Dashboard not found" }];
    return [200, { dashboard: { uid: "shop-1", title: "Shop", panels: [{ id: 1 }, { id: 2, panels: [{ id: 7 }] }] }, meta: {} }];
  }
  if (method === "PATCH") {
    const found = kept.find((annotation) => annotation.id === id);
    if (found === undefined || body === null) return [404, { message: "Could not find annotation to update" }];
    found.timeEnd = body.timeEnd;
    return [200, { message: "Annotation patched" }];
  }
  if (method === "POST" && body !== null) {
    kept.push({ ...body, id: kept.length + 1, timeEnd: body.timeEnd ?? body.time });
    return [200, { message: "Annotation added", id: kept.length }];
  }
  const tags = url.searchParams.getAll("tags");
  const dashboard = url.searchParams.get("dashboardUID");
  const found = kept.filter(
    (annotation) => tags.every((tag) => annotation.tags.includes(tag)) && (dashboard === null || annotation.dashboardUID === dashboard),
  );
  return [200, found];
}

const connect = (url: string, options: object = {}): Notifier =>
  grafana.create(grafana.connection.parse({ url, token, ...options }), surroundings);
const noticeOf = (name: string, revision?: number, sample: Parameters<typeof sampleNoticeOf>[1] = {}) =>
  sampleNoticeOf(name, { notifier: "grafana", to: "annotations", ...sample }, revision);
const shownOf = (kept: readonly Kept[]): readonly string[] =>
  kept.map(({ time, timeEnd, tags, text }) => {
    const clock = (ms: number): string => new Date(ms).toISOString().slice(11, 19);
    return `${clock(time)}${timeEnd === time ? "" : `-${clock(timeEnd)}`} [${tags.join(" ")}] ${text.replaceAll(/<[^>]+>/g, "|")}`.replaceAll(
      /[\u00a0\u202f]/g,
      " ",
    );
  });

noticesContract("grafana", async () => {
  const { server, kept, recover } = await startSmallGrafana();
  const notifier = connect(server.url);
  return {
    // Its receivers are places; the contract speaks of a channel.
    notifier: { send: (notice, signal) => notifier.send({ ...notice, to: "annotations" }, signal) },
    received: () =>
      kept
        .filter(({ tags }) => tags.some((tag) => tag.startsWith("notice:")))
        .map(({ text }) => `#releases ${text.replaceAll("&gt;", ">")}`),
    recover,
    secret: token,
    ...troublesOf(server),
  };
});

notifierFaults("grafana", {
  suffer: webReceiver(({ url, timeout }) => {
    const notifier = connect(url, { timeout });
    return { send: (notice, signal) => notifier.send({ ...notice, to: "annotations" }, signal) };
  }),
  secrets: [token],
});

describe("a release on a time line", () => {
  test("is a region for each phase, and a point for each reaction", async () => {
    const { server, kept } = await startSmallGrafana();
    const notifier = connect(server.url);
    for (let revision = 1; revision <= 9; revision += 1) await notifier.send(noticeOf("rolled back", revision), never);
    const common = "serin plan:ecomsimply environment:production release:r-1";
    const link = "|Ouvrir la mise en production|";
    expect(shownOf(kept).map((line) => line.replaceAll(/notice:[0-9a-f]{16}/g, "notice:…"))).toEqual([
      `12:03:00-12:07:00 [${common} phase:1] Plan de déploiement canari - ECOMSIMPLY · r-1|Phase 1 sur 3 : 10 %|${link}`,
      expect.stringContaining(
        `12:07:00 [${common} notice:… reaction:rollback] Plan de déploiement canari - ECOMSIMPLY · r-1|Retour arrière : tout le monde revient`,
      ),
      expect.stringContaining(`12:08:00 [${common} notice:… reaction:rollback]`),
    ]);
  });

  test("is made up for by the next notice when one was missed, and nothing is marked twice", async () => {
    const { server, kept, loseAnswerTo } = await startSmallGrafana();
    const last = noticeOf("observing 50 %");
    loseAnswerTo("POST");
    await expect(connect(server.url).send(last, never)).rejects.toThrow("broken off");
    await connect(server.url).send(last, never);
    await connect(server.url).send(last, never);
    expect(kept.map(({ tags }) => tags.at(-1))).toEqual(["phase:1", "phase:2"]);
    expect(shownOf(kept)[0]).toContain("12:03:00-12:07:00");
  });

  test("is not shortened by a notice that comes late", async () => {
    const { server, kept } = await startSmallGrafana();
    for (const revision of [5, 7, 6]) await connect(server.url).send(noticeOf("rolled back", revision), never);
    expect(shownOf(kept)).toEqual([expect.stringContaining("12:03:00-12:06:00")]);
  });

  test("stands on the dashboard and panel that the plan names, in the organisation of the connection", async () => {
    const { server, kept, orgs } = await startSmallGrafana();
    const notifier = connect(`${server.url}/`, { organization: 3 });
    await notifier.send(noticeOf("observing 10 %", undefined, { to: "shop-1/7" }), never);
    await notifier.send(noticeOf("observing 10 %", undefined, { to: "shop-1" }), never);
    expect(kept).toMatchObject([{ dashboardUID: "shop-1", panelId: 7 }]);
    expect(new Set(orgs)).toEqual(new Set(["3"]));
  });

  test("is text, whatever stands in it", async () => {
    const { server, kept } = await startSmallGrafana();
    await connect(server.url).send(
      { ...noticeOf("rolling back by hand"), title: "<img src=x onerror=alert(1)>", lines: ["<script>\u202e"] },
      never,
    );
    for (const { text } of kept) expect(text).not.toMatch(/<img|<script|\u202e/);
    expect(kept.at(-1)?.text).toContain("&lt;script&gt;");
  });
});

describe("the plan's word", () => {
  test.each(["annotations", "shop-1", "adxyz_12/4"])("%s is a place", (to) => expect(grafana.checkRecipient?.(to, null)).toBeNull());
  test.each(["", "#releases", "shop 1", "a/b", "../x"])("%j is none", (to) =>
    expect(grafana.checkRecipient?.(to, null)?.remedy).toContain("{ grafana: annotations }"),
  );
  test("that is none is never tried again", async () => {
    await expect(connect("http://127.0.0.1:1").send({ ...noticeOf("created"), to: "#x" }, never)).rejects.toMatchObject({ retry: "never" });
  });
});

describe("examined before the day", () => {
  const examine = async (server: SmallServer, recipients: readonly string[], options: object = {}) => {
    const connection = grafana.connection.parse({ url: server.url, token, ...options });
    return inEnglish(await grafana.examine!(connection, examinationOf(recipients), surroundings, never));
  };

  test("each place is looked up, and nothing is written", async () => {
    const { server, kept } = await startSmallGrafana();
    expect(await examine(server, ["annotations", "shop-1/7", "shop-1/9", "nowhere"])).toMatchObject([
      { what: "Grafana annotations", verdict: "ok" },
      { what: "Grafana annotations", verdict: "ok", says: "The whole organisation." },
      { what: "Grafana shop-1/7", verdict: "ok", says: "The dashboard “Shop”." },
      { what: "Grafana shop-1/9", verdict: "wrong", says: expect.stringContaining("has no panel 9") },
      { what: "Grafana nowhere", verdict: "wrong", says: expect.stringContaining("404") },
    ]);
    expect(kept).toEqual([]);
  });

  test("a token that Grafana does not know is one check, with what to do", async () => {
    const { server } = await startSmallGrafana();
    const checks = await examine(server, ["annotations"], { token: "glsa_revoked" });
    expect(checks).toMatchObject([{ verdict: "wrong", says: expect.stringContaining("401. Give serin a service account's token") }]);
  });
});
