import { edge } from "./edge.ts";
import { nginx } from "./nginx.ts";

/** Every kind of traffic router of this build. */
export const routers = [edge, nginx];
