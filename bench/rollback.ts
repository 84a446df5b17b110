// The way back, router by router: from the controller's word, which follows its commit at once, to the last request that the canary is sent; beside
// it the time of the server's bare command in the same run.
import { spawnSync } from "node:child_process";
import { quantileOf } from "./edge/measures.ts";
import type { ShareChanges } from "./edge/measures.ts";
import { endOnInterrupt } from "./edge/scene.ts";
import { measureRollback } from "./rollback/measure.ts";
import type { RollbackRouter } from "./rollback/measure.ts";
import { rollbackRouters } from "./rollback/routers.ts";
import { openShop } from "./rollback/shop.ts";

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const columns = [
  "by",
  "* forwarded p50",
  "* forwarded p99",
  "* said done p50",
  "* said done p99",
  "* drained p50",
  "* drained p99",
  "failed",
];

/** One line for each router and way. Quick: a look, of a fifth of the changes. */
export async function bench({ quick }: { readonly quick: boolean }): Promise<void> {
  endOnInterrupt();
  const how = { rounds: quick ? 1 : 5, changes: 80, gapMs: 40, connections: 32 };
  say(
    `${how.rounds * how.changes} changes between 50 % and 0 % by serin and as many by the bare command, in turns, ${how.connections} connections that`,
  );
  say(
    "repeat nothing. From the call: ms until the last request to the canary was forwarded, until the router said that it is done, and until",
  );
  say("the last answer of the canary was there. Ratios carry over to other machines; figures marked * are of this one, now.\n");
  say(`  ${"".padEnd(14)}${columns.map((column) => column.padStart(17)).join("")}`);
  for (const router of rollbackRouters) {
    const missing = router.needs.filter((need) => !isThere(need));
    if (missing.length > 0) say(`  ${router.name.padEnd(14)}${missing.join(" and ")} not installed: scripts/setup-system.sh`);
    else await measure(router, how);
  }
}

async function measure(router: RollbackRouter, how: Parameters<typeof measureRollback>[2]): Promise<void> {
  const shop = await openShop();
  try {
    const { serin, bare, bareSays } = await measureRollback(router, shop, how);
    const failed = [row(router.name, "serin", serin), row("", bareSays, bare)];
    if (failed.some((count) => count > 0) && !router.mayBreakOff) process.exitCode = 1;
    const ratio = (of: (all: ShareChanges) => readonly number[], quantile: number): string => {
      const [own, other] = [serin, bare].map((rounds) => quantileOf(rounds.flatMap(of), quantile));
      const times = (own ?? Number.NaN) / (other ?? Number.NaN);
      // Often nothing is forwarded any more after the call: then there is nothing to divide by.
      return Number.isFinite(times) ? `× ${times.toFixed(2)}` : "-";
    };
    const forwarded = [0.5, 0.99].map((quantile) => ratio((all) => all.lastForwardedMs, quantile));
    const done = [0.5, 0.99].map((quantile) => ratio((all) => all.callMs, quantile));
    say(`  ${"".padEnd(14)}${["ratio", ...forwarded, ...done].map((cell) => cell.padStart(17)).join("")}`);
    say(router.note === undefined ? "" : `  ${"".padEnd(14)}${router.note}\n`);
  } finally {
    await shop.close();
  }
}

/** Answers how many requests failed. */
function row(name: string, by: string, rounds: readonly ShareChanges[]): number {
  const ms = (of: (all: ShareChanges) => readonly number[]): readonly string[] =>
    [0.5, 0.99].map((quantile) => quantileOf(rounds.flatMap(of), quantile).toFixed(2));
  const failed = rounds.flatMap((all) => all.failed);
  const requests = rounds.reduce((total, all) => total + all.requests, 0);
  const cells = [
    by,
    ...ms((all) => all.lastForwardedMs),
    ...ms((all) => all.callMs),
    ...ms((all) => all.lastCanaryMs),
    `${failed.length} of ${Math.round(requests / 1000)}k`,
  ];
  say(`  ${name.padEnd(14)}${cells.map((cell) => cell.padStart(17)).join("")}`);
  if (failed.length > 0) say(`  ${"".padEnd(14)}failed: ${[...new Set(failed)].join(", ")}`);
  return failed.length;
}

function isThere(need: string): boolean {
  return spawnSync("sh", ["-c", 'command -v "$0" >/dev/null || test -e "$0"', need], { stdio: "ignore" }).status === 0;
}
