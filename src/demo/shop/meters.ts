import { Counter, Gauge, Histogram, Registry } from "prom-client";

/** What one process of the shop counts about itself, in the names that `examples/laptop/plan.yaml` asks for. */
export interface Meters {
  answered(answer: { readonly method: string; readonly route: string; readonly status: number; readonly tookMs: number }): void;
  fatal(): void;
  /** The page for `GET /metrics`, exposition format 0.0.4. */
  page(): Promise<string>;
  readonly contentType: string;
}

/** Meters that start at zero, every series labelled with the service and its version. */
export function createMeters(service: string, version: string): Meters {
  const registry = new Registry();
  registry.setDefaultLabels({ service, version });
  const registers = [registry];
  const requests = new Counter({
    name: "http_requests_total",
    help: "Requests answered.",
    labelNames: ["method", "route", "status"],
    registers,
  });
  const seconds = new Histogram({
    name: "http_request_duration_seconds",
    help: "Time from the request's first byte to the answer's last.",
    labelNames: ["method", "route"],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5],
    registers,
  });
  const fatals = new Counter({
    name: "shop_fatal_errors_total",
    help: "Errors after which nothing of an order can be trusted.",
    registers,
  });
  meterProcess(registry);
  return {
    answered({ method, route, status, tookMs }) {
      requests.inc({ method, route, status: String(status) });
      seconds.observe({ method, route }, tookMs / 1000);
    },
    fatal: () => fatals.inc(),
    page: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

/** Source: https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics */
function meterProcess(registry: Registry): void {
  let countedSeconds = 0;
  const processor = new Counter({
    name: "process_cpu_seconds_total",
    help: "Processor time, user and system.",
    registers: [],
    collect() {
      const { user, system } = process.cpuUsage();
      const nowSeconds = (user + system) / 1_000_000;
      this.inc(nowSeconds - countedSeconds);
      countedSeconds = nowSeconds;
    },
  });
  const memory = new Gauge({
    name: "process_resident_memory_bytes",
    help: "Resident memory.",
    registers: [],
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  const started = new Gauge({ name: "process_start_time_seconds", help: "Epoch seconds at which the process began.", registers: [] });
  started.set(performance.timeOrigin / 1000);
  for (const metric of [processor, memory, started]) registry.registerMetric(metric);
}
