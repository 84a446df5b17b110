import { vi } from "vitest";

/**
 * How long a test waits for a condition where it does not say: long, for it only protects against hanging. vitest's own default of one second is
 * less than what a loaded machine may need for a page, a process or a commit; that of `expect.poll` stands in `vitest.config.ts`.
 */
const patience = { timeout: 30_000 };

type Waiting = { timeout?: number; interval?: number } | number;
const withPatience = (options: Waiting = {}): Waiting => (typeof options === "number" ? options : { ...patience, ...options });
const { waitFor, waitUntil } = vi;

vi.waitFor = (condition, options) => waitFor(condition, withPatience(options));
vi.waitUntil = (condition, options) => waitUntil(condition, withPatience(options));
