import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { SeenTraffic } from "../../core/observation.ts";
import { sayTargets } from "../../core/targets.ts";
import { PortError } from "../../ports.ts";
import type { Attempt, TrafficRouter, WantedTraffic } from "../../ports.ts";
import type { RouterDefinition } from "../define.ts";
import { createExchange, NoAnswer, parseTimeout, publicUrl, timeoutWords } from "../exchange.ts";
import type { Exchange } from "../exchange.ts";
import { replaceFile } from "../replace-file.ts";
import { examineReload } from "./nginx-reload/examine.ts";
import { firstOrder, orderOf, orderSchema, renderInclude } from "./nginx-reload/include.ts";
import type { Order } from "./nginx-reload/include.ts";
import { run } from "./nginx-reload/run.ts";
import type { Patience } from "./nginx-reload/run.ts";

const command = z.tuple([z.string().min(1)], z.string());
const connection = z.strictObject({
  include: z.string().startsWith("/").describe("The file that nginx.conf includes in its http block; serin alone writes it."),
  seen: z.url({ protocol: /^https?$/ }).describe("Where nginx returns $serin_seen, for example http://127.0.0.1:8081/serin/seen."),
  test: command.default(["nginx", "-t"]).describe("Says by its exit code whether nginx could begin with the include as it is now."),
  reload: command.default(["nginx", "-s", "reload"]).describe("Makes nginx read its configuration again."),
  timeout: timeoutWords.default("10s"),
});

/** The connection as people write it. */
export type ReloadConnection = z.infer<typeof connection>;

/**
 * Steers an nginx without Lua by a generated include, tested before nginx is told to read it again. What a reload costs stands in
 * `docs/adapters/nginx-reload.md`; `nginx` and `haproxy` need none.
 */
export const nginxReload: RouterDefinition<ReloadConnection> = {
  kind: "nginx-reload",
  says: "The fallback for an nginx without Lua: a generated include and a graceful reload, which costs some requests at each change.",
  connection,
  capabilities: { sticky: true, audiences: ["new-logins", "everyone"], readsBack: true, stepPct: 0.01, lease: false },
  configure: (_connection, { traffic }) => renderInclude(firstOrder(traffic)),
  examine: (options, _examination, { clock }, signal) => examineReload(options, clock, signal),
  create: (options, { clock }) => {
    const exchange = createExchange(clock);
    const patience = { clock, withinMs: parseTimeout(options.timeout) };
    let last: Promise<void> = Promise.resolve();
    return {
      async apply(wanted, signal) {
        // A large configuration takes longer to test and read than anybody waits for a word: a change goes to its end, and the next word finds it done.
        last = last.catch(noted).then(async () => {
          signal.throwIfAborted();
          await apply({ options, exchange, patience }, wanted, unending);
        });
        await orAborted(last, signal);
      },
      async observe(signal) {
        return sayTraffic(await askOrder({ options, exchange, patience }, signal));
      },
      async attempt(attempt, signal) {
        return tryPair({ order: await askOrder({ options, exchange, patience }, signal), exchange, patience }, attempt, signal);
      },
    } satisfies TrafficRouter;
  },
};

interface Means {
  readonly options: ReloadConnection;
  readonly exchange: Exchange;
  readonly patience: Patience;
}

/** Programs and questions have their own time. */
const unending = new AbortController().signal;
/** Whoever asked for the change was told. */
const noted = (): void => undefined;

/** What `doing` comes to, or the signal's reason when that aborts first; `doing` goes on. */
async function orAborted(doing: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const over = new AbortController();
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true, signal: over.signal });
  });
  try {
    await Promise.race([doing, aborted]);
  } finally {
    over.abort();
  }
}

const said = /^# serin: (\{.*\})\n/;
const headSchema = z.object({ release: z.string(), revision: z.number() });

/**
 * The file says in its first line what was heard last; nginx reads it again unless the rest is the same and it does that. Its word alone is not
 * enough: for a moment after a reload workers of the time before still answer, and would say of the share before last that it is in force.
 */
async function apply(means: Means, wanted: WantedTraffic, signal: AbortSignal): Promise<void> {
  const { patience } = means;
  const { include, test, reload } = means.options;
  const before = await readFile(include, "utf8").catch((cause: unknown) => {
    throw new PortError(`${include} cannot be read: write it first with "serin router config"`, { retry: "later", cause });
  });
  const last = headOf(before);
  if (last !== null && last.release === wanted.release && last.revision > wanted.revision) return;
  const body = renderInclude(orderOf(wanted));
  const isInForce = before.replace(said, "") === body && (await doesSo(means, body, signal));
  const text = `# serin: ${JSON.stringify({ release: wanted.release, revision: wanted.revision })}\n${body}`;
  await replaceFile(include, text, 0o644);
  if (isInForce) return;
  try {
    await run(test, patience, signal);
    await run(reload, patience, signal);
    await untilInForce(means, body, signal);
  } catch (error) {
    // What nginx has not read must not be read by a restart, nor taken for said.
    await replaceFile(include, before, 0o644);
    throw error;
  }
}

const looksEveryMs = 20;

/** `nginx -s reload` only tells the master, which goes on as before when it cannot: this waits for a new worker that says so. */
async function untilInForce(means: Means, body: string, signal: AbortSignal): Promise<void> {
  const { clock, withinMs } = means.patience;
  const deadlineMs = clock.monotonicMs() + withinMs;
  while (!(await doesSo(means, body, signal))) {
    if (clock.monotonicMs() > deadlineMs) throw new Error(`nginx did not do what ${means.options.include} says within ${withinMs} ms`);
    await clock.wait(looksEveryMs, signal);
    signal.throwIfAborted();
  }
}

/** `null`: nothing was heard, or somebody has garbled the line. */
function headOf(text: string): z.infer<typeof headSchema> | null {
  return headSchema.safeParse(parseJson(said.exec(text)?.[1] ?? "")).data ?? null;
}

/** Whether the running nginx does what an include says. One that cannot be asked is told again. */
async function doesSo(means: Means, body: string, signal: AbortSignal): Promise<boolean> {
  try {
    return renderInclude(await askOrder(means, signal)) === body;
  } catch {
    signal.throwIfAborted();
    return false;
  }
}

/** What the workers that take connections now do: each question comes on a connection of its own, since an old worker keeps those that it has. */
async function askOrder({ options, exchange, patience }: Means, signal: AbortSignal): Promise<Order> {
  const shownAs = publicUrl(options.seen);
  const headers = { connection: "close" };
  const call = { method: "GET", url: options.seen, shownAs, headers, body: null, withinMs: patience.withinMs } as const;
  const { status, text } = await exchange(call, signal);
  if (status !== 200) throw new PortError(`GET ${shownAs}: nginx answered ${status} ${text.slice(0, 300)}`, { retry: "later" });
  const read = orderSchema.safeParse(parseJson(Buffer.from(text, "base64url").toString("utf8")));
  if (read.success) return read.data;
  throw new Error(`GET ${shownAs}: the answer is not $serin_seen of serin's include`);
}

/** `undefined` for what is no JSON: no schema takes it. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function sayTraffic({ release, sharePct, audience, stableSlot, routes, targets }: Order): SeenTraffic {
  const isServing = routes.length > 0 && routes.every(({ service }) => (targets[service]?.stable.length ?? 0) > 0);
  const uncounted = { drawn: null, forwarded: null, lastCanaryMs: null };
  return { release, sharePct, audience, stableSlot, targets: sayTargets(targets), isServing, ...uncounted };
}

interface Trial {
  readonly order: Order;
  readonly exchange: Exchange;
  readonly patience: Patience;
}

/** Straight to the backend: what the services ask of each other through nginx is stable's. */
async function tryPair({ order, exchange, patience }: Trial, { request, arms }: Attempt, signal: AbortSignal) {
  const [method = "GET", path = "/"] = request.split(" ");
  const plain = path.split("?", 1)[0] ?? path;
  const route = order.routes
    .toSorted((a, b) => b.path.length - a.path.length)
    .find((one) => plain === one.path || plain.startsWith(one.path.endsWith("/") ? one.path : `${one.path}/`));
  if (route === undefined) return { status: 0, detail: `no service has the path ${path}` };
  const arm = arms[route.service] ?? "stable";
  const base = order.targets[route.service]?.[arm][0];
  if (base === undefined) return { status: 0, detail: `${route.service} has no ${arm} address` };
  const url = new URL(path, base).href;
  const headers = { accept: "*/*", "serin-arm": arm, "serin-release": encodeURIComponent(order.release ?? "") };
  try {
    const { status } = await exchange({ method, url, shownAs: publicUrl(url), headers, body: null, withinMs: patience.withinMs }, signal);
    return { status, detail: `${route.service} on ${arm} answered ${status}` };
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return { status: 0, detail: `${route.service} on ${arm}: ${error.message}` };
  }
}
