import { isMissingKind, meaningOfKind, meaningOfNotifier, meaningOfSource, portNames, writableKinds, kindsOf } from "../catalogue.ts";
import type { Catalogue, Port } from "../catalogue.ts";
import type { Draft } from "../draft.ts";
import { doubts } from "../../core/messages/doubts.ts";
import { wrong } from "../finding.ts";
import type { Finding, Path } from "../finding.ts";
import { insteadOf } from "../near.ts";
import { doubt, usesOf } from "./rule.ts";
import type { Rule } from "./rule.ts";

/** Every gate and guard names a metric of this plan. */
export const gatesNameMetrics: Rule = (draft) =>
  usesOf(draft)
    .filter((use) => isRead(draft.metrics) && !draft.metrics.names.includes(use.metric))
    .map((use) => {
      const remedy = insteadOf(use.metric, draft.metrics.names, "Define it under metrics.");
      return { ...wrong(use.at, `There is no metric "${use.metric.slice(0, 60)}".`, remedy), on: use.on };
    });

/** A metric that nothing uses is read for nothing, or its gate was forgotten. */
export const metricsAreUsed: Rule = (draft, { language }) => {
  if (!draft.phases.isWhole || !draft.guards.isWhole || draft.phases.items.some((phase) => !phase.value.gates.isWhole)) return [];
  const used = new Set(usesOf(draft).map((use) => use.metric));
  return draft.metrics.items
    .filter((metric) => !used.has(metric.name))
    .map((metric) => ({
      ...doubt(metric.path, doubts[language].metricUnused(metric.name)),
      on: "key" as const,
    }));
};

/** Every route leads to a service, and every service has a route. */
export const routesReachServices: Rule = (draft) => {
  if (draft.traffic === null) return [];
  const routes = Object.entries(draft.traffic.routes);
  const findings: Finding[] = routes.flatMap(([path, service]) => {
    const at = ["traffic", "routes", path];
    const unknown =
      draft.services.names.includes(service) || !isRead(draft.services)
        ? []
        : [wrong(at, `There is no service "${service}".`, insteadOf(service, draft.services.names, "Define it under services."))];
    const shape = /^\/[^\s?#]*$/.test(path)
      ? []
      : [
          {
            ...wrong(
              at,
              `${JSON.stringify(path.slice(0, 60))} is not a path.`,
              `Write ${JSON.stringify(`/${path.replaceAll(/[\s?#].*$/g, "").replace(/^\/+/, "")}`)}.`,
            ),
            on: "key" as const,
          },
        ];
    return [...unknown, ...shape];
  });
  const reached = new Set(routes.map(([, service]) => service));
  for (const service of draft.services.items) {
    if (!reached.has(service.name))
      findings.push(
        wrong(
          [...service.path, "name"],
          `No route leads to the service "${service.name}".`,
          `Add a route to it under traffic: routes: { /path: ${service.name} }.`,
        ),
      );
  }
  return findings;
};

/** A request that no route takes is answered with 404. */
export const rootIsRouted: Rule = (draft, { language }) =>
  draft.traffic === null || Object.hasOwn(draft.traffic.routes, "/") ? [] : [doubt(["traffic", "routes"], doubts[language].noRootRoute())];

/** `goal` names something that the router counts. */
export const goalsExist: Rule = (draft) => {
  if (draft.traffic === null) return [];
  const goals = Object.keys(draft.traffic.goals);
  return draft.metrics.items.flatMap(({ path, value }) => {
    const goal = value["goal"];
    if (goal === undefined) return [];
    const at = [...path, "goal"];
    const unknown =
      typeof goal === "string" && goals.includes(goal)
        ? []
        : [
            wrong(
              at,
              `There is no goal "${String(goal).slice(0, 60)}".`,
              insteadOf(String(goal), goals, "Define it under traffic: goals."),
            ),
          ];
    const unit =
      value.unit === "request" ? [wrong([...path, "unit"], "A goal counts people, not requests.", 'Write "person", or leave it out.')] : [];
    return [...unknown, ...unit];
  });
};

/** `service`, where a metric has that word, names something that is released. */
export const servicesExist: Rule = (draft) => {
  const { names } = draft.services;
  return draft.metrics.items.flatMap(({ path, value }) => {
    const service = value["service"];
    if (service === undefined || !isRead(draft.services) || names.includes(String(service))) return [];
    const message = `There is no service "${String(service).slice(0, 60)}".`;
    return [wrong([...path, "service"], message, insteadOf(String(service), names, "Define it under services."))];
  });
};

/** Every source, router, workload and notifier is known to this build or to the server's file. */
export const namesAreKnown: Rule = (draft, { catalogue }) => {
  const findings: Finding[] = [];
  for (const { port, name, path, on } of namesIn(draft)) {
    const meaning =
      port === "sources"
        ? meaningOfSource(catalogue, name)
        : port === "notifiers"
          ? meaningOfNotifier(catalogue, name)
          : meaningOfKind(catalogue, port, name);
    if (meaning.kind !== "unknown") continue;
    const isKind = port === "routers" || port === "workloads";
    const message = isKind
      ? `There are no ${portNames[port]}s of kind "${name}".`.replace("workloadss", "workloads")
      : `There is no ${portNames[port]} "${name}".`;
    const none = `Define it in ${catalogue.server?.file ?? "serin.yaml"} under connections: ${port}.`;
    findings.push({ ...wrong(path, message, insteadOf(name, isKind ? writableKinds(catalogue, port) : meaning.known, none)), on });
  }
  return findings;
};

/**
 * One finding for each adapter that serin knows of and this build does not have: an error where a server is asked, which could not run the
 * plan, and a warning where only the file is looked at.
 */
export const adaptersAreBuilt: Rule = (draft, { catalogue, language }) => {
  const told = new Set<string>();
  return namesIn(draft).flatMap(({ port, name, path, on }) => {
    const kind = port === "sources" || port === "notifiers" ? (catalogue.server?.connections[port][name]?.kind ?? name) : name;
    const isBuilt = !isMissingKind(catalogue, port, kind) || (port === "sources" && meaningOfSource(catalogue, name).kind === "known");
    if (isBuilt || told.has(`${port} ${kind}`)) return [];
    told.add(`${port} ${kind}`);
    const found = doubt(path, doubts[language].adapterMissing({ port, kind, has: kindsOf(catalogue, port).join(", ") }));
    return [{ ...found, severity: catalogue.server === null ? "warning" : "error", on }];
  });
};

/** Without the server's file a name may be right or wrong: that is said once for each port. */
export const connectionsAreChecked: Rule = (draft, { catalogue, language }) =>
  (["sources", "notifiers"] as const).flatMap((port) => {
    const unchecked = namesIn(draft).filter((use) => use.port === port && isUnchecked(catalogue, port, use.name));
    const [first] = unchecked;
    if (first === undefined) return [];
    const names = [...new Set(unchecked.map((use) => use.name))];
    return [{ ...doubt(first.path, doubts[language].connectionUnchecked({ port, names })), on: first.on }];
  });

/** False for a part that is missing or no list or map at all: that is told already. */
function isRead({ isWhole, names }: Pick<Draft["metrics"], "isWhole" | "names">): boolean {
  return isWhole || names.length > 0;
}

function isUnchecked(catalogue: Catalogue, port: "sources" | "notifiers", name: string): boolean {
  return (port === "sources" ? meaningOfSource(catalogue, name) : meaningOfNotifier(catalogue, name)).kind === "unchecked";
}

interface NameUse {
  readonly port: Port;
  readonly name: string;
  readonly path: Path;
  /** Notifiers stand as keys, everything else as values. */
  readonly on: Finding["on"];
}

function namesIn(draft: Draft): readonly NameUse[] {
  return [
    ...draft.services.items.map(({ path, value }): NameUse => ({
      port: "workloads",
      name: value.workload.kind,
      path: [...path, "workload", "kind"],
      on: "value",
    })),
    ...(draft.traffic === null
      ? []
      : [{ port: "routers" as const, name: draft.traffic.kind, path: ["traffic", "kind"], on: "value" as const }]),
    ...draft.metrics.items.map(({ path, value }): NameUse => ({
      port: "sources",
      name: value.source,
      path: [...path, "source"],
      on: "value",
    })),
    ...(draft.settings.notify ?? []).flatMap((target, index) =>
      Object.keys(target).map((name): NameUse => ({ port: "notifiers", name, path: ["notify", index, name], on: "key" })),
    ),
  ];
}
