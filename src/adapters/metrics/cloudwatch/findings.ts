import { phrases } from "../../../core/messages/phrases.ts";
import { sayWhy } from "../../../core/messages/whys.ts";

/** What is found at CloudWatch. */
export const findings = phrases(
  "cloudwatch",
  {
    mayBeCalled: (series: number) => `It may be called, and takes the names of ${series} series.`,
    fails: (why: string) => [
      `${sayWhy(why, "en")}.`,
      "Look at the connection's region and key, or the role of this machine: it needs cloudwatch:GetMetricData.",
    ],
  },
  {
    mayBeCalled: (series) => `L’appel est permis, et accepte les noms de ${series} ${series > 1 ? "séries" : "série"}.`,
    fails: (why) => [
      `${sayWhy(why, "fr")}.`,
      "Vérifiez la région (region) et la clé (key) de la connexion, ou le rôle de cette machine\u202f: il lui faut cloudwatch:GetMetricData.",
    ],
  },
);
