import { edge } from "./edge.ts";
import { haproxy } from "./haproxy.ts";

/** Every kind of traffic router of this build. */
export const routers = [edge, haproxy];
