import { z } from "zod";
import { PortError } from "../../ports.ts";
import type { Phrase } from "../../core/messages/phrases.ts";
import { fine, wrong } from "../check.ts";
import type { Check, NotifierDefinition } from "../define.ts";
import { parseTimeout, timeoutWords } from "../exchange.ts";
import { tlsWords } from "../tls.ts";
import { missingIn, wantedOf } from "./grafana/annotations.ts";
import { findings, subjects } from "./grafana/findings.ts";
import { grafanaApi } from "./grafana/grafana-api.ts";
import type { GrafanaApi, Place } from "./grafana/grafana-api.ts";

const connection = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).describe("Grafana's address, with its path where it has one."),
  token: z.string().min(1).describe("A service account's token, glsa_…"),
  organization: z.int().positive().nullable().default(null).describe("Number of the organisation; without it the token's own."),
  timeout: timeoutWords.default("5s"),
  tls: tlsWords,
});
type Connection = z.infer<typeof connection>;

/** The word of a plan for annotations that belong to no dashboard. */
const everywhere = "annotations";

/**
 * Marks a release in Grafana: each phase as a region, and what people should look at as a point. What Grafana has is read first, so that the same
 * notice marks nothing twice, and what was missed is made up for by the next.
 */
export const grafana: NotifierDefinition<Connection> = {
  kind: "grafana",
  says: "Marks phases and reactions on Grafana's dashboards as annotations.",
  connection,
  checkRecipient: (to) =>
    placeOf(to) === null ? { message: `${JSON.stringify(to.slice(0, 60))} is no place for annotations.`, remedy } : null,
  examine: async (given, { recipients }, { clock }, signal): Promise<readonly Check[]> => {
    const api = apiOf(given, clock);
    const reading = await asked(subjects.annotations(), signal, async () => {
      await api.find(null, ["serin"], signal);
      return findings.mayRead();
    });
    if (reading.verdict === "wrong") return [reading];
    const places = recipients.map((to) =>
      asked(subjects.place(to), signal, async () => {
        const place = placeOf(to);
        return place === null || place.dashboard === null ? findings.everywhere() : findings.dashboard(await api.dashboard(place, signal));
      }),
    );
    return [reading, ...(await Promise.all(places))];
  },
  create: (given, { clock }) => {
    const api = apiOf(given, clock);
    return {
      async send(notice, signal) {
        signal.throwIfAborted();
        const place = placeOf(notice.to);
        if (place === null)
          throw new PortError(`Grafana: ${JSON.stringify(notice.to.slice(0, 60))} is no place. ${remedy}`, { retry: "never" });
        const wanted = wantedOf(notice);
        if (wanted.length === 0) return;
        const found = await api.find(place, ["serin", `release:${notice.release}`], signal);
        const { create, extend } = missingIn(found, wanted);
        for (const annotation of create) await api.create(place, annotation, signal);
        for (const { id, untilMs } of extend) await api.extend(id, untilMs, signal);
      },
    };
  },
};

const remedy = 'Write { grafana: annotations } for the whole organisation, or a dashboard\'s UID, or "UID/PANEL".';

function apiOf({ url, token, organization, timeout, tls }: Connection, clock: Parameters<typeof grafana.create>[1]["clock"]): GrafanaApi {
  return grafanaApi({ url: url.replace(/\/+$/, ""), token, organization, withinMs: parseTimeout(timeout), tls }, clock);
}

/** `null`: it is none. */
function placeOf(to: string): Place | null {
  if (to === everywhere) return { dashboard: null, panel: null };
  const [, dashboard, panel] = /^([A-Za-z0-9_-]{1,40})(?:\/(\d{1,9}))?$/.exec(to) ?? [];
  return dashboard === undefined ? null : { dashboard, panel: panel === undefined ? null : Number(panel) };
}

/** What `ask` finds, or what is wrong that it could not be asked. Throws the signal's reason. */
async function asked(what: Phrase, signal: AbortSignal, ask: () => Promise<Phrase>): Promise<Check> {
  try {
    return fine(what, await ask());
  } catch (error) {
    signal.throwIfAborted();
    return wrong(what, findings.fails(error instanceof Error ? error.message : String(error)));
  }
}
