import { command } from "./command.ts";
import { edge } from "./edge.ts";
import { gatewayApi } from "./gateway-api.ts";

/** Every kind of traffic router of this build. */
export const routers = [edge, command, gatewayApi];
