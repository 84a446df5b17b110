/*
 * The programs of examples/command/serin.yaml: each reads one JSON object from its standard input, as docs/adapters/command.md has it.
 *   node examples/command/steer.ts set STATE.json < word
 */
import { readFileSync, renameSync, writeFileSync } from "node:fs";

interface Wanted {
  readonly release: string;
  readonly revision: number;
  readonly sharePct: number;
  readonly audience: string;
  readonly stableSlot: string;
  readonly routes: readonly { readonly path: string; readonly service: string }[];
  readonly targets: Readonly<Record<string, { readonly canary: readonly string[]; readonly stable: readonly string[] }>>;
}

const [what, file = "state.json"] = process.argv.slice(2);
const word = JSON.parse(readFileSync(0, "utf8")) as { readonly wanted: Wanted; readonly attempt: Attempt };

function kept(): Wanted | null {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Wanted;
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return null;
    throw error;
  }
}

/** The older word of one release is left unheard. Written beside and renamed, so that the balancer never reads half of it. */
function set(wanted: Wanted): void {
  const before = kept();
  if (before?.release === wanted.release && before.revision > wanted.revision) return;
  const beside = `${file}.${process.pid}`;
  writeFileSync(beside, JSON.stringify(wanted));
  renameSync(beside, file);
}

function get(): void {
  const { release = null, sharePct = 0, audience = "everyone", stableSlot = "stable", targets = {} } = kept() ?? {};
  const isServing = release !== null && Object.values(targets).every(({ stable }) => stable.length > 0);
  process.stdout.write(JSON.stringify({ release, sharePct, audience, stableSlot, targets, isServing }));
}

interface Attempt {
  readonly request: string;
  readonly arms: Readonly<Record<string, "canary" | "stable">>;
}

async function attempt({ request, arms }: Attempt): Promise<void> {
  const [method = "GET", path = "/"] = request.split(" ");
  const state = kept();
  const [route] = (state?.routes ?? []).filter((one) => path.startsWith(one.path)).toSorted((a, b) => b.path.length - a.path.length);
  const service = route?.service ?? "";
  const url = state?.targets[service]?.[arms[service] ?? "stable"][0];
  if (url === undefined) {
    process.stdout.write(JSON.stringify({ status: 0, detail: `no address is known for ${path}` }));
    return;
  }
  const status = await fetch(new URL(path, url), { method, redirect: "manual" }).then(
    (answer) => answer.status,
    () => 0,
  );
  process.stdout.write(JSON.stringify({ status, detail: `${service} on ${arms[service] ?? "stable"}` }));
}

if (what === "set") set(word.wanted);
else if (what === "get") get();
else if (what === "attempt") await attempt(word.attempt);
else {
  process.stderr.write("set, get or attempt\n");
  process.exitCode = 64;
}
