import { axe } from "./axe.ts";
import { edge } from "./edge.ts";
import { http } from "./http.ts";
import { lighthouse } from "./lighthouse.ts";
import { scrape } from "./scrape.ts";

/** Every kind of metric source of this build. */
export const metricSources = [edge, scrape, http, axe, lighthouse];
