import type { IncomingMessage, ServerResponse } from "node:http";
import { Attempt } from "./attempt.ts";
import type { AttemptFailure, AttemptOwner } from "./attempt.ts";
import { onwardBaggage } from "./baggage.ts";
import type { Arm, Person } from "./cohort.ts";
import type { EdgeCore } from "./edge-core.ts";
import type { EdgeState, ServiceState } from "./edge-state.ts";
import { headerOf, oneHeader, privately, requestHeaders, responseHeaders } from "./headers.ts";
import type { AnswerHeaders, RawHeaders } from "./headers.ts";
import { endingOf } from "./meters.ts";
import type { Failure } from "./meters.ts";
import { sayMark } from "./page-mark.ts";
import { withoutPerson } from "./person-cookie.ts";
import { BodyRefused } from "./request-body.ts";
import type { RequestBody } from "./request-body.ts";
import { refuse } from "./refusals.ts";
import { isHashedAsset, isRequest } from "./request-pattern.ts";
import type { Asking, Ending } from "./request-tally.ts";
import type { Upstream } from "./upstreams.ts";
import { answerVisit, isPageSent, sliceOfVisit, visitHeaders, whoIs } from "./visit.ts";
import type { Visit } from "./visit.ts";

/** A request as the data plane has read it. */
export interface Received {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Path and query, as it goes to the backend. */
  readonly target: string;
  readonly service: ServiceState;
  readonly visit: Visit;
  /** `null`: it has none. */
  readonly body: RequestBody | null;
  readonly peer: { readonly address: string; readonly scheme: "http" | "https"; readonly isTrusted: boolean };
}

/** A value that node writes as an early hint. Source: node's `linkValueRegExExp`, after RFC 8288 section 3. */
const linkValue = /^(?:<[^>]*>)(?:\s*;\s*[^;"\s]+(?:=(")?[^;"\s]*\1)?)*$/;
const idempotent = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]);

/**
 * One request and its answer, streamed both ways.
 *
 * What is tried again, and why that is safe:
 * - *Refused* (no connection, nothing written): another address of the same arm. When every address of the canary refuses, stable answers: the
 *   request has reached nobody yet, whatever its method, and a person should not pay for a dead canary. The canary pays: the request counts as
 *   the canary's 5xx (`upstream="refused"`), the person as affected, and stable's numbers do not show it. So a canary without any reachable
 *   address is proven bad by its own people without harming them. An address that has as many requests waiting as it may have is *full*, and
 *   passed over in the same way.
 * - *Closed* (a connection that had served before dies before the first byte of the answer): the backend closed it while our request was on its
 *   way. Once more, for methods that may be repeated (RFC 9110 section 9.2.2) without a body. On a fresh connection it is the backend's
 *   failure: 502.
 * - *404, or a page, for a hashed asset*: who asks has the other version's page; its arm is asked. (A single-page application answers every path
 *   that it does not know with its page.) When that fails, the first answer stands: it is fetched again, and who asks is not harmed by an arm that
 *   is not theirs.
 * Everything that is tried again follows the state that is in force then: a share of 0 sends it to stable, and that is nobody's failure.
 */
export class Exchange implements AttemptOwner {
  readonly #core: EdgeCore;
  readonly #received: Received;
  readonly #asking: Asking;
  readonly #body: RequestBody | null;
  readonly #refusedBy = new Set<Upstream>();
  #arm: Arm;
  #attempt: Attempt | null = null;
  #canaryRefused = false;
  #isRepeated = false;
  /** Whether the other arm was asked for an asset, and given up again. */
  #skew: "none" | "elsewhere" | "back" = "none";
  #isOver = false;
  #isEnded = false;
  #done: (() => void) | null = null;
  #finalStatus: Ending | null = null;

  constructor(core: EdgeCore, received: Received) {
    this.#core = core;
    this.#received = received;
    this.#arm = received.visit.arm;
    this.#body = received.body;
    const { visit, service } = received;
    const slice = sliceOfVisit(visit, core.means);
    this.#asking = { arm: this.#arm, service: service.name, who: whoIs(visit), slice, sinceMs: core.monotonicMs() };
  }

  /** Sends the request on. */
  start(): void {
    if (this.#isCounted) this.#core.meters.begin(this.#asking);
    this.#received.response.on("close", () => this.#clientClosed());
    this.#send();
  }

  /** The request is being written. An asset that an open page of the other version needs exposes nobody and is not counted. */
  forwarded(): void {
    if (this.#isCounted && this.#skew !== "elsewhere") this.#core.forwarded(this.#arm);
  }

  get response(): ServerResponse {
    return this.#received.response;
  }

  /** What the page will need (103). A hint that node would not write is left out: nothing depends on it. */
  hinted(link: string | readonly string[]): void {
    const { request, response } = this.#received;
    const links = [link].flat();
    if (request.httpVersion === "1.1" && !response.headersSent && links.every((one) => linkValue.test(one))) {
      response.writeEarlyHints({ link: links });
    }
  }

  /** The head of an answer; answers false when it is not wanted and its body is to be thrown away. */
  headed(status: number, answer: AnswerHeaders): boolean {
    const type = String(answer["content-type"] ?? "");
    const isHtml = type.startsWith("text/html");
    if ((status === 404 || (status === 200 && isHtml)) && this.#isSkewRetry()) return false;
    if (status >= 500 && this.#skew === "elsewhere") return this.#goBack(null);
    const coding = answer["transfer-encoding"];
    if (coding !== undefined && String(coding).trim().toLowerCase() !== "chunked") return this.#isUnreadable();
    const { request, visit } = this.#received;
    const isOfOneArm = visit.state.hasCanary && isHtml;
    const hasBody = request.method !== "HEAD" && status !== 204 && status !== 304;
    const isChunked = hasBody && request.httpVersion === "1.1" && answer["content-length"] === undefined;
    const left: string[] = [];
    if (!isChunked) left.push("trailer");
    if (isOfOneArm) left.push("cache-control");
    if (status === 204) left.push("content-length");
    const headers = responseHeaders(answer, left);
    if (isOfOneArm) headers.push("cache-control", "private, no-store");
    this.#writeHead(status, headers);
    this.#finalStatus = this.#canaryRefused ? "5xx" : endingOf(status);
    if (type.startsWith("text/event-stream")) this.#end(this.#finalStatus);
    return true;
  }

  /** The answer is complete. */
  completed(trailers: Readonly<Record<string, string | string[] | undefined>>): void {
    const { response } = this.#received;
    const pairs = Object.entries(trailers).map(([name, value]) => [name, String(value)] as [string, string]);
    if (pairs.length > 0 && response.chunkedEncoding) response.addTrailers(pairs);
    this.#finish();
    response.end();
  }

  /** The backend failed. `failure` says how far it had come. */
  failed(failure: AttemptFailure): void {
    if (this.#received.request.socket.destroyed) return this.#clientClosed();
    if (failure.error instanceof BodyRefused) return this.#refuseClient(failure.error.status, failure.error.message);
    this.#done?.();
    if (this.#isOver) return;
    if (this.#received.response.headersSent) return this.#cut();
    if (failure.code === "UND_ERR_INVALID_ARG" || failure.code === "UND_ERR_NOT_SUPPORTED") {
      return this.#refuseClient(400, "the request cannot be sent on");
    }
    if (!failure.isWritten) return this.#refused(failure.upstream, failure.code);
    const isCloseRace =
      failure.isReused && (failure.code === "UND_ERR_SOCKET" || failure.code === "ECONNRESET" || failure.code === "EPIPE");
    if (isCloseRace && !this.#isRepeated && this.#body === null && idempotent.has(this.#received.request.method ?? "")) {
      this.#isRepeated = true;
      return this.#send();
    }
    const why: Failure = failure.code === "UND_ERR_HEADERS_TIMEOUT" ? "timeout" : "reset";
    if (this.#skew === "elsewhere") return void this.#goBack(why);
    this.#giveUp(why === "timeout" ? 504 : 502, why);
  }

  get #isCounted(): boolean {
    return !(this.#received.visit.carried?.isAttempt ?? false);
  }

  #send(): void {
    const { visit, target, request } = this.#received;
    const state = this.#core.state;
    const service = state.services.find((one) => one.name === this.#received.service.name) ?? this.#received.service;
    const isAgain = this.#attempt !== null && this.#isCounted && this.#skew !== "elsewhere";
    if (isAgain && state.line === 0) this.#arm = "stable";
    const upstream = this.#pick(service);
    if (upstream === null) {
      const why = service[this.#arm].some((one) => one.isFull) ? "full" : "no-target";
      if (this.#skew === "elsewhere") return void this.#goBack(why);
      if (this.#arm === "canary") return this.#answerByStable(why);
      return this.#giveUp(503, why);
    }
    this.#done = this.#core.forward(this.#arm);
    const attempt = new Attempt(this, upstream);
    this.#attempt = attempt;
    const method = request.method ?? "GET";
    upstream.pool.dispatch({ path: target, method, headers: this.#headers(visit.state), body: this.#body }, attempt);
  }

  #headers(state: EdgeState): RawHeaders {
    const { request, visit, peer } = this.#received;
    const cookie = request.headers.cookie;
    const theirs = oneHeader(request, "baggage");
    const isKept = visit.carried?.isAttempt ?? false;
    return requestHeaders(request, {
      arm: this.#arm,
      release: state.release ?? "",
      cookie: cookie === undefined ? null : withoutPerson(cookie),
      baggage: isKept ? (theirs ?? null) : onwardBaggage(theirs, state.release === null ? null : state.baggage[this.#arm]),
      peer,
      conditional: visit.isPageLoad && state.hasCanary ? "dropped" : "kept",
    });
  }

  #pick(service: ServiceState): Upstream | null {
    const all = service[this.#arm];
    const start = this.#core.nextNumber();
    for (let index = 0; index < all.length; index += 1) {
      const upstream = all[(start + index) % all.length];
      if (upstream !== undefined && !upstream.isFull && !this.#refusedBy.has(upstream)) return upstream;
    }
    return null;
  }

  #refused(upstream: Upstream, code: string): void {
    const isGone = code === "UND_ERR_CLOSED" || code === "UND_ERR_DESTROYED";
    this.#refusedBy.add(upstream);
    const canSend = this.#body === null || this.#body.isUntouched;
    if (!canSend) return this.#giveUp(502, "refused");
    const left = this.#received.service[this.#arm].some((one) => !this.#refusedBy.has(one));
    if (left || isGone) return this.#send();
    if (this.#skew === "elsewhere") return void this.#goBack("refused");
    if (this.#arm === "canary") return this.#answerByStable("refused");
    this.#giveUp(502, "refused");
  }

  #answerByStable(why: Failure): void {
    const isAttempt = this.#received.visit.carried?.isAttempt ?? false;
    if (isAttempt) return this.#giveUp(502, why);
    this.#core.meters.failed({ arm: "canary", service: this.#received.service.name, upstream: why });
    this.#canaryRefused = true;
    this.#arm = "stable";
    this.#send();
  }

  /** undici undoes chunks alone: what is coded otherwise would reach the client as it is, and nothing would say how to read it. */
  #isUnreadable(): boolean {
    this.#attempt?.abort(new Error("a transfer coding that is not chunked"));
    if (this.#skew === "elsewhere") return this.#goBack("reset");
    this.#giveUp(502, "reset");
    return false;
  }

  #isSkewRetry(): boolean {
    const { request, visit, service } = this.#received;
    const isAsset = request.method === "GET" && this.#body === null && isHashedAsset(visit.request.path);
    if (this.#skew !== "none" || !isAsset || service[otherArm(this.#arm)].length === 0) return false;
    // It has answered: what the other arm takes is not its time.
    if (this.#isCounted) this.#core.meters.answered(this.#asking);
    this.#core.meters.skewed({ arm: this.#arm, service: service.name });
    this.#moveTo("elsewhere");
    return true;
  }

  /** The other arm has failed, by `why` when it gave no answer at all. False: what it said is not wanted. */
  #goBack(why: Failure | null): false {
    if (why !== null) this.#core.meters.failed({ arm: this.#arm, service: this.#received.service.name, upstream: why });
    this.#moveTo("back");
    return false;
  }

  #moveTo(skew: "elsewhere" | "back"): void {
    this.#skew = skew;
    this.#done?.();
    this.#arm = otherArm(this.#arm);
    this.#send();
  }

  #writeHead(status: number, headers: RawHeaders): void {
    const isHtml = headerOf(headers, "content-type")?.startsWith("text/html") ?? false;
    const own = this.#personHeaders({ status, isHtml });
    const all = headerOf(own, "set-cookie") === null ? headers : privately(headers);
    if (this.#isCounted) this.#core.meters.answered(this.#asking);
    this.#received.response.writeHead(status, own.length === 0 ? all : [...all, ...own]);
  }

  #personHeaders(answer: { readonly status: number; readonly isHtml: boolean }): string[] {
    const { visit } = this.#received;
    const core = this.#core;
    const { status } = answer;
    const { person } = visit;
    let isFirstHarmOn: Arm | null = null;
    let brokenOn: Person["brokenOn"] | null = null;
    if (person !== null && core.state.release === visit.state.release) {
      const nowMs = core.monotonicMs();
      if (visit.isCountedNow) core.people.count(person, nowMs);
      const isServerError = status >= 500 || this.#canaryRefused;
      const { arm, service } = this.#asking;
      if (core.people.answered(person, { arm, service, isServerError, nowMs })) isFirstHarmOn = arm;
      if (isPageSent(visit, answer)) brokenOn = core.people.pageLoaded(person, this.#arm, nowMs);
      if (status >= 200 && status < 300) this.#reachGoals(nowMs);
    }
    const own = visitHeaders(visit, answerVisit(visit, { status, isFirstHarmOn, brokenOn }, core.means), core.means);
    if (person === null || brokenOn === null) return own;
    const whose = { person, tag: visit.state.tag, signer: core.means.pageSigner };
    return [...own, "server-timing", sayMark({ arm: this.#arm, service: this.#received.service.name }, whose)];
  }

  #reachGoals(nowMs: number): void {
    const { visit } = this.#received;
    const { person } = visit;
    // What a person does before the arm is met is no merit of the arm.
    if (person === null || person.isWaiting) return;
    for (const [index, goal] of visit.state.goals.entries()) {
      if (isRequest(goal.request, visit.request)) this.#core.people.reached(person, index, nowMs);
    }
  }

  #giveUp(status: 502 | 503 | 504, why: Failure): void {
    this.#core.meters.failed({ arm: this.#arm, service: this.#received.service.name, upstream: why });
    this.#answerOwn(status, `serin: ${this.#received.service.name} did not answer (${why})\n`, why);
  }

  /** The client's own fault: it is told so as long as it can be, and no arm is blamed. */
  #refuseClient(status: number, why: string): void {
    const { response } = this.#received;
    this.#core.meters.refused(status);
    this.#clientClosed();
    if (response.headersSent) response.destroy();
    else refuse(response, { status, why, word: "bad-request" });
  }

  #answerOwn(status: number, text: string, why: string): void {
    const { response } = this.#received;
    if (this.#body !== null) response.shouldKeepAlive = false;
    const headers = ["content-type", "text/plain; charset=utf-8", "content-length", String(Buffer.byteLength(text)), "serin-edge", why];
    this.#writeHead(status, headers);
    this.#finalStatus = this.#canaryRefused ? "5xx" : endingOf(status);
    this.#finish();
    response.end(text);
  }

  #cut(): void {
    const { response, visit } = this.#received;
    this.#core.meters.failed({ arm: this.#arm, service: this.#received.service.name, upstream: "cut" });
    // An asset that the other arm breaks off says nothing of the person's own.
    const isOthers = this.#skew === "elsewhere";
    const { arm, service } = this.#asking;
    if (visit.person !== null && !isOthers) {
      this.#core.people.answered(visit.person, { arm, service, isServerError: true, nowMs: this.#core.monotonicMs() });
    }
    this.#finalStatus = isOthers ? "aborted" : "5xx";
    this.#finish();
    response.destroy();
  }

  #clientClosed(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#isCounted) this.#core.meters.gaveUp(this.#asking);
    this.#attempt?.abort(new Error("the client went away"));
    this.#done?.();
    this.#end("aborted");
  }

  #finish(): void {
    this.#isOver = true;
    this.#done?.();
    if (this.#finalStatus !== null) this.#end(this.#finalStatus);
  }

  #end(status: Ending): void {
    if (this.#isEnded || !this.#isCounted) return;
    this.#isEnded = true;
    this.#core.meters.ended(this.#asking, status);
  }
}

function otherArm(arm: Arm): Arm {
  return arm === "canary" ? "stable" : "canary";
}
