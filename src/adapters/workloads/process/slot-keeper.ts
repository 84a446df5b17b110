import { randomUUID } from "node:crypto";
import type { SeenWorkload, Slot } from "../../../core/observation.ts";
import type { Clock } from "../../../ports.ts";
import { backOffMs } from "./back-off.ts";
import { findFreePort, isPortFree } from "./free-port.ts";
import { launch } from "./launch.ts";
import { lastLines, trimOutput } from "./output.ts";
import type { LaunchPlan } from "./plan-options.ts";
import type { ProcessRecord, StateFile } from "./state-file.ts";
import { isRunning, killRemains, stopProcess } from "./stop.ts";

/** Who has run for this long has recovered: its next crash is a first one again. */
const recoveredAfterMs = 10_000;
/** Between two looks at a process that is not this one's child: the system tells nobody else that it ended. */
const watchEveryMs = 1000;

/** What a slot shall run; `null` = nothing. */
export interface Wish {
  readonly version: string;
  readonly plan: LaunchPlan;
}

export interface SlotName {
  readonly service: string;
  readonly slot: Slot;
}

/** What all slots of one adapter share. */
export interface KeeperParts {
  readonly clock: Clock;
  readonly state: StateFile;
  readonly inherits: readonly string[];
  /** Ports that the slots have, so that no two get the same. */
  readonly ports: Set<number>;
  outputPath(name: SlotName): string;
  /** Aborts when nothing shall be started any more. */
  readonly closing: AbortSignal;
}

interface Running {
  readonly record: ProcessRecord;
  /** Resolves with how it ended. */
  readonly ended: Promise<string>;
}

/** What was found of a process when its health was asked. */
export interface Health {
  /** Which start of it was asked; `null`: none ran. */
  readonly launch: string | null;
  /** Why it is not ready; `null` = its health is good. */
  readonly notReady: string | null;
}

/** A number that a version keeps in its slot, however often it is started. */
interface Address {
  readonly version: string;
  readonly port: number;
  readonly hasAnswered: boolean;
}

/**
 * Keeps one slot of one service as it is wished: starts, replaces, stops, restarts; one step at a time, in the background. Whatever goes
 * wrong is told by `describe`, and tried again.
 */
export class SlotKeeper {
  readonly name: SlotName;
  readonly #parts: KeeperParts;
  #wish: Wish | null;
  #running: Running | null;
  #address: Address | null;
  #restarts: number;
  #isRestart = false;
  #failures = 0;
  #trouble = "";
  /** True until somebody looks after the process that was found. */
  #isFound: boolean;
  #wake = new AbortController();
  #isSettling = false;
  #settled: Promise<void> = Promise.resolve();

  /** `record`: a process that runs from before, and goes on until another word comes; `null`: none. */
  constructor(name: SlotName, record: ProcessRecord | null, parts: KeeperParts) {
    this.name = name;
    this.#parts = parts;
    this.#wish = record;
    this.#running = record && { record, ended: Promise.resolve("it ended") };
    this.#isFound = record !== null;
    this.#address = record;
    this.#restarts = record?.restarts ?? 0;
    if (record !== null) parts.ports.add(record.port);
  }

  /** From now on the slot shall be as wished. Returns at once. */
  want(wish: Wish | null): void {
    const isOther = wish?.version !== this.#wish?.version;
    this.#wish = wish;
    if (isOther) this.#beginAnew();
    void this.settle();
  }

  /** Takes the steps that are missing; resolves when none is for now. */
  settle(): Promise<void> {
    if (!this.#isSettling) {
      this.#isSettling = true;
      this.#settled = this.#takeSteps();
    }
    return this.#settled;
  }

  /** The process that runs now; `null`: none. One that was found dead is started again. */
  running(): ProcessRecord | null {
    if (this.#running !== null && isRunning(this.#running.record)) return this.#running.record;
    void this.settle();
    return null;
  }

  /** Its health answered 2xx: from now on its version has an address here. */
  noteAnswer({ launch: answered }: ProcessRecord): void {
    const record = this.#running?.record;
    if (this.#running === null || record?.launch !== answered || record.hasAnswered) return;
    this.#remember({ ...this.#running, record: { ...record, hasAnswered: true } });
  }

  /** Cuts the output file back when it has grown large. */
  async trim(): Promise<void> {
    try {
      await trimOutput(this.#parts.outputPath(this.name));
    } catch (error) {
      this.#trouble = `its output cannot be cut back: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  /** What people and the release may know; `null`: nothing runs here, and nothing shall. */
  describe({ launch, notReady }: Health): SeenWorkload | null {
    const version = this.#running?.record.version ?? this.#wish?.version;
    if (version === undefined) return null;
    const isStaying = this.#wish?.version === version;
    const address = isStaying && this.#address?.version === version && this.#address.hasAnswered ? this.#address : null;
    // While its health was on its way another process may have taken the slot.
    const isAnother = this.#running?.record.launch !== launch;
    const state = isStaying ? (notReady ?? (isAnother ? "it has just been started" : null)) : "it is being stopped";
    const isTold = this.#trouble !== "" && (state !== null || this.#restarts > 0);
    return {
      version,
      isReady: state === null,
      urls: address === null ? [] : [`http://127.0.0.1:${address.port}`],
      restarts: this.#restarts,
      detail: [...(state === null ? [] : [state]), ...(isTold ? [this.#trouble] : [])].join("; "),
    };
  }

  /** Looks after a process that was found, until it ends or the server closes. */
  async watch(): Promise<void> {
    if (!this.#isFound) return;
    this.#isFound = false;
    const { clock, closing } = this.#parts;
    while (this.running() !== null && !closing.aborted) await clock.wait(watchEveryMs, closing);
  }

  /** Another version has nothing to do with what went wrong with the last one; a wait for its next try ends. */
  #beginAnew(): void {
    this.#restarts = 0;
    this.#isRestart = false;
    this.#failures = 0;
    this.#trouble = "";
    this.#wake.abort();
    this.#wake = new AbortController();
  }

  async #takeSteps(): Promise<void> {
    try {
      while (await this.#takeStep());
    } finally {
      this.#isSettling = false;
    }
  }

  /** False when there is nothing to do for now. */
  async #takeStep(): Promise<boolean> {
    if (this.#parts.closing.aborted) return false;
    try {
      if (this.#running !== null) return await this.#stepFrom(this.#running);
      if (this.#wish === null) return false;
      await this.#start(this.#wish);
    } catch (error) {
      await this.#fail(error instanceof Error ? error.message : String(error));
    }
    return true;
  }

  async #stepFrom(running: Running): Promise<boolean> {
    if (!isRunning(running.record)) {
      await this.#noteEnd(running);
      return true;
    }
    if (this.#wish?.version === running.record.version) return false;
    await stopProcess(running.record, this.#parts.clock);
    this.#forget(running.record);
    return true;
  }

  async #start(wish: Wish): Promise<void> {
    const port = await this.#findPort(wish);
    if (this.#parts.closing.aborted || this.#wish?.version !== wish.version) return;
    const record = this.#draft(wish, port);
    this.#parts.state.put(record);
    const outputPath = this.#parts.outputPath(this.name);
    const running = await launch({ record, outputPath, inherits: this.#parts.inherits }).catch((error: unknown) => {
      this.#forget(record);
      throw error;
    });
    this.#restarts = record.restarts;
    this.#isRestart = false;
    this.#remember(running);
    void running.ended.then(() => this.settle());
  }

  #draft(wish: Wish, port: number): ProcessRecord {
    const { service, slot } = this.name;
    const { version, plan } = wish;
    const hasAnswered = this.#address?.version === version && this.#address.port === port && this.#address.hasAnswered;
    const restarts = this.#isRestart ? this.#restarts + 1 : this.#restarts;
    const startedMs = this.#parts.clock.nowMs();
    const none = { pid: null, identity: null };
    return { service, slot, version, launch: randomUUID(), ...none, port, plan, startedMs, restarts, hasAnswered };
  }

  async #findPort(wish: Wish): Promise<number> {
    const { ports } = this.#parts;
    if (this.name.slot === "stable") {
      const { stablePort } = wish.plan;
      if (!(await isPortFree(stablePort))) throw new Error(`port ${stablePort} is in use by another program`);
      return stablePort;
    }
    const last = this.#address?.version === wish.version ? this.#address.port : null;
    if (last !== null && (await isPortFree(last))) return last;
    const port = await findFreePort(ports);
    ports.add(port);
    return port;
  }

  async #noteEnd({ record, ended }: Running): Promise<void> {
    const how = await ended;
    killRemains(record);
    const words = await lastLines(this.#parts.outputPath(this.name), 5);
    this.#forget(record);
    if (this.#wish?.version !== record.version) return;
    if (this.#parts.clock.nowMs() - record.startedMs > recoveredAfterMs) this.#failures = 0;
    this.#isRestart = true;
    await this.#fail(words.length === 0 ? how : `${how}, last words: ${words.join(" / ").slice(-400)}`);
  }

  /** The next try comes later, each time twice as late. */
  async #fail(trouble: string): Promise<void> {
    this.#failures += 1;
    this.#trouble = trouble;
    await this.#parts.clock.wait(backOffMs(this.#failures), AbortSignal.any([this.#wake.signal, this.#parts.closing]));
  }

  #remember(running: Running): void {
    this.#running = running;
    this.#address = running.record;
    this.#parts.state.put(running.record);
  }

  #forget(record: ProcessRecord): void {
    this.#running = null;
    this.#parts.state.remove(record);
    if (this.#wish?.version !== record.version) this.#parts.ports.delete(record.port);
  }
}
