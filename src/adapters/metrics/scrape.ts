import { z } from "zod";
import type { MetricSource, ReadContext, Reading, Target } from "../../ports.ts";
import type { SourceDefinition } from "../define.ts";
import { NoAnswer, createExchange, parseTimeout, publicUrl, timeoutWords } from "../exchange.ts";
import { throwWhenNothingIsKnown } from "../readings.ts";
import { tlsWords } from "../tls.ts";
import { answer } from "./exposition/answer.ts";
import { MalformedExposition } from "./exposition/exposition.ts";
import { checkWords, concerns, expositionMetrics, rememberAsked } from "./exposition/words.ts";
import { History } from "./scrape/history.ts";
import { readPage } from "./scrape/page.ts";
import type { ScrapedPage } from "./scrape/page.ts";

const connection = z.strictObject({
  path: z.string().startsWith("/").default("/metrics").describe("Where every target shows its metrics."),
  timeout: timeoutWords.default("2s"),
  tls: tlsWords,
});

/**
 * Reads the metrics page of every target of a release by itself: no metrics server is needed. One GET per target and read, whatever the number
 * of metrics. Counters are handed on raw, one series per target: what matches within it is added up.
 *
 * A target that does not answer does not blind the rest: while another target of its service and arm answers, the reading goes on with
 * those, and the silence is counted in `serin_scrape_failures_total`, which a plan may guard. A query to which a service's whole arm is
 * silent is `unavailable`; when every query is, the read throws.
 */
export const scrape: SourceDefinition<z.infer<typeof connection>> = {
  kind: "scrape",
  says: "Reads the metrics page of every target directly; no metrics server is needed.",
  connection,
  isBuiltIn: true,
  metrics: expositionMetrics,
  countsPeople: false,
  checkQuery: checkWords,
  create: ({ path, timeout, tls }, { clock }) => {
    const exchange = createExchange(clock, tls);
    const withinMs = parseTimeout(timeout);
    const history = new History();
    const askedOf = rememberAsked();
    const read = async (target: Target, signal: AbortSignal): Promise<ScrapedPage> => {
      const url = new URL(path, target.url).href;
      const headers = { accept: "application/openmetrics-text;version=1.0.0;q=0.9,text/plain;version=0.0.4;q=1" };
      const got = await exchange({ method: "GET", url, shownAs: publicUrl(url), headers, body: null, withinMs }, signal);
      if (got.status !== 200) throw new SilentTarget(`GET ${publicUrl(url)}: answered ${got.status}`);
      const at = { atMs: clock.nowMs(), monotonicMs: clock.monotonicMs() };
      return readPage({ target, text: got.text, dateHeader: got.headers["date"], ...at });
    };
    return {
      async read(queries, context, signal) {
        const pages = await readAll(context, (target) => read(target, signal));
        const silent = silentArms(pages);
        const answered = new Map([...pages].map(([target, page]) => [target, "silent" in page ? null : page]));
        const at = { atMs: clock.nowMs(), monotonicMs: clock.monotonicMs() };
        const seen = history.add({ release: context.release, ...at, pages: answered });
        const readings = new Map<string, Reading>();
        for (const query of queries) {
          const asked = askedOf(query.metric);
          const missing = silent.find(({ service }) => concerns(asked, service));
          readings.set(query.quantity, missing ? { kind: "unavailable", why: missing.why } : answer(query, asked, seen));
        }
        throwWhenNothingIsKnown(readings);
        return readings;
      },
    } satisfies MetricSource;
  },
};

class SilentTarget extends Error {
  override readonly name = "SilentTarget";
}

type Read = ScrapedPage | { readonly silent: string };

/** Reads all targets at once; a target's own failure is a value, an abort is thrown. */
async function readAll(context: ReadContext, read: (target: Target) => Promise<ScrapedPage>): Promise<ReadonlyMap<Target, Read>> {
  const readOne = async (target: Target): Promise<readonly [Target, Read]> => {
    try {
      return [target, await read(target)];
    } catch (cause) {
      if (cause instanceof MalformedExposition) return [target, { silent: `${publicUrl(target.url)}: ${cause.message}` }];
      if (cause instanceof NoAnswer || cause instanceof SilentTarget) return [target, { silent: cause.message }];
      throw cause;
    }
  };
  return new Map(await Promise.all(context.targets.map(readOne)));
}

/** The arms of services none of whose targets answered, with the first target's reason. */
function silentArms(pages: ReadonlyMap<Target, Read>): readonly { readonly service: string; readonly why: string }[] {
  const arms = new Map<string, { service: string; why: string; isSilent: boolean }>();
  for (const [{ service, arm }, page] of pages) {
    const known = arms.get(`${service} ${arm}`);
    if (!("silent" in page)) arms.set(`${service} ${arm}`, { service, why: "", isSilent: false });
    else if (known === undefined) arms.set(`${service} ${arm}`, { service, why: page.silent, isSilent: true });
  }
  return [...arms.values()].filter(({ isSilent }) => isSilent);
}
