import type { IncomingMessage, ServerResponse } from "node:http";
import { readReport } from "./beacon-report.ts";
import type { BeaconReport } from "./beacon-report.ts";
import { createBeaconScript } from "./beacon-script.ts";
import type { BeaconScript } from "./beacon-script.ts";
import { sliceOf } from "./cohort.ts";
import type { Person } from "./cohort.ts";
import type { EdgeCore } from "./edge-core.ts";
import { readMark } from "./page-mark.ts";
import type { PageMark } from "./page-mark.ts";
import type { BeaconOutcome } from "./page-meters.ts";
import { readPerson } from "./person-cookie.ts";
import { pathOf } from "./request-pattern.ts";

/** Requests below this path are the edge's own, and never sent on. */
export const ownPath = "/.serin/";

const largestReportBytes = 4096;
const plain = "text/plain; charset=utf-8";

/**
 * Answers what pages ask of the edge itself: `GET /.serin/beacon.js`, the script that watches a page, and `POST /.serin/beacon`, what the script
 * reports.
 *
 * The person is who the signed cookie says, and the arm is the one in the mark that the edge gave the page and signed for this person: nothing else
 * that a message says can move a number of another arm or person. However many messages somebody sends, a person counts once per arm as
 * affected and is measured once for each page that was sent. Nothing is logged.
 */
export class Beacon {
  readonly #core: EdgeCore;
  readonly #script: BeaconScript = createBeaconScript();

  constructor(core: EdgeCore) {
    this.#core = core;
  }

  /** Answers a request whose path begins with `ownPath`. */
  answer(request: IncomingMessage, response: ServerResponse, target: string): void {
    const path = pathOf(target);
    const { method } = request;
    if (path === `${ownPath}beacon.js`) {
      if (method !== "GET" && method !== "HEAD") return refuse(response, 405, { allow: "GET, HEAD" });
      return this.#script.send(request, response);
    }
    if (path !== `${ownPath}beacon`) return refuse(response, 404);
    if (method !== "POST") return refuse(response, 405, { allow: "POST" });
    if (!isReportType(request.headers["content-type"])) return this.#refuse(response, 415);
    this.#receive(request, response);
  }

  /** Reads the body as far as it may be long; a client that goes away before its end has said nothing. */
  #receive(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    let length = 0;
    if (Number(request.headers["content-length"] ?? 0) > largestReportBytes) return this.#refuse(response, 413);
    request.on("data", (chunk: Buffer) => {
      if (response.headersSent) return;
      length += chunk.length;
      if (length > largestReportBytes) return this.#refuse(response, 413);
      chunks.push(chunk);
    });
    request.on("end", () => {
      if (response.headersSent) return;
      const report = readReport(Buffer.concat(chunks).toString("utf8"));
      if (report === null) return this.#refuse(response, 400);
      this.#core.meters.pages.beacon(this.#take(report, request.headers.cookie));
      response.writeHead(204, { "cache-control": "no-store" });
      response.end();
    });
  }

  #take(report: BeaconReport, cookie: string | undefined): BeaconOutcome {
    const { state, means } = this.#core;
    const person = state.release === null ? null : readPerson({ header: cookie, tag: state.tag, signer: means.cookieSigner });
    if (person === null) return "nobody";
    const mark = report.mark === null ? null : readMark(report.mark, { person, tag: state.tag, signer: means.pageSigner });
    if (mark === null) return "no-page";
    this.#count(person, mark, report);
    return "taken";
  }

  #count(person: Person, mark: PageMark, { errors, vitals }: BeaconReport): void {
    const { people } = this.#core;
    const { pages } = this.#core.meters;
    const nowMs = this.#core.monotonicMs();
    const [first] = errors;
    const isFirst = people.pageHeard(person, { arm: mark.arm, isError: first !== undefined, nowMs });
    if (first !== undefined && isFirst) pages.affected(mark, first);
    for (const kind of errors) pages.reported(mark, kind);
    if (vitals.size === 0 || !people.pageMeasured(person, nowMs)) return;
    const slice = sliceOf(person.bucket);
    for (const [vital, value] of vitals) pages.measured(mark, { vital, value, slice });
  }

  #refuse(response: ServerResponse, status: 400 | 413 | 415): void {
    this.#core.meters.pages.beacon("refused");
    refuse(response, status);
  }
}

/** What `navigator.sendBeacon` sends a text as, and what programs say of JSON. */
function isReportType(type: string | undefined): boolean {
  const media = (type ?? "").split(";", 1)[0]?.trim().toLowerCase();
  return media === "text/plain" || media === "application/json";
}

const refusals = {
  400: "serin: this is no message of /.serin/beacon.js\n",
  404: "serin: there is GET /.serin/beacon.js and POST /.serin/beacon\n",
  405: "serin: there is GET /.serin/beacon.js and POST /.serin/beacon\n",
  413: `serin: a message has at most ${largestReportBytes} bytes\n`,
  415: "serin: a message is text/plain or application/json\n",
} as const;

/** The body of a refused request may not have been read: its connection ends with the answer. */
function refuse(response: ServerResponse, status: keyof typeof refusals, headers: Readonly<Record<string, string>> = {}): void {
  const text = refusals[status];
  response.shouldKeepAlive = false;
  response.writeHead(status, { ...headers, "content-type": plain, "content-length": Buffer.byteLength(text), "cache-control": "no-store" });
  response.end(text);
}
