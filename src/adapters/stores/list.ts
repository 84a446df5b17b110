import { sqlite } from "./sqlite.ts";

/** Every store that this build has. */
export const stores = [sqlite] as const;
