import { axe } from "./axe.ts";
import { cloudwatch } from "./cloudwatch.ts";
import { datadog } from "./datadog.ts";
import { edge } from "./edge.ts";
import { http } from "./http.ts";
import { lighthouse } from "./lighthouse.ts";
import { prometheus } from "./prometheus.ts";
import { scrape } from "./scrape.ts";
import { sentry } from "./sentry.ts";
import { sql } from "./sql.ts";

/** Every kind of metric source of this build. */
export const metricSources = [edge, scrape, prometheus, http, sql, sentry, axe, lighthouse, datadog, cloudwatch];
