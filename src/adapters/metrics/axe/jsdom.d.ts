/** What this adapter uses of jsdom. The DOM's own types are left out on purpose: they would be known to every other file too. */
declare module "jsdom" {
  import type { PageWindow } from "./dom.ts";

  /** Takes what a page would print. */
  export class VirtualConsole {
    on(event: "jsdomError", tell: (error: Error) => void): this;
  }

  export class JSDOM {
    /** Parses a page. Its scripts are not run and nothing is loaded unless the options say so. */
    constructor(
      html: string,
      options: { readonly url: string; readonly runScripts: "outside-only"; readonly virtualConsole: VirtualConsole },
    );
    readonly window: PageWindow;
  }
}
