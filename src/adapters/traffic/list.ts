import { command } from "./command.ts";
import { edge } from "./edge.ts";
import { gatewayApi } from "./gateway-api.ts";
import { haproxy } from "./haproxy.ts";
import { nginxReload } from "./nginx-reload.ts";
import { nginx } from "./nginx.ts";

/** Every kind of traffic router of this build. */
export const routers = [edge, haproxy, nginx, nginxReload, gatewayApi, command];
