import { STATUS_CODES, request as httpRequest } from "node:http";
import type { ClientRequest, IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Duplex } from "node:stream";
import { onwardBaggage } from "./baggage.ts";
import type { Arm } from "./cohort.ts";
import type { EdgeCore } from "./edge-core.ts";
import type { ServiceState } from "./edge-state.ts";
import { oneHeader, requestHeaders, responseHeaders } from "./headers.ts";
import type { RawHeaders } from "./headers.ts";
import type { Asking } from "./request-tally.ts";
import { endingOf } from "./meters.ts";
import type { Failure } from "./meters.ts";
import { withoutPerson } from "./person-cookie.ts";
import { Tunnel } from "./tunnel.ts";
import type { Upstream, UpstreamLimits } from "./upstreams.ts";
import { answerVisit, sliceOfVisit, visitHeaders, whoIs } from "./visit.ts";
import type { Visit } from "./visit.ts";

/** A request to switch protocols, as the data plane has read it. */
export interface UpgradeReceived {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** What the client has sent after the head already. */
  readonly head: Buffer;
  readonly target: string;
  readonly service: ServiceState;
  readonly visit: Visit;
  readonly peer: { readonly address: string; readonly scheme: "http" | "https"; readonly isTrusted: boolean };
}

interface ArmFailure {
  readonly arm: Arm;
  readonly why: Failure;
}

/** Time limits of tunnels, ms. */
export interface TunnelLimits extends Pick<UpstreamLimits, "connectMs" | "headMs"> {
  /** How long a WebSocket of a drained arm, or of an address that is gone, may stay open. */
  readonly drainMs: number;
}

/** Answers a handshake with a status of the edge's own, and closes the connection. */
export function refuseSwitch(socket: Duplex, status: number, why: string): void {
  socket.on("error", () => socket.destroy());
  socket.end(headText(status, ["content-length", "0", "connection", "close", "serin-edge", why]), () => socket.destroy());
}

/** Why a handshake with a backend is broken off, beside a client that leaves. */
const noConnection = new Error("no connection in time");
const noAnswer = new Error("no answer in time");
const closing = new Error("the edge is closing");

/** The long connections that have left HTTP: WebSockets, byte for byte, and the handshakes before them. */
export class Tunnels {
  readonly #core: EdgeCore;
  readonly #limits: TunnelLimits;
  readonly #open = new Set<Tunnel>();
  readonly #asked = new Set<ClientRequest>();
  readonly #clients = new Set<Duplex>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #isClosing = false;

  constructor(core: EdgeCore, limits: TunnelLimits) {
    this.#core = core;
    this.#limits = limits;
    core.onChange(() => this.#closeDrainedLater());
  }

  get size(): number {
    return this.#open.size;
  }

  /** Asks a backend to switch, and connects both sides when it does; passes its answer on when it does not. */
  accept(received: UpgradeReceived): void {
    const { visit, service, socket } = received;
    if (this.#isClosing) return refuseSwitch(socket, 503, "closing");
    const { means } = this.#core;
    const slice = sliceOfVisit(visit, means);
    const asking: Asking = { arm: visit.arm, service: service.name, who: whoIs(visit), slice, sinceMs: this.#core.monotonicMs() };
    this.#core.meters.begin(asking);
    socket.on("error", () => socket.destroy());
    // The server's clock for a client that takes nothing goes on; only its own ear is gone with the protocol.
    socket.on("timeout", () => {
      if (socket.writableLength > 0) socket.destroy();
    });
    this.#clients.add(socket);
    socket.once("close", () => this.#clients.delete(socket));
    this.#ask(received, asking, visit.arm);
  }

  /** Closes all, so that clients come back elsewhere: WebSockets with 1012, handshakes without an answer with 503; there are no new ones. */
  closeAll(): void {
    this.#isClosing = true;
    for (const timer of this.#timers) clearTimeout(timer);
    for (const tunnel of this.#open) tunnel.close();
    for (const asked of this.#asked) asked.destroy(closing);
  }

  /** Cuts off whoever is still there. */
  destroyAll(): void {
    for (const socket of this.#clients) socket.destroy();
  }

  #ask(received: UpgradeReceived, asking: Asking, arm: Arm): void {
    const { service, socket, visit } = received;
    const upstream = service[arm][this.#core.nextNumber() % Math.max(1, service[arm].length)];
    if (upstream === undefined) return this.#refused(received, asking, { arm, why: "no-target" });
    const asked = this.#send(received, upstream, arm);
    this.#core.forwarded(arm);
    this.#asked.add(asked);
    const stopClock = this.#limitWait(asked);
    const stopWatch = whenGone(socket, () => asked.destroy());
    let isSettled = false;
    const settle = (): void => {
      isSettled = true;
      this.#asked.delete(asked);
      stopClock();
    };
    asked.on("upgrade", (answer, upstreamSocket, upstreamHead) => {
      settle();
      stopWatch();
      this.#ended(asking, 101);
      socket.write(headText(101, [...pairsOf(answer), ...this.#personHeaders(visit, 101)]));
      this.#connect({ received, arm, url: upstream.url, upstreamSocket, upstreamHead });
    });
    asked.on("response", (answer) => {
      settle();
      const status = answer.statusCode ?? 502;
      this.#ended(asking, status);
      socket.write(
        headText(status, [
          ...responseHeaders(answer.headersDistinct, ["trailer"]),
          ...this.#personHeaders(visit, status),
          "connection",
          "close",
        ]),
      );
      answer.on("error", () => socket.destroy());
      socket.once("finish", () => socket.destroy());
      answer.pipe(socket);
    });
    asked.on("error", (error) => {
      if (isSettled) return void socket.destroy();
      settle();
      stopWatch();
      if (socket.destroyed) return this.#ended(asking, "aborted");
      if (error === closing) {
        this.#ended(asking, "aborted");
        return refuseSwitch(socket, 503, "closing");
      }
      if (error === noAnswer) return this.#giveUp(received, asking, { arm, why: "timeout" });
      this.#refused(received, asking, { arm, why: "refused" });
    });
    asked.end();
  }

  /** Breaks `asked` off when there is no connection, or then no answer, in time; the answer of this stops that. */
  #limitWait(asked: ClientRequest): () => void {
    const { connectMs, headMs } = this.#limits;
    let timer = setTimeout(() => asked.destroy(noConnection), connectMs);
    asked.once("socket", (socket) => {
      socket.once("connect", () => {
        clearTimeout(timer);
        timer = setTimeout(() => asked.destroy(noAnswer), headMs);
      });
    });
    return () => clearTimeout(timer);
  }

  #send(received: UpgradeReceived, upstream: Upstream, arm: Arm): ClientRequest {
    const { request, visit, peer, target } = received;
    const { cookie } = request.headers;
    const headers = requestHeaders(request, {
      arm,
      release: visit.state.release ?? "",
      cookie: cookie === undefined ? null : withoutPerson(cookie),
      baggage: onwardBaggage(oneHeader(request, "baggage"), visit.state.release === null ? null : visit.state.baggage[arm]),
      peer,
      conditional: "kept",
    });
    headers.push("connection", "Upgrade", "upgrade", "websocket");
    const url = new URL(upstream.url);
    const send = url.protocol === "https:" ? httpsRequest : httpRequest;
    const port = url.port === "" ? undefined : Number(url.port);
    return send({
      host: url.hostname.replace(/^\[|\]$/g, ""),
      ...(port === undefined ? {} : { port }),
      path: target,
      method: request.method ?? "GET",
      headers: headers as unknown as Record<string, string>,
      agent: false,
    });
  }

  #refused(received: UpgradeReceived, asking: Asking, failed: ArmFailure): void {
    const { service } = received;
    if (failed.arm === "stable" || service.stable.length === 0) return this.#giveUp(received, asking, failed);
    this.#core.meters.failed({ arm: failed.arm, service: service.name, upstream: failed.why });
    this.#ask(received, asking, "stable");
  }

  #giveUp({ service, socket }: UpgradeReceived, asking: Asking, { arm, why }: ArmFailure): void {
    this.#core.meters.failed({ arm, service: service.name, upstream: why });
    const status = why === "timeout" ? 504 : why === "no-target" ? 503 : 502;
    this.#ended(asking, status);
    refuseSwitch(socket, status, why);
  }

  #ended(asking: Asking, status: number | "aborted"): void {
    const { meters } = this.#core;
    if (status === "aborted") meters.gaveUp(asking);
    else meters.answered(asking);
    meters.ended(asking, status === "aborted" ? "aborted" : endingOf(status));
  }

  #personHeaders(visit: Visit, status: number): RawHeaders {
    if (visit.isCountedNow && visit.person !== null) this.#core.people.count(visit.person, this.#core.monotonicMs());
    return visitHeaders(visit, answerVisit(visit, { status, isFirstHarmOn: null, brokenOn: null }, this.#core.means), this.#core.means);
  }

  #connect(ends: {
    readonly received: UpgradeReceived;
    readonly arm: Arm;
    readonly url: string;
    readonly upstreamSocket: Duplex;
    readonly upstreamHead: Buffer;
  }): void {
    const { received, arm, url, upstreamSocket, upstreamHead } = ends;
    const done = this.#core.forward(arm);
    const tunnel: Tunnel = new Tunnel({
      client: { socket: received.socket, head: received.head },
      upstream: { socket: upstreamSocket, head: upstreamHead },
      arm,
      url,
      closed: () => {
        this.#open.delete(tunnel);
        done();
      },
    });
    this.#open.add(tunnel);
    tunnel.start();
    this.#closeDrainedLater();
  }

  #closeDrainedLater(): void {
    if (this.#open.size === 0) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      const kept = new Set(this.#core.state.services.flatMap((service) => [...service.canary, ...service.stable].map((one) => one.url)));
      for (const tunnel of this.#open) if (this.#core.isDrained(tunnel.arm) || !kept.has(tunnel.url)) tunnel.close();
    }, this.#limits.drainMs);
    timer.unref();
    this.#timers.add(timer);
  }
}

function pairsOf(answer: IncomingMessage): RawHeaders {
  const kept: RawHeaders = [];
  for (let index = 0; index < answer.rawHeaders.length; index += 2) {
    const name = answer.rawHeaders[index] ?? "";
    if (!/^(?:serin-|baggage$)/i.test(name)) kept.push(name, answer.rawHeaders[index + 1] ?? "");
  }
  return kept;
}

/**
 * Calls `left` when the client's connection is over, or its end has said that it sends no more; the answer stops that. Meanwhile nobody else may read
 * from `socket`; what comes in stays in it, and hides the end behind it.
 */
function whenGone(socket: Duplex, left: () => void): () => void {
  const look = (): void => {
    if (socket.readableLength === 0) socket.read();
  };
  const end = (): void => void socket.destroy();
  socket.on("readable", look).once("end", end).once("close", left);
  return () => void socket.off("readable", look).off("end", end).off("close", left);
}

function headText(status: number, headers: RawHeaders): Buffer {
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Answer"}\r\n`;
  for (let index = 0; index < headers.length; index += 2) text += `${headers[index]}: ${headers[index + 1]}\r\n`;
  return Buffer.from(`${text}\r\n`, "latin1");
}
