import type { Language } from "../plan.ts";

/** An adapter, and what it does in the English sentence of its definition. */
interface Adapter {
  readonly port: "router" | "source" | "workloads" | "notifier";
  readonly kind: string;
  readonly says: string;
}

/** What an adapter does, in a sentence; one that these words do not know keeps its own. */
export function sayAdapter({ port, kind, says }: Adapter, language: Language): string {
  return language === "fr" ? (frenchAdapters[port][kind] ?? says) : says;
}

/** By port and kind, what each adapter of this build does. */
export const frenchAdapters: Readonly<Record<Adapter["port"], Readonly<Record<string, string>>>> = {
  router: {
    edge: "Le reverse proxy de serin\u202f: chacun garde sa version, parts par pas de 0,01\u202f%, un bail qui ramène tout le monde si serin se tait.",
    haproxy:
      "HAProxy 2.4 ou plus récent, par son API d’exécution\u202f: chacun garde sa version, parts par pas de 0,01\u202f%, un bail, sans rechargement.",
    nginx:
      "Le nginx de l’équipe, par son module Lua\u202f: chacun garde sa version, parts par pas de 0,01\u202f% sans rechargement, un bail.",
    "nginx-reload":
      "À défaut, un nginx sans Lua\u202f: un fichier inclus et un rechargement en douceur, qui coûte quelques requêtes à chaque changement.",
    "gateway-api": "Les HTTPRoute de la Gateway API\u202f: un cookie pour qui a été tiré selon les poids, pas de bail.",
    command: "Vos propres programmes\u202f: l’un fixe la part, l’autre la relit.",
  },
  source: {
    edge: "Lit ce que compte le reverse proxy de serin\u202f: personnes, requêtes, latence, objectifs et signalements des navigateurs, par version.",
    scrape: "Lit directement la page de métriques de chaque cible, sans serveur de métriques.",
    prometheus: "Lit les compteurs, histogrammes et jauges bruts de chaque version dans un serveur Prometheus.",
    http: "Lit des nombres dans une interface JSON par JSONPath, et vérifie si elle répond.",
    sql: "Compte les personnes et les conversions par version avec vos propres requêtes, dans PostgreSQL.",
    sentry: "Compte dans Sentry les erreurs, les personnes touchées et les sessions interrompues par version, et nomme les erreurs.",
    axe: "Note l’accessibilité des pages avec axe-core, sans navigateur.",
    lighthouse:
      "Note les pages avec Lighthouse dans un vrai navigateur, les deux versions à tour de rôle, ou lit les mesures d’un serveur Lighthouse CI.",
    datadog: "Additionne des comptes et lit des niveaux par version dans Datadog.",
    cloudwatch: "Additionne des métriques et lit des niveaux par version dans Amazon CloudWatch.",
  },
  workloads: {
    kubernetes: "Fait tourner les services comme Deployments d’un cluster Kubernetes.",
    process: "Fait tourner les services comme processus de cette machine.",
  },
  notifier: {
    console: "Écrit les notifications sur la sortie standard du serveur.",
    email: "Envoie des courriels, un fil par mise en production, chacun avec les nouvelles et l’état de tout.",
    grafana: "Marque les phases et les réactions en annotations sur les tableaux de bord Grafana.",
    sentry: "Annonce à Sentry les versions et leurs déploiements.",
    slack:
      "Informe un canal Slack\u202f: un message par mise en production, tenu à jour, avec des boutons, et chaque notification dans son fil.",
    webhook: "Envoie les notifications en JSON, signées selon Standard Webhooks.",
  },
};
