import { z } from "zod";
import type { Metric } from "../../core/plan.ts";
import type { MetricSource, Reading } from "../../ports.ts";
import { fine, wrong } from "../check.ts";
import type { Check, Examination, SourceDefinition, Surroundings } from "../define.ts";
import { NoAnswer, createExchange, parseTimeout, publicUrl, timeoutWords } from "../exchange.ts";
import type { Exchange } from "../exchange.ts";
import { throwWhenNothingIsKnown } from "../readings.ts";
import { tlsWords } from "../tls.ts";
import { answer, answerProbe } from "./http/answer.ts";
import type { Got } from "./http/answer.ts";
import { findings, subjects } from "./http/findings.ts";
import { readWords } from "./http/words.ts";
import type { Asked } from "./http/words.ts";

const connection = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .refine((url) => !/[?#]/.test(url), { error: "The base address has no query and no fragment: write them in a metric's path." })
    .describe("Base address of the JSON interface."),
  headers: z.record(z.string(), z.string()).default({}).describe("Sent with every call, for example authorization."),
  control: z
    .url({ protocol: /^https?$/ })
    .nullable()
    .default(null)
    .describe("An address on the same way that fails only when our own network does. Without it a probe is never down."),
  timeout: timeoutWords.default("2s"),
  tls: tlsWords,
});

/**
 * Reads any JSON interface: levels, scores and cumulative shares by JSONPath, and probes whether it is down. One GET per path and read. A
 * path with `{arm}` is read once per arm; without it the numbers are the canary's and there is no stable arm.
 *
 * One path's outage is `unavailable` for its metrics alone; when nothing could be read at all, the read throws.
 */
export const http: SourceDefinition<z.infer<typeof connection>> = {
  kind: "http",
  says: "Reads numbers from a JSON interface by JSONPath, and probes whether it is down.",
  connection,
  isBuiltIn: false,
  metrics: {
    level: { required: ["select"], optional: ["path"] },
    score: { required: ["select"], optional: ["path"] },
    ratio: { required: ["total"], optional: ["bad", "good", "path"] },
    probe: { required: [], optional: ["path"] },
  },
  countsPeople: false,
  hasStableArm: (words) => String(words["path"] ?? "").includes("{arm}"),
  checkQuery: (metric, words) => {
    const read = readWords(metric, words);
    return read.kind === "problem" ? read.problem : null;
  },
  examine: examineControl,
  create: ({ url, headers, control, timeout, tls }, { clock }) => {
    const service: Way = { exchange: createExchange(clock, tls), headers: { accept: "application/json", ...headers } };
    // The control target is somebody else's: it never gets our headers, nor our certificate.
    const toControl: Way = { exchange: createExchange(clock, tls && { ...tls, cert: null, key: null }), headers: {} };
    const withinMs = parseTimeout(timeout);
    const get = async (address: string, way: Way, signal: AbortSignal): Promise<Got> => {
      try {
        const call = { method: "GET", url: address, shownAs: publicUrl(address), headers: way.headers, body: null, withinMs } as const;
        const { status, text } = await way.exchange(call, signal);
        return { kind: "answered", status, text };
      } catch (cause) {
        if (!(cause instanceof NoAnswer)) throw cause;
        return { kind: cause.how === "unreachable" ? "unreachable" : "dead", why: cause.message };
      }
    };
    return {
      async read(queries, _context, signal) {
        const asked = queries.map((query) => ({ quantity: query.quantity, asked: readAsked(query.metric) }));
        const paths = new Set(asked.flatMap((one) => pathsOf(one.asked)));
        const needsControl = control !== null && asked.some((one) => one.asked.kind === "probe");
        const [answers, controlGot] = await Promise.all([
          Promise.all([...paths].map(async (path) => [path, await get(under(url, path), service, signal)] as const)),
          needsControl ? get(control, toControl, signal) : null,
        ]);
        const got = new Map(answers);
        const seenControl =
          control === null || controlGot === null
            ? null
            : { url: publicUrl(control), isAnswering: controlGot.kind === "answered" && controlGot.status < 500 };
        const atMs = clock.nowMs();
        const readings = new Map<string, Reading>();
        for (const one of asked) {
          const [canary, stable] = pathsOf(one.asked).map((path) => got.get(path));
          if (canary === undefined) throw new Error(`${one.asked.path} was not asked`);
          const shown = publicUrl(under(url, one.asked.path));
          const reading =
            one.asked.kind === "probe"
              ? answerProbe(shown, canary, seenControl, atMs)
              : answer(one.asked, { url: shown, canary, stable: stable ?? null }, atMs);
          readings.set(one.quantity, reading);
        }
        throwWhenNothingIsKnown(readings);
        return readings;
      },
    } satisfies MetricSource;
  },
};

/** Whether a probe would be believed: the control target answers now, so that its silence means something. */
async function examineControl(
  { control, timeout, tls }: z.infer<typeof connection>,
  { queries }: Examination,
  { clock }: Surroundings,
  signal: AbortSignal,
): Promise<readonly Check[]> {
  if (!queries.some(({ metric }) => metric.kind === "probe")) return [];
  const what = subjects.control();
  if (control === null) return [wrong(what, findings.noControl())];
  const shownAs = publicUrl(control);
  try {
    const exchange = createExchange(clock, tls && { ...tls, cert: null, key: null });
    const call = { method: "GET", url: control, shownAs, headers: {}, body: null, withinMs: parseTimeout(timeout) } as const;
    const { status } = await exchange(call, signal);
    return [status < 500 ? fine(what, findings.controlAnswers(shownAs, status)) : wrong(what, findings.controlFails(shownAs, status))];
  } catch (cause) {
    if (!(cause instanceof NoAnswer)) throw cause;
    return [wrong(what, findings.controlSilent(cause.message))];
  }
}

/** How one of the two is asked. */
interface Way {
  readonly exchange: Exchange;
  readonly headers: Readonly<Record<string, string>>;
}

function readAsked(metric: Metric): Asked {
  const read = readWords(metric.kind, metric.query);
  if (read.kind === "problem") throw new Error(`metric ${metric.name}: ${read.problem}`);
  return read.asked;
}

/** The canary's path first, then stable's; one path where it does not tell the arms apart. */
function pathsOf({ path }: Asked): readonly string[] {
  return path.includes("{arm}") ? ["canary", "stable"].map((arm) => path.replaceAll("{arm}", arm)) : [path];
}

/** `path` under the connection's own path: "http://host/base" and "/api" make "http://host/base/api". */
function under(url: string, path: string): string {
  return `${url.replace(/\/+$/, "")}${path}`;
}
