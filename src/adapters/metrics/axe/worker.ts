import { parentPort } from "node:worker_threads";
import { inspect } from "./inspect.ts";
import type { Page } from "./inspect.ts";

/* The thread in which pages are looked at: one page in, what was found out. It is ended from outside when a page takes too long. */
parentPort?.on("message", (page: Page) => {
  void inspect(page).then((inspected) => parentPort?.postMessage(inspected, []));
});
