import { checksOf, quantitiesOf } from "../core/checks.ts";
import type { Quantity } from "../core/checks.ts";
import type { Trouble } from "../core/messages/troubles.ts";
import type { Plan } from "../core/plan.ts";
import type { Planned, Site } from "./catalogue.ts";
import { facetOf } from "./facets.ts";
import type { Facet } from "./facets.ts";
import { linesOf } from "./healthy.ts";
import type { Scenario } from "./scenario.ts";
import type { Episode, Mishap, Truth } from "./shop.ts";
import type { Span } from "./span.ts";

/** What the troubles meet. */
export interface Scene {
  readonly plan: Plan;
  readonly site: Site;
  readonly truths: Readonly<Record<string, Truth>>;
}

/** What of a scenario a trouble changes. */
export type Changes = Partial<Scenario> & {
  readonly episodes: readonly Episode[];
  readonly outages: readonly NonNullable<Scenario["outages"]>[number][];
};

/** What the troubles do to the world that the plan looks at: each metric that sees a trouble shows it, and no other does. */
export function changesOf(planned: readonly Planned[], scene: Scene): Changes {
  const each = planned.map((item) => changeBy(item, scene));
  return Object.assign({}, ...each, {
    episodes: each.flatMap(({ episodes = [] }) => episodes),
    outages: each.flatMap(({ outages = [] }) => outages),
  }) as Changes;
}

function changeBy({ trouble, ...span }: Planned, scene: Scene): Partial<Scenario> {
  const change = changes[trouble.kind] as (trouble: Trouble, scene: Scene, span: Span) => Partial<Scenario>;
  return change(trouble, scene, span);
}

/** What a quantity shows of a trouble; `null`: nothing. */
type Change = (quantity: Quantity) => Pick<Episode, "value" | "growsBy"> | null;

interface Where extends Scene {
  readonly facets: readonly Facet[];
  readonly arm?: Episode["arm"];
}

/** An episode for each quantity of these facets that shows something. */
function episodes(where: Where, span: Span, change: Change): readonly Episode[] {
  const { plan, facets, arm = "canary" } = where;
  const seeing = quantitiesOf(plan).filter(({ metric }) => facets.includes(facetOf(metric)));
  return seeing.flatMap((quantity) => {
    const changed = change(quantity);
    return changed ? [{ of: quantity.quantity, arm, fromSharePct: 0, ...span, ...changed }] : [];
  });
}

function healthyOf({ truths }: Scene, { quantity }: Quantity): number {
  return truths[quantity]?.canary ?? 0;
}

type Changing<Kind extends Trouble["kind"]> = (
  trouble: Extract<Trouble, { readonly kind: Kind }>,
  scene: Scene,
  span: Span,
) => Partial<Scenario>;

const changes: { readonly [Kind in Trouble["kind"]]: Changing<Kind> } = {
  "failed-requests": ({ share, who }, scene, span) => {
    const arm = who === "new version" ? "canary" : "both";
    const affected = 1 - (1 - share) ** scene.site.requestsPerPerson;
    const worse =
      (value: number): Change =>
      (quantity) => ({ value: Math.max(value, healthyOf(scene, quantity)) });
    return {
      episodes: [
        ...episodes({ ...scene, facets: ["failed-requests"], arm }, span, worse(share)),
        ...episodes({ ...scene, facets: ["affected-people"], arm }, span, worse(affected)),
      ],
    };
  },
  "slow-answers": ({ share, ms, metrics }, scene, span) => ({
    episodes: episodes({ ...scene, facets: ["slow-answers"] }, span, (quantity) =>
      metrics.includes(quantity.metric.name) && ms > (quantity.slowerThanMs ?? 0)
        ? { value: Math.max(share, healthyOf(scene, quantity)) }
        : null,
    ),
  }),
  "fewer-conversions": ({ keeps, metrics }, scene, span) => ({
    episodes: episodes({ ...scene, facets: ["conversions"] }, span, (quantity) =>
      metrics.includes(quantity.metric.name) ? { value: healthyOf(scene, quantity) * keeps } : null,
    ),
  }),
  "blank-pages": (_, scene, span) => ({
    episodes: [
      ...episodes({ ...scene, facets: ["page-errors"] }, span, () => ({ value: 1 })),
      ...episodes({ ...scene, facets: ["conversions"] }, span, () => ({ value: 0 })),
    ],
  }),
  "inaccessible-pages": ({ score }, scene, span) => ({
    episodes: episodes({ ...scene, facets: ["accessibility"] }, span, (quantity) => ({
      value: healthyOf(scene, quantity) <= 1 ? score / 100 : score,
    })),
  }),
  "fatal-event": (_, { plan }, span) => ({ mishaps: mishapsOf(plan, span) }),
  "memory-leak": ({ fullInMs }, scene, span) => ({
    episodes: episodes({ ...scene, facets: ["memory"] }, span, (quantity) => {
      const value = healthyOf(scene, quantity);
      const mostValue = limitOf(value);
      return { value, growsBy: { perMs: (mostValue - value) / fullInMs, mostValue } };
    }),
  }),
  "busy-processor": ({ load }, scene, span) => ({
    episodes: episodes({ ...scene, facets: ["processor"] }, span, (quantity) => ({ value: load * limitOf(healthyOf(scene, quantity)) })),
  }),
  "low-quality": ({ ofLine }, scene, span) => ({
    episodes: episodes({ ...scene, facets: ["quality"], arm: "both" }, span, (quantity) => ({
      value: ofLine * lineOf(scene.plan, quantity),
    })),
  }),
  "dead-service": ({ sources }, { plan }, span) => ({ episodes: deadServices(sources, plan, span) }),
  "silent-sources": (_, { plan }, span) => ({
    outages: [...new Set(quantitiesOf(plan).map(({ metric }) => metric.source))].map((of) => ({ of, ...span })),
  }),
  "few-people": ({ perSecond }, { site }) => ({
    peoplePerSecond: perSecond,
    loginsPerSecond: (site.loginsPerSecond * perSecond) / site.peoplePerSecond,
  }),
  "never-ready": () => ({ readyAfterMs: Number.POSITIVE_INFINITY }),
  "mixed-versions-break": () => ({ breaksWhenMixed: true }),
  "biased-draw": ({ drawnRatio }) => ({ drawnRatio }),
  "deaf-router": (_, _scene, { fromMs, untilMs }) => ({ refusesBackMs: untilMs - fromMs }),
  "dead-controller": (_, _scene, { fromMs, untilMs, ...since }) => ({
    orders: [{ kind: "crash", atMs: fromMs, ...since }],
    restartAfterMs: untilMs - fromMs,
  }),
  "lease-over": () => ({}),
};

/** One event of the first metric that counts events. */
function mishapsOf(plan: Plan, span: Span): readonly Mishap[] {
  const counting = quantitiesOf(plan).find(({ metric }) => facetOf(metric) === "events");
  return counting ? [{ of: counting.quantity, arm: "canary", ...span }] : [];
}

/** A service that refuses connections: its probes are down, and nothing else can be read from it, whichever version runs. */
function deadServices(sources: readonly string[], plan: Plan, span: Span): readonly Episode[] {
  return quantitiesOf(plan)
    .filter(({ metric }) => sources.includes(metric.source))
    .map(({ quantity, metric }) => ({ of: quantity, arm: "both", fromSharePct: 0, ...span, value: metric.kind === "probe" ? 1 : null }));
}

/** What a load is when nothing is left: all of it where it is a share, else as far above its line as that is above the healthy load. */
function limitOf(healthy: number): number {
  return healthy <= 1 ? 1 : healthy * 4;
}

function lineOf(plan: Plan, quantity: Quantity): number {
  return Math.max(...linesOf(quantity, checksOf(plan)).map(({ at }) => at));
}
