import { readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../../make-folder.ts";

/** The reports of the latest runs, as files: so many runs are kept, older ones are removed. */
export class KeptReports {
  readonly #folder: string;
  readonly #most: number;

  /** `dataDir`: where the folder `reports` is; `most`: runs that are kept. */
  constructor(at: { readonly dataDir: string; readonly most: number }) {
    this.#folder = join(at.dataDir, "reports");
    this.#most = at.most;
  }

  /** Takes a run's folder in under a name that tells when, which version and which page; answers the path of its HTML. */
  async keep(run: { readonly folder: string; readonly atMs: number; readonly arm: string; readonly path: string }): Promise<string> {
    makeFolder(this.#folder);
    const page = run.path
      .replaceAll(/[^a-zA-Z0-9]+/g, "-")
      .replaceAll(/^-+|-+$/g, "")
      .slice(0, 60);
    const name = `${new Date(run.atMs).toISOString().replaceAll(":", "-")}-${run.arm}${page === "" ? "" : `-${page}`}`;
    const kept = join(this.#folder, name);
    await rm(kept, { recursive: true, force: true });
    await rename(run.folder, kept);
    const all = (await readdir(this.#folder)).sort();
    for (const old of all.slice(0, Math.max(0, all.length - this.#most)))
      await rm(join(this.#folder, old), { recursive: true, force: true });
    return join(kept, "report.html");
  }

  /** The name of a report below the folder of reports, for an address. */
  static nameOf(html: string): string {
    return html.split("/").slice(-2).join("/");
  }
}
