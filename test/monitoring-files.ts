import { z } from "zod";
import { textOf } from "./tree.ts";

const target = z.object({ refId: z.string().min(1), expr: z.string().min(1), datasource: z.object({ type: z.string(), uid: z.string() }) });
const place = z.object({ x: z.int().min(0).max(23), y: z.int().min(0), w: z.int().min(1).max(24), h: z.int().min(1) });
const panel = z.object({
  id: z.int().positive(),
  type: z.enum(["row", "timeseries", "state-timeline", "stat", "bargauge", "table"]),
  title: z.string().min(1),
  description: z.string().min(1).optional(),
  gridPos: place,
  datasource: z.object({ type: z.string(), uid: z.string() }).optional(),
  targets: z.array(target).optional(),
  fieldConfig: z.object({ defaults: z.object({ unit: z.string() }), overrides: z.array(z.unknown()) }).optional(),
});
const variable = z.object({
  name: z.string(),
  type: z.enum(["datasource", "query", "custom"]),
  query: z.union([z.string(), z.object({ query: z.string(), refId: z.string() })]),
});
const annotation = z.object({
  name: z.string(),
  enable: z.boolean(),
  iconColor: z.string(),
  datasource: z.object({ type: z.string(), uid: z.string() }),
  expr: z.string().optional(),
});

/** What a Grafana dashboard must have, as far as this repository uses it. Source: https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/ */
const dashboardShape = z.object({
  title: z.string().min(1),
  uid: z.string().regex(/^[a-zA-Z0-9_-]{1,40}$/),
  schemaVersion: z.int().min(36),
  tags: z.array(z.string()),
  time: z.object({ from: z.string(), to: z.string() }),
  templating: z.object({ list: z.array(variable) }),
  annotations: z.object({ list: z.array(annotation) }),
  panels: z.array(panel),
});

/** The dashboard of this repository. Throws when it is none. */
export function readDashboard(): z.infer<typeof dashboardShape> {
  return dashboardShape.parse(JSON.parse(textOf("deploy/grafana/serin.json")));
}

/** Every query of the dashboard, by where it stands. */
export function queriesOfDashboard(): readonly { readonly where: string; readonly expr: string }[] {
  const { panels, annotations, templating } = readDashboard();
  const ofPanels = panels.flatMap(({ title, targets = [] }) => targets.map(({ refId, expr }) => ({ where: `${title} ${refId}`, expr })));
  const ofAnnotations = annotations.list.flatMap(({ name, expr }) => (expr === undefined ? [] : [{ where: `annotation ${name}`, expr }]));
  const ofVariables = templating.list.flatMap(({ name, query }) => {
    const [, series, label] = /^label_values\((.*), (\w+)\)$/.exec(typeof query === "string" ? "" : query.query) ?? [];
    return series === undefined ? [] : [{ where: `variable ${name}`, expr: `group by (${label}) (${series})` }];
  });
  return [...ofPanels, ...ofAnnotations, ...ofVariables];
}
