import { edge } from "./edge.ts";
import { haproxy } from "./haproxy.ts";

/** Every router that `npm run bench -- rollback` measures. */
export const rollbackRouters = [edge, haproxy] as const;
