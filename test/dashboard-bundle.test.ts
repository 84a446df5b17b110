import { gzipSync } from "node:zlib";
import { join } from "node:path";
import { build } from "vite";
import type { Rolldown } from "vite";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { top } from "./tree.ts";

/** What the first load may weigh, bytes of gzip. */
const firstLoadBytes = 150_000;

describe("the dashboard as it is built", () => {
  let output: readonly (Rolldown.OutputChunk | Rolldown.OutputAsset)[] = [];
  beforeAll(async () => {
    // As for people: a test runner says otherwise.
    vi.stubEnv("NODE_ENV", "production");
    const built = await build({ configFile: join(top, "web/vite.config.ts"), logLevel: "error", build: { write: false } });
    output = (built as Rolldown.RolldownOutput).output;
  });

  afterAll(() => void vi.unstubAllEnvs());

  const chunks = (): readonly Rolldown.OutputChunk[] => output.filter((file) => file.type === "chunk");
  const page = (): string => {
    const file = output.find(({ fileName }) => fileName === "index.html");
    return file?.type === "asset" ? String(file.source) : "";
  };

  /** The script of the page with everything that it imports at once. */
  function firstLoad(): readonly Rolldown.OutputChunk[] {
    const found = new Set<string>();
    const take = (name: string): void => {
      if (found.has(name)) return;
      found.add(name);
      for (const imported of chunks().find(({ fileName }) => fileName === name)?.imports ?? []) take(imported);
    };
    for (const { fileName, isEntry } of chunks()) if (isEntry) take(fileName);
    return chunks().filter(({ fileName }) => found.has(fileName));
  }

  test("loads less than 150 kB of script at first, and rare screens later", () => {
    const bytes = firstLoad().reduce((sum, { code }) => sum + gzipSync(code).length, 0);
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThan(firstLoadBytes);
    expect(chunks().length).toBeGreaterThan(firstLoad().length);
  });

  test("holds neither the library that checks bodies nor the one that draws charts in the first load", () => {
    const modules = firstLoad().flatMap(({ moduleIds }) => moduleIds);
    expect(modules.some((id) => id.includes("/react-dom/"))).toBe(true);
    expect(modules.filter((id) => /node_modules\/(?:zod|uplot)\//.test(id))).toEqual([]);
  });

  test("works under a strict policy: no script or style stands in the page, and nothing comes from elsewhere", () => {
    expect(page()).toMatch(/<script type="module" crossorigin src="\/assets\//);
    expect(page()).not.toMatch(/<script(?![^>]* src=)|<style|\sstyle=|\son\w+=|https?:/);
    const styles = output.flatMap((file) => (file.type === "asset" && file.fileName.endsWith(".css") ? [String(file.source)] : []));
    expect(styles.length).toBeGreaterThan(0);
    expect(styles.filter((style) => /@import|url\(\s*["']?(?:https?:)?\/\//.test(style))).toEqual([]);
  });
});
