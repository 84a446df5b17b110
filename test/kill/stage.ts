import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { apiOf } from "../../src/demo/api.ts";
import { freePort } from "../../src/demo/free-port.ts";
import { fairWeather } from "../../src/demo/weather.ts";
import { createCrowd } from "../../src/demo/people.ts";
import type { Crowd } from "../../src/demo/people.ts";
import { habits } from "../../src/demo/person.ts";
import { stopWorkloads } from "../../src/demo/stop-workloads.ts";
import type { SmallDisk } from "../fixtures/small-disk.ts";
import { serinGoing } from "../fixtures/serin.ts";
import { killPlan } from "./plan.ts";
import type { KillPlanOptions } from "./plan.ts";
import { openReceiver } from "./receiver.ts";
import type { Receiver } from "./receiver.ts";
import { ServerProcess } from "./server-process.ts";
import { openWiretap } from "./wiretap.ts";
import type { Wiretap } from "./wiretap.ts";

export type TeamMember = "Camille" | "Noor";

/** Who works here: Noor begins a release and looks at quality, Camille leads it, so that she may approve it. */
const team = [
  { name: "Camille", roles: ["release-manager"] },
  { name: "Noor", roles: ["qa-lead", "devops-lead"] },
] as const;

/** The real thing at small scale: an edge, a shop of two processes with its people, somebody who is told, and the server that is killed. */
export interface Stage {
  readonly dir: string;
  readonly dataDir: string;
  readonly edgeUrl: string;
  readonly serverUrl: string;
  readonly server: ServerProcess;
  /** Between server and edge. */
  readonly tap: Wiretap;
  readonly receiver: Receiver;
  readonly crowd: Crowd;
  /** Whether the edge still waits for the controller's next word: "held", "expired" or "none". */
  lease(): Promise<string>;
  tokenOf(name: TeamMember): string;
  planText(options: KillPlanOptions): string;
  /** Ends everything that was started; removes the folder unless it is to be kept. */
  close(end: "keep the folder" | "remove the folder"): Promise<void>;
}

const token = "a-token-of-sixteen-or-more";
const secret = `whsec_${Buffer.from("0123456789abcdef0123456789abcdef").toString("base64")}`;

/**
 * Builds a stage with version 1 of the shop behind the edge and `peoplePerSecond` in it, the data folder on `disk` unless that is `null`. What was
 * started is ended again when this fails.
 */
export async function openStage(peoplePerSecond: number, disk: SmallDisk | null = null): Promise<Stage> {
  const dir = await mkdtemp(join(tmpdir(), "serin-kill-"));
  await using started = new AsyncDisposableStack();
  let isKept = false;
  started.defer(async () => {
    if (!isKept) await rm(dir, { recursive: true, force: true });
  });
  const file = (name: string): string => join(dir, name);
  // A server is started hundreds of times: what it is compiled to is kept.
  const env = { NODE_COMPILE_CACHE: file("compiled") };
  await writeFile(file("edge.token"), token, { mode: 0o600 });
  await writeFile(file("receiver.secret"), secret, { mode: 0o600 });
  const receiver = await openReceiver();
  started.defer(() => receiver.close());
  const edgeWords = ["--listen=127.0.0.1:0", "--control=127.0.0.1:0", `--data=${file("edge")}`, `--token-file=${file("edge.token")}`];
  const edge = await serinGoing(["edge", ...edgeWords, "--turn=1s"], { env });
  started.defer(async () => void (await edge.end("SIGTERM")));
  const tap = await openWiretap(edge.ready["control"] ?? "");
  started.defer(() => tap.close());
  await writeFile(file("serin.yaml"), serverFile(tap.url, receiver.url));
  const [port, frontend, backend] = [await freePort(), await freePort(), await freePort()];
  const listen = `127.0.0.1:${port}`;
  const dataDir = join(disk?.seen ?? dir, "data");
  const server = new ServerProcess({
    dataDir: join(disk?.path ?? dir, "data"),
    configFile: file("serin.yaml"),
    listen,
    logFile: file("server.log"),
    env,
    enter: disk?.enter ?? [],
  });
  started.defer(() => stopWorkloads(join(dataDir, "process")));
  started.defer(async () => void (await server.end("SIGKILL")));
  // What is compiled is written down by a process that ends in peace.
  await server.start(0);
  await server.end("SIGTERM");
  await server.start(0);
  const { people } = JSON.parse(await readFile(join(dataDir, "tokens.json"), "utf8")) as {
    readonly people: readonly { readonly name: string; readonly token: string }[];
  };
  const tokens = new Map(people.map((person) => [person.name, person.token]));
  const ports = { frontend, backend };
  const serverUrl = `http://${listen}`;
  await apiOf({ url: serverUrl, up: async () => undefined, fallen: () => 0 }, tokens.get("Camille") ?? "").startStable({
    plan: { text: killPlan(ports, { keepPrevious: "0" }), file: "plan.yaml" },
    versions: { frontend: "1", backend: "1" },
    reason: "the shop opens",
  });
  const edgeUrl = edge.ready["listening"] ?? "";
  const crowd = createCrowd({ originOf: () => edgeUrl, seed: 1, habits, weather: () => fairWeather });
  started.defer(() => crowd.leave());
  crowd.arrive(peoplePerSecond);
  const all = started.move();
  return {
    dir,
    dataDir,
    edgeUrl,
    serverUrl,
    server,
    tap,
    receiver,
    crowd,
    lease: () => leaseOf(edge.ready["control"] ?? ""),
    tokenOf: (name) => tokens.get(name) ?? "",
    planText: (options) => killPlan(ports, options),
    async close(end) {
      isKept = end === "keep the folder";
      await all.disposeAsync();
    },
  };
}

async function leaseOf(control: string): Promise<string> {
  const answer = await fetch(`${control}/seen`, { headers: { authorization: `Bearer ${token}` } });
  return ((await answer.json()) as { readonly lease: string }).lease;
}

/** Who works here, where the edge is (as far as the server knows), and who is told. */
function serverFile(control: string, receiver: string): string {
  const edge = (): unknown => ({ kind: "edge", control: [control], token: { file: "edge.token" } });
  return stringify({
    apiVersion: "serin.dev/v1",
    kind: "Server",
    people: team,
    connections: {
      routers: { edge: edge() },
      sources: { edge: edge() },
      workloads: { process: { kind: "process", inherit: ["NODE_COMPILE_CACHE"] } },
      notifiers: { receiver: { kind: "webhook", url: receiver, timeout: "25s", secret: { file: "receiver.secret" } } },
    },
  });
}
