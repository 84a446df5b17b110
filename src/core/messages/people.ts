import type { Language, Needs, Role } from "../plan.ts";
import { list } from "./context.ts";
import type { ByLanguage } from "./context.ts";

const titles: ByLanguage<Readonly<Record<Role, string>>> = {
  en: {
    "release-manager": "release manager",
    "devops-lead": "DevOps lead",
    "qa-lead": "QA lead",
    "product-owner": "product owner",
    viewer: "viewer",
  },
  fr: {
    "release-manager": "release manager",
    "devops-lead": "responsable DevOps",
    "qa-lead": "responsable QA",
    "product-owner": "product owner",
    viewer: "lecteur",
  },
};

/** A role in people's words: "QA lead". */
export function sayRole(role: Role, language: Language): string {
  return titles[language][role];
}

/** "release manager and QA lead". */
export function sayRoles(asked: readonly Role[], language: Language, joint: "and" | "or" = "and"): string {
  return list(
    asked.map((role) => sayRole(role, language)),
    language,
    joint,
  );
}

/** Roles as owners of something, so that it follows "the approval" or "l’accord": "of the QA lead", "du responsable QA". */
export function ofRoles(asked: readonly Role[], language: Language): string {
  const owners = asked.map((role) => (language === "fr" ? `du ${sayRole(role, "fr")}` : `the ${sayRole(role, "en")}`));
  return language === "fr" ? list(owners, "fr") : `of ${list(owners, "en")}`;
}

/** Who must say yes: "QA lead and product owner", "release manager or DevOps lead"; `null` when nobody has to. */
export function sayNeeds(needs: Needs, language: Language): string | null {
  if ("any" in needs) return needs.any.length === 0 ? null : sayRoles(needs.any, language, "or");
  return needs.all.length === 0 ? null : sayRoles(needs.all, language);
}
