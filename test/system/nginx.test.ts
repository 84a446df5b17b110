import { trafficContract } from "../contract/traffic.ts";
import { nginxNeeds, openNginx } from "./nginx-world.ts";
import { onSystem } from "./on-system.ts";

onSystem({ name: "the router nginx on a real nginx", needs: nginxNeeds }, () => {
  trafficContract("nginx", openNginx);
});
