import type { Role } from "../src/core/plan.ts";
import { pathOf, routes } from "../src/http/contract.ts";
import type { StartReleaseAnswer } from "../src/http/contract.ts";
import type { SimulatedServer } from "../src/sim/serve.ts";

/** What is released of the simulated shop. */
const versions = { frontend: "ecomsimply/frontend:3.0.0", backend: "ecomsimply/backend:3.0.0" };

/** Begins a release of the server's plan by the API, as its DevOps lead; answers its id. */
export async function beginRelease(server: SimulatedServer): Promise<string> {
  const { method } = routes.startRelease;
  const [, { name }] = server.team;
  const headers = {
    authorization: `Bearer ${server.tokenOf(name)}`,
    "content-type": "application/json",
    "idempotency-key": "people-at-work",
  };
  const body = JSON.stringify({ plan: server.plan, versions, reason: "Awwwards UI Refonte" });
  const answer = await fetch(server.url + pathOf(routes.startRelease), { method, headers, body });
  if (!answer.ok) throw new Error(`no release began: ${await answer.text()}`);
  return ((await answer.json()) as StartReleaseAnswer).id;
}

/** Whoever holds these roles approves what waits for them, one after the other, a simulated second each. */
export async function signAs({ engine, playground, team }: SimulatedServer, release: string, roles: readonly Role[]): Promise<void> {
  for (const role of roles) {
    const by = team.find((person) => person.roles.includes(role));
    const view = await engine.view(release);
    if (by === undefined || view === null) throw new Error(`no ${role} can sign here`);
    const { revision: expectRevision } = view.release;
    const id = `${release}-${expectRevision}-${role}`;
    await engine.ask({ id, release, atMs: engine.nowMs(), by, kind: "approve", expectRevision, reason: "vu", as: role });
    await playground.pass(1_000);
  }
}
