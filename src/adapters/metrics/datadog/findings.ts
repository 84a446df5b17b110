import { list } from "../../../core/messages/context.ts";
import { phrases } from "../../../core/messages/phrases.ts";
import { sayWhy } from "../../../core/messages/whys.ts";

/** What is looked at in Datadog. */
export const subjects = phrases("datadog-subject", { apiKey: () => "API key" }, { apiKey: () => "clé d’API" });

/** What is found at Datadog. */
export const findings = phrases(
  "datadog",
  {
    keyKnown: () => "Datadog knows it.",
    keyRefused: (why: string) => [`${sayWhy(why, "en")}.`, "Look at the connection's url and apiKey: each site of Datadog has its own."],
    queryFails: (why: string) => [
      `${sayWhy(why, "en")}.`,
      "Correct the query in the plan, or give the application key the scope timeseries_query.",
    ],
    hasPoints: () => "It has points in the last hour.",
    noPoints: (services: readonly string[], query: string) => [
      `No point of ${services.join(", ")} in the last hour for ${query.slice(0, 200)}.`,
      "Look at the tags in Datadog's metrics explorer, and at arm in the connection.",
    ],
  },
  {
    keyKnown: () => "Datadog la connaît.",
    keyRefused: (why) => [`${sayWhy(why, "fr")}.`, "Vérifiez url et apiKey de la connexion\u202f: chaque site de Datadog a les siens."],
    queryFails: (why) => [
      `${sayWhy(why, "fr")}.`,
      "Corrigez la requête dans le plan, ou donnez à la clé d’application la portée timeseries_query.",
    ],
    hasPoints: () => "Elle a des points dans la dernière heure.",
    noPoints: (services, query) => [
      `Aucun point de ${list(services, "fr", "or")} dans la dernière heure pour ${query.slice(0, 200)}.`,
      "Voyez les tags dans l’explorateur de métriques de Datadog, et arm dans la connexion.",
    ],
  },
);
