import { createEdgeRouter } from "../src/adapters/traffic/edge.ts";
import { createClock } from "../src/engine/clock.ts";
import { routerFaults } from "./contract/router-faults.ts";

routerFaults("edge", (url, token, timeout) => createEdgeRouter({ control: [url], token, timeout }, { clock: createClock() }));
