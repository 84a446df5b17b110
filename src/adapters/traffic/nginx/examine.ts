import { z } from "zod";
import type { Plan } from "../../../core/plan.ts";
import { PortError } from "../../../ports.ts";
import { doubtful, fine, wrong } from "../../check.ts";
import type { Check } from "../../define.ts";
import { publicUrl } from "../../exchange.ts";
import type { Ask } from "./control.ts";
import { findings, subjects } from "./findings.ts";

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
  const at = publicUrl(control);
  try {
    const about = await ask({ control, method: "GET", path: "/about", body: null }, aboutSchema, signal);
    return [checkProgram(at, about), checkRoutes(at, about, plan), checkState(at, about)];
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const why = error instanceof Error ? error.message : String(error);
    const isRefused = error instanceof PortError && why.includes("answered 401");
    return [wrong(subjects.nginx(at), isRefused ? findings.tokenOther(why) : findings.silent(why))];
  }
}

function checkProgram(at: string, about: About): Check {
  const what = subjects.nginx(at);
  if (about.script !== script) return wrong(what, findings.scriptOther(about, script));
  return about.lua < oldestLua ? wrong(what, findings.luaOld(about)) : fine(what, findings.program(about));
}

/** What nginx would do without an order: after a restart without its state file, and before the first release. */
function checkRoutes(at: string, about: About, plan: Plan): Check {
  const missing = plan.traffic.routes.filter(
    ({ path, service }) => !about.routes.some((one) => one.path === path && one.service === service),
  );
  const what = subjects.routes(at);
  return missing.length === 0 ? fine(what, findings.hasRoutes()) : doubtful(what, findings.lacksRoutes(missing));
}

function checkState(at: string, { stateFile }: About): Check {
  const what = subjects.stateFile(at);
  if (stateFile === null) return doubtful(what, findings.noStateFile());
  if (stateFile === "kept") return fine(what, findings.orderKept());
  return stateFile === "not needed yet" ? fine(what, findings.orderNotNeeded()) : doubtful(what, findings.orderNotKept(stateFile));
}
