import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { addPlanRender } from "../src/cli/plan-render.ts";
import { renderPlan } from "../src/core/runbook.ts";
import type { Plan } from "../src/core/plan.ts";
import { adapters } from "./config/sound-plan.ts";
import { samplePlan } from "./sample-plan.ts";
import { typed } from "./typed.ts";
import type { Typed } from "./typed.ts";

const serin = (...args: readonly string[]): Promise<Typed> =>
  typed((program, terminal) => addPlanRender(program.command("plan"), terminal, async () => adapters), ["plan", "render", ...args]);

const plain = (text: string): string => text.replaceAll(/[\u00a0\u202f]/gu, " ").replaceAll("’", "'");

/** Every line of the original document that says something, in its order, and what says it in the French runbook. */
const facts: readonly (readonly [original: string, rendered: string])[] = [
  ["# 🚀 Plan de Déploiement Canari - ECOMSIMPLY", "# Plan de déploiement canari - ECOMSIMPLY"],
  ["**Version :** Awwwards UI Refonte", "**Version :** Awwwards UI Refonte"],
  ["**Environnement :** Production", "**Environnement :** production"],
  ["**Date prévisionnelle :** 2025-08-16", "**Date prévisionnelle :** sam. 16 août 2025 (2025-08-16)"],
  ["## 📊 Étapes de Déploiement Progressif", "## Étapes de déploiement progressif"],
  ["### Phase 1 : 10% du Trafic (15 minutes)", "### Phase 1 : 10 % du trafic (15 min)"],
  ["- **Cible :** 10% des utilisateurs nouvellement connectés", "- **Cible :** 10 % des utilisateurs nouvellement connectés"],
  ["- **Durée :** 15 minutes d'observation", "- **Durée :** 15 min d'observation"],
  ["- **Métriques critiques :**", "- **Métriques critiques :**"],
  ["- Taux d'erreur < 0.5%", "- Taux d'erreur < 0,5 %"],
  ["- Temps de réponse API < 500ms (p95)", "- Temps de réponse API p95 < 500 ms"],
  ["- Conversion trial activation > 2%", "- Conversion trial activation > 2 %"],
  ["### Phase 2 : 50% du Trafic (30 minutes)", "### Phase 2 : 50 % du trafic (30 min)"],
  ["- **Cible :** 50% du trafic total", "- **Cible :** 50 % du trafic total"],
  ["- **Durée :** 30 minutes d'observation", "- **Durée :** 30 min d'observation"],
  ["- **Métriques critiques :**", "- **Métriques critiques :**"],
  ["- Aucune régression conversion", "- Taux de conversion : aucune régression"],
  ["- CPU/Memory stable (< 80%)", "- CPU < 80 % et stable"],
  ["- CPU/Memory stable (< 80%)", "- Memory < 80 % et stable"],
  ["- PriceTruth consensus rate > 70%", "- PriceTruth consensus rate > 70 %"],
  ["### Phase 3 : 100% du Trafic (Production complète)", "### Phase 3 : 100 % du trafic (60 min)"],
  ["- **Cible :** Tout le trafic", "- **Cible :** tout le trafic (production complète)"],
  ["- **Validation finale :** 60 minutes d'observation", "- **Validation finale :** 60 min d'observation"],
  ["- **Métriques finales :**", "- **Métriques finales :**"],
  ["- Lighthouse Performance ≥ 90", "- Lighthouse Performance ≥ 90"],
  ["- Accessibilité ≥ 95", "- Accessibilité ≥ 95"],
  ["- Zero erreurs critiques", "- Erreurs critiques : zéro"],
  ["## 🚨 Seuils d'Arrêt Automatique", "## Seuils d'arrêt automatique"],
  ["- **Taux d'erreur 5xx > 1%** → Rollback immédiat", "- **Taux d'erreur 5xx > 1 %** → retour arrière (rollback) immédiat"],
  ["- **Temps de réponse p95 > 2s** → Rollback en 5 min", "- **Temps de réponse p95 > 2 s** → retour arrière (rollback) en 5 min"],
  [
    "- **Taux de conversion < 50% baseline** → Investigation + rollback",
    "- **Taux de conversion < 50 % de la version stable** → investigation 10 min, puis retour arrière (rollback)",
  ],
  ["- **Trial activation rate < 1.5%** → Arrêt canari", "- **Conversion trial activation < 1,5 %** → arrêt du canari"],
  ["- **Dashboard accessibility < 95%** → Rollback immédiat", "- **Dashboard accessibility < 95** → retour arrière (rollback) immédiat"],
  ["- **PriceTruth système indisponible** → Arrêt complet", "- **PriceTruth système indisponible** → arrêt complet"],
  ["## 🔄 Procédures de Rollback", "## Procédures de retour arrière (rollback)"],
  ["### Rollback Automatique (< 2 minutes)", "### Retour arrière automatique (< 2 min)"],
  ["# Déclenchement automatique si seuils dépassés", "Déclenchement automatique si un seuil est dépassé"],
  [
    "kubectl set image deployment/ecomsimply-frontend app=previous-stable-image",
    "kubectl set image deployment/ecomsimply-frontend app=previous-stable-image",
  ],
  [
    "kubectl set image deployment/ecomsimply-backend app=previous-stable-image",
    "kubectl set image deployment/ecomsimply-backend app=previous-stable-image",
  ],
  // The plan promises the longer end of the estimate.
  ["### Rollback Manuel (3-5 minutes)", "### Retour arrière manuel (au plus 5 min)"],
  ["- Identification du problème", "1. Identification du problème"],
  ["- Décision rollback par Release Manager", "2. Décision de retour arrière par le release manager"],
  ["- Exécution technique par DevOps", "3. Exécution technique par DevOps"],
  ["- Validation post-rollback", "4. Validation après le retour arrière"],
  ["## 👥 Responsables & Communication", "## Responsables et communication"],
  ["### Équipe Technique", "### Équipe technique"],
  ["- **Release Manager :** Décisions Go/No-Go et rollback", "- **Release manager :** décisions go/no-go et retour arrière"],
  ["- **DevOps Lead :** Exécution technique du déploiement", "- **Responsable DevOps :** exécution technique du déploiement"],
  ["- **QA Lead :** Validation métriques et seuils", "- **Responsable QA :** validation des métriques et des seuils"],
  ["- **Product Owner :** Validation business impact", "- **Product owner :** validation de l'impact business"],
  ["### Fenêtres de Tir", "### Fenêtres de tir"],
  ["- **Préférentiel :** Mardi-Jeudi 14h-17h (faible trafic)", "- **Préférentiel :** mardi-jeudi 14:00-17:00 (faible trafic)"],
  ["- **Éviter :** Lundi matin, Vendredi soir, week-ends", "- **Éviter :** lundi 00:00-12:00, vendredi 17:00-24:00, samedi, dimanche"],
  ["- **Communication :** Slack #releases + email stakeholders", "- **Communication :** slack #releases et email stakeholders"],
  ["## 📈 Dashboard de Monitoring", "## Dashboards de monitoring"],
  ["### Métriques Temps Réel", "### Métriques temps réel"],
  ["- **Grafana** : CPU, Memory, Response Times", "- **Grafana :** CPU, Memory, Response Times"],
  ["- **Sentry** : Error rates, Stack traces", "- **Sentry :** Error rates, Stack traces"],
  ["- **Custom** : PriceTruth consensus, Trial conversions", "- **Custom :** PriceTruth consensus, Trial conversions"],
  ["- **Lighthouse CI** : Performance scores en continu", "- **Lighthouse CI :** Performance scores en continu"],
  [
    "**Durée totale estimée :** 1h45 (si tout va bien) + 60min validation",
    "**Durée totale estimée :** 1 h 45 min (si tout va bien), 2 h 15 min avec toutes les prolongations ; annoncée : 1 h 45 min + 60 min",
  ],
];

/** Two headings that only sort thresholds into technical and business ones: the plan knows reactions, not departments. */
const sortingHeadings = ["### Métriques de Sécurité", "### Métriques Business"];

describe("every fact of the original document is in the French runbook", async () => {
  const { out } = await serin("examples/ecomsimply/plan.yaml", "--language", "fr");
  const rendered = plain(out);

  test("no line of the original is left out of the list", () => {
    const lines = readFileSync("examples/ecomsimply/original.md", "utf8")
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "" && !line.startsWith("```"));
    expect(lines.filter((line) => !facts.some(([original]) => original === line))).toEqual(sortingHeadings);
    expect(facts.filter(([original]) => !lines.includes(original))).toEqual([]);
  });

  test("in the order of the original", () => {
    let from = 0;
    for (const [original, expected] of facts) {
      const at = rendered.indexOf(expected, from);
      expect(at, `${original} as “${expected}”`).toBeGreaterThanOrEqual(from);
      from = at + expected.length;
    }
  });
});

describe("serin plan render", () => {
  test.each([
    ["ecomsimply", "fr"],
    ["ecomsimply", "en"],
    ["laptop", "en"],
  ] as const)("golden: examples/%s in %s", async (name, language) => {
    const { out, err, exit } = await serin(`examples/${name}/plan.yaml`, "--language", language);
    expect([err, exit]).toEqual(["", 0]);
    await expect(out).toMatchFileSnapshot(`golden/render.${name}.${language}.md`);
  });

  test("speaks the plan's language unless another is asked for", async () => {
    expect((await serin("examples/ecomsimply/plan.yaml")).out).toContain("### Fenêtres de tir");
    expect((await serin("examples/laptop/plan.yaml")).out).toContain("### Release windows");
  });

  test.each<[string, readonly string[], string]>([
    ["a file that is not there", ["none.yaml"], "none.yaml"],
    ["a language that it does not speak", ["examples/laptop/plan.yaml", "--language", "de"], "fr or en"],
    ["a plan with errors", ["examples/ecomsimply/serin.yaml"], "cannot be rendered"],
  ])("refuses %s", async (_, args, message) => {
    expect(await serin(...args)).toMatchObject({ exit: 2, out: "", err: expect.stringContaining(message) });
  });
});

describe("what people wrote stays what they wrote", () => {
  const evil = "# <img src=x onerror=alert(1)> [x](javascript:alert(1)) `*_";
  const hostile: Plan = {
    ...samplePlan,
    title: evil,
    version: evil,
    environment: evil,
    notify: [{ notifier: "hook", to: evil }],
    services: [
      { name: "web", workload: { kind: "kubernetes", options: { deployment: "a; rm -rf $(pwd)\n```", container: "it's" } }, data: null },
    ],
    remarks: {
      means: Object.fromEntries(Object.keys(samplePlan.metrics).map((name) => [name, evil])),
      estimatedMs: [],
      windowsBecause: evil,
      dashboards: [{ name: evil, shows: evil, url: "https://grafana.example/d/(x)" }],
    },
  };
  const lines = renderPlan(hostile, "en");

  test("no HTML, no link, no heading comes of it", () => {
    const text = lines.join("\n");
    expect(text).not.toMatch(/(?<!\\)<img/);
    expect(text).not.toMatch(/(?<!\\)\[x\\?\]\(/);
    expect(lines.filter((line) => /^(?:[-\d.*\s]*)#\s*</.test(line))).toEqual([]);
    expect(text).toContain("(https://grafana.example/d/%28x%29)");
  });

  test("a command is quoted for the shell, and its fence is not closed from inside", () => {
    const command = lines.find((line) => line.startsWith("kubectl")) ?? "";
    expect(command).toContain("deployment/'a; rm -rf $(pwd)\n```'");
    expect(command).toContain(String.raw`'it'\''s'=previous-stable-image`);
    expect(lines).toContain("````sh");
  });
});
