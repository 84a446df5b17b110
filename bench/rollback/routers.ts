import { command } from "./command.ts";
import { edge } from "./edge.ts";
import { gatewayApi } from "./gateway-api.ts";
import { haproxy } from "./haproxy.ts";
import { nginxReload } from "./nginx-reload.ts";
import { nginx } from "./nginx.ts";

/** Every router that `npm run bench -- rollback` measures. */
export const rollbackRouters = [edge, haproxy, nginx, nginxReload, gatewayApi, command] as const;
