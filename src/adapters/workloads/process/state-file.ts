import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { PortError } from "../../../ports.ts";
import { launchPlan } from "./plan-options.ts";

const slots = ["stable", "canary", "previous"] as const;

const record = z.strictObject({
  service: z.string(),
  slot: z.enum(slots),
  version: z.string(),
  /** Marks everything that this launch started. */
  launch: z.string(),
  /** `null`: it was about to be started, and whether it was is not known. */
  pid: z.int().positive().nullable(),
  /** What `identify(pid)` said when it was started; `null` together with `pid`. */
  identity: z.string().nullable(),
  port: z.int(),
  plan: launchPlan,
  startedMs: z.number(),
  restarts: z.int(),
  /** True once its health was answered with 2xx. */
  hasAnswered: z.boolean(),
});

/** One process that runs, or may run, as it is written down so that another serin finds it. */
export type ProcessRecord = Readonly<z.infer<typeof record>>;

const content = z.strictObject({ format: z.literal(1), processes: z.array(record) });

/**
 * The processes of this folder, on disk. Every change is written before the next step is taken and replaces the file as a whole. It is made
 * for the death of serin, not of the machine: with that the processes are gone too, so nothing is synced.
 */
export class StateFile {
  readonly #path: string;
  readonly #records: Map<string, ProcessRecord>;

  /** Reads what is there. Throws a `PortError` when the file is not one of ours: then nobody knows what runs. */
  constructor(folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#path = join(folder, "processes.json");
    this.#records = new Map(readRecords(this.#path).map((found) => [keyOf(found), found]));
  }

  all(): readonly ProcessRecord[] {
    return [...this.#records.values()];
  }

  put(changed: ProcessRecord): void {
    this.#records.set(keyOf(changed), changed);
    this.#write();
  }

  /** Forgets the record of this launch; another one in its slot stays. */
  remove(gone: ProcessRecord): void {
    if (this.#records.get(keyOf(gone))?.launch !== gone.launch) return;
    this.#records.delete(keyOf(gone));
    this.#write();
  }

  #write(): void {
    const draft = `${this.#path}.new`;
    writeFileSync(draft, `${JSON.stringify({ format: 1, processes: this.all() }, null, 1)}\n`, { mode: 0o600 });
    renameSync(draft, this.#path);
  }
}

function keyOf({ service, slot }: Pick<ProcessRecord, "service" | "slot">): string {
  return JSON.stringify([service, slot]);
}

function readRecords(path: string): readonly ProcessRecord[] {
  const text = readIfThere(path);
  if (text === null) return [];
  try {
    return content.parse(JSON.parse(text)).processes;
  } catch (cause) {
    throw new PortError(`${path} is damaged: serin cannot tell which processes it started. Stop them by hand, then remove the file.`, {
      retry: "later",
      cause,
    });
  }
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}
