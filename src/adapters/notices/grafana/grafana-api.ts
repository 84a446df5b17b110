import { z } from "zod";
import type { Clock } from "../../../ports.ts";
import { createExchange, publicUrl } from "../../exchange.ts";
import type { Call } from "../../exchange.ts";
import type { Tls } from "../../tls.ts";
import { refusalOf } from "../outcome/refusal.ts";
import type { Annotation, Found } from "./annotations.ts";

/** How Grafana is reached; `url` has no slash at its end. */
export interface GrafanaAddress {
  readonly url: string;
  readonly token: string;
  readonly organization: number | null;
  readonly withinMs: number;
  readonly tls: Tls | null;
}

/** Where annotations belong: a panel, a dashboard, or (both `null`) the organisation. */
export interface Place {
  readonly dashboard: string | null;
  readonly panel: number | null;
}

/** Every method throws `NoAnswer` or a `PortError` when Grafana does not do it. */
export interface GrafanaApi {
  /** Annotations that have all of `tags`; of every place when `place` is `null`. */
  find(place: Place | null, tags: readonly string[], signal: AbortSignal): Promise<readonly Found[]>;
  create(place: Place, annotation: Annotation, signal: AbortSignal): Promise<void>;
  extend(id: number, untilMs: number, signal: AbortSignal): Promise<void>;
  /** The dashboard's title; throws also when it has no such panel. */
  dashboard(place: Place, signal: AbortSignal): Promise<string>;
}

const foundShape = z.array(
  z.looseObject({
    id: z.number(),
    time: z.number(),
    timeEnd: z.number().nullish(),
    tags: z.array(z.string()).nullish(),
    panelId: z.number().nullish(),
  }),
);
const dashboardShape = z.looseObject({
  dashboard: z.looseObject({
    title: z.string(),
    panels: z.array(z.looseObject({ id: z.number().optional(), panels: z.array(z.unknown()).optional() })).default([]),
  }),
});
const anything = z.unknown();
const foundAtMost = 500;

const remedies: Readonly<Record<number, string>> = {
  401: "Give serin a service account's token that is valid.",
  403: "Give the service account the right to read and write annotations.",
};

/**
 * Grafana's HTTP interface, as far as annotations go.
 *
 * Source: https://grafana.com/docs/grafana/latest/developers/http_api/annotations/ and …/dashboard/#get-dashboard-by-uid
 */
export function grafanaApi({ url, token, organization, withinMs, tls }: GrafanaAddress, clock: Clock): GrafanaApi {
  const exchange = createExchange(clock, tls);
  const headers = {
    accept: "application/json",
    "content-type": "application/json",
    authorization: `Bearer ${token}`,
    ...(organization === null ? {} : { "x-grafana-org-id": String(organization) }),
  };
  const call = async <T>(
    asked: Pick<Call, "method"> & { readonly path: string; readonly body?: object },
    shape: z.ZodType<T>,
    signal: AbortSignal,
  ): Promise<T> => {
    const { method, path, body = null } = asked;
    const address = `${url}${path}`;
    const shownAs = publicUrl(address);
    const answer = await exchange({ method, url: address, shownAs, headers, body: body && JSON.stringify(body), withinMs }, signal);
    if (answer.status < 200 || answer.status > 299) {
      const remedy = remedies[answer.status];
      throw refusalOf(answer, { what: `${method} ${shownAs}: Grafana`, nowMs: clock.nowMs(), ...(remedy === undefined ? {} : { remedy }) });
    }
    const parsed = shape.safeParse(toJson(answer.text));
    if (!parsed.success) throw new Error(`${method} ${shownAs}: the answer cannot be read`);
    return parsed.data;
  };
  return {
    async find(place, tags, signal) {
      const query = new URLSearchParams({ type: "annotation", limit: String(foundAtMost) });
      for (const tag of tags) query.append("tags", tag);
      if (place !== null && place.dashboard !== null) query.set("dashboardUID", place.dashboard);
      if (place !== null && place.panel !== null) query.set("panelId", String(place.panel));
      const found = await call({ method: "GET", path: `/api/annotations?${query.toString()}` }, foundShape, signal);
      return found.map(({ id, time, timeEnd, tags: theirs }) => ({ id, fromMs: time, untilMs: timeEnd ?? time, tags: theirs ?? [] }));
    },
    async create({ dashboard, panel }, { fromMs, untilMs, tags, text }, signal) {
      const where = { ...(dashboard === null ? {} : { dashboardUID: dashboard }), ...(panel === null ? {} : { panelId: panel }) };
      const when = { time: Math.round(fromMs), ...(untilMs === null ? {} : { timeEnd: Math.round(untilMs) }) };
      await call({ method: "POST", path: "/api/annotations", body: { ...where, ...when, tags, text } }, anything, signal);
    },
    async extend(id, untilMs, signal) {
      await call({ method: "PATCH", path: `/api/annotations/${id}`, body: { timeEnd: Math.round(untilMs) } }, anything, signal);
    },
    async dashboard({ dashboard, panel }, signal) {
      const { dashboard: found } = await call({ method: "GET", path: `/api/dashboards/uid/${dashboard}` }, dashboardShape, signal);
      const ids = found.panels.flatMap(({ id, panels = [] }) => [id, ...panels.map((inner) => (inner as { readonly id?: number }).id)]);
      if (panel !== null && !ids.includes(panel)) throw new Error(`the dashboard “${found.title}” has no panel ${panel}`);
      return found.title;
    },
  };
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // No shape but the one of anything takes it.
  }
}
