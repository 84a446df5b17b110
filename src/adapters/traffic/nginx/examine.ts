import { z } from "zod";
import type { Plan } from "../../../core/plan.ts";
import { PortError } from "../../../ports.ts";
import type { Check } from "../../define.ts";
import { publicUrl } from "../../exchange.ts";
import type { Ask } from "./control.ts";

/** The version of `examples/nginx/serin.lua` that this adapter speaks with. */
const script = 1;
/** The first Lua module with everything that the script uses, as it counts its versions (0.10.20). */
const oldestLua = 10_020;

const aboutSchema = z.object({
  script: z.number(),
  nginx: z.string(),
  lua: z.number(),
  workers: z.number(),
  routes: z.array(z.object({ path: z.string(), service: z.string() })),
  /** What became of the last order on disk; `null`: no `state_file`. */
  stateFile: z.string().nullable(),
});

type About = z.infer<typeof aboutSchema>;

export interface Examining {
  readonly control: readonly string[];
  readonly plan: Plan;
  readonly ask: Ask;
  readonly signal: AbortSignal;
}

/** Looks at every nginx: is its control location there, with this token and script, and what does it serve when it has no order. */
export async function examineNginx(examining: Examining): Promise<readonly Check[]> {
  return (await Promise.all(examining.control.map((control) => examineOne(control, examining)))).flat();
}

async function examineOne(control: string, { plan, ask, signal }: Examining): Promise<readonly Check[]> {
  const what = `nginx at ${publicUrl(control)}`;
  try {
    const about = await ask({ control, method: "GET", path: "/about", body: null }, aboutSchema, signal);
    return [sayProgram(what, about), sayRoutes(what, about, plan), sayState(what, about)];
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const says = `${error instanceof Error ? error.message : String(error)}.`;
    const remedy =
      error instanceof PortError && says.includes("answered 401")
        ? "Give the router's connection the token of nginx's token_file."
        : "Start nginx with examples/nginx/serin.lua, and write the address of its control location as control of the router's connection.";
    return [{ what, verdict: "wrong", says, remedy }];
  }
}

function sayProgram(what: string, about: About): Check {
  const says = `nginx ${about.nginx} with ${about.workers} ${about.workers === 1 ? "worker" : "workers"}, Lua module 0.${Math.floor(about.lua / 1000)}.${about.lua % 1000}, serin.lua ${about.script}.`;
  if (about.script !== script) {
    return { what, verdict: "wrong", says, remedy: `Copy serin.lua of this serin (version ${script}) beside nginx.conf and reload nginx.` };
  }
  if (about.lua < oldestLua) return { what, verdict: "wrong", says, remedy: "Install the Lua module 0.10.20 or later." };
  return { what, verdict: "ok", says, remedy: null };
}

/** What nginx would do without an order: after a restart without its state file, and before the first release. */
function sayRoutes(what: string, about: About, plan: Plan): Check {
  const missing = plan.traffic.routes.filter(
    ({ path, service }) => !about.routes.some((one) => one.path === path && one.service === service),
  );
  if (missing.length === 0) return { what: `${what}, routes`, verdict: "ok", says: "Every route of the plan is there.", remedy: null };
  return {
    what: `${what}, routes`,
    verdict: "doubtful",
    says: `Without an order it does not know ${missing.map(({ path, service }) => `${path} to ${service}`).join(", ")}.`,
    remedy: "Write the plan's routes, and where stable answers, as routes and stable of serin.configure in nginx.conf.",
  };
}

function sayState(what: string, { stateFile }: About): Check {
  const at = `${what}, state file`;
  if (stateFile === null) {
    const says = "None: after a restart of nginx people are sent where nginx.conf says, until the controller speaks.";
    return { what: at, verdict: "doubtful", says, remedy: "Name a state_file in serin.configure, in a folder that the workers may write." };
  }
  if (stateFile === "kept" || stateFile === "not needed yet")
    return { what: at, verdict: "ok", says: `The last order is ${stateFile}.`, remedy: null };
  const remedy = "Give the workers of nginx a folder that they may write, and name a state_file in it.";
  return { what: at, verdict: "doubtful", says: `The last order was not kept: ${stateFile}.`, remedy };
}
