import { buildWeb } from "../scripts/build-web.ts";

/** The dashboard stands in `dist/web` before the first suite that looks at it. */
export default buildWeb;
