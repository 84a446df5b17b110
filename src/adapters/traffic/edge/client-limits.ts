/** What a client may take: how long (ms), how large, and how many. */
export interface ClientLimits {
  /** For the whole head of a request; from the opening of the connection for its first one. */
  readonly headMs: number;
  /** For the whole request, its body included. */
  readonly requestMs: number;
  /** How long an idle connection is kept; longer than a load balancer in front keeps its own. */
  readonly keepAliveMs: number;
  /** How long a client may take nothing of an answer that is waiting for it. */
  readonly stallMs: number;
  readonly headBytes: number;
  /** The target of a request: its path and query. */
  readonly targetBytes: number;
  /** Headers of one request. */
  readonly headerCount: number;
  /** The body of a request; `Infinity`: bodies are streamed, and so may be of any size. */
  readonly bodyBytes: number;
  /** The edge waits so long for a body in all, and a second more for every `bodyBytesPerSecond` that came; the time of a slow backend is not the client's. */
  readonly bodyGraceMs: number;
  /** The slowest body that is borne for long; 0: any. */
  readonly bodyBytesPerSecond: number;
  /** Requests that one connection may have sent without having their answers. */
  readonly pipelined: number;
  /** Connections at the same time. When there are more, idle ones are closed to make room, and the new one is not taken. */
  readonly connections: number;
  /** How often the times are looked at. */
  readonly checkMs: number;
}

/**
 * Every limit is far beyond what browsers do, and short of what one attacker could hold up: the times are those of HAProxy's and nginx's usual
 * configurations, the slowest body is Apache's (mod_reqtimeout: 20 s and 500 bytes a second), the largest head is Node's.
 */
export const clientLimits: ClientLimits = {
  headMs: 15_000,
  requestMs: 600_000,
  keepAliveMs: 75_000,
  stallMs: 120_000,
  headBytes: 16 * 1024,
  targetBytes: 8 * 1024,
  headerCount: 200,
  bodyBytes: Number.POSITIVE_INFINITY,
  bodyGraceMs: 20_000,
  bodyBytesPerSecond: 500,
  pipelined: 64,
  connections: 16_384,
  checkMs: 2_000,
};
