import type { Language, Role } from "../plan.ts";
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

/** "the release manager and the QA lead", "le release manager et le responsable QA". */
export function theRoles(asked: readonly Role[], language: Language, joint: "and" | "or" = "and"): string {
  return list(
    asked.map((role) => `${language === "fr" ? "le" : "the"} ${sayRole(role, language)}`),
    language,
    joint,
  );
}

/** Roles as owners of something, so that it follows "the approval" or "l’accord": "of the QA lead", "du responsable QA". */
export function ofRoles(asked: readonly Role[], language: Language, joint: "and" | "or" = "and"): string {
  if (language === "en") return `of ${theRoles(asked, "en", joint)}`;
  return list(
    asked.map((role) => `du ${sayRole(role, "fr")}`),
    "fr",
    joint,
  );
}
