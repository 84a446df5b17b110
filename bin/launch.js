import { existsSync } from "node:fs";

// A checkout has the sources and runs them as they are, also after a build; the published package has the compiled files only.
const source = new URL("../src/main.ts", import.meta.url);
await import(existsSync(source) ? source.href : new URL("../dist/main.js", import.meta.url).href);
