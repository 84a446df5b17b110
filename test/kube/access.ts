import { parseAllDocuments } from "yaml";
import { listOf, mapOf, textOf } from "./json.ts";
import type { Json, JsonMap } from "./json.ts";

/** What somebody wants to do. `resource` has its subresource: "deployments/scale". */
export interface Attempt {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}

/** A rule of RBAC; `null`: in every namespace. */
export interface Rule {
  readonly namespace: string | null;
  readonly groups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly names: readonly string[];
}

/** Everything, everywhere. */
export const allowAll: readonly Rule[] = [{ namespace: null, groups: ["*"], resources: ["*"], verbs: ["*"], names: [] }];

/** Whether the rules allow it. Source: https://kubernetes.io/docs/reference/access-authn-authz/rbac/ */
export function allows(rules: readonly Rule[], attempt: Attempt): boolean {
  const has = (list: readonly string[], value: string): boolean => list.includes("*") || list.includes(value);
  return rules.some(
    (rule) =>
      (rule.namespace === null || rule.namespace === attempt.namespace) &&
      has(rule.groups, attempt.group) &&
      has(rule.resources, attempt.resource) &&
      has(rule.verbs, attempt.verb) &&
      (rule.names.length === 0 || rule.names.includes(attempt.name)),
  );
}

/**
 * The rules that a file's ClusterRoles and Roles give. A Role counts in `namespace`, as does a ClusterRole: it is bound there by a RoleBinding; one
 * that a ClusterRoleBinding of the file names counts everywhere.
 */
export function readRules(text: string, namespace: string): readonly Rule[] {
  const documents = parseAllDocuments(text).map((document) => mapOf(document.toJS() as Json));
  const bound = documents.filter((each) => each["kind"] === "ClusterRoleBinding").map((each) => textOf(mapOf(each["roleRef"])["name"]));
  const roles = documents.filter((each) => each["kind"] === "ClusterRole" || each["kind"] === "Role");
  return roles.flatMap((role) =>
    listOf(role["rules"]).map((item) => {
      const rule = mapOf(item);
      const isEverywhere = role["kind"] === "ClusterRole" && bound.includes(textOf(mapOf(role["metadata"])["name"]));
      return {
        namespace: isEverywhere ? null : namespace,
        groups: textsOf(rule["apiGroups"]),
        resources: textsOf(rule["resources"]),
        verbs: textsOf(rule["verbs"]),
        names: textsOf(rule["resourceNames"]),
      };
    }),
  );
}

function textsOf(value: Json | undefined): readonly string[] {
  return listOf(value).map(String);
}

/** The answer to a SelfSubjectAccessReview. */
export function reviewAccess(rules: readonly Rule[], review: JsonMap): JsonMap {
  const asked = mapOf(mapOf(review["spec"])["resourceAttributes"]);
  const [resource, below] = [textOf(asked["resource"]), textOf(asked["subresource"])];
  const attempt: Attempt = {
    verb: textOf(asked["verb"]),
    group: textOf(asked["group"]),
    resource: below === "" ? resource : `${resource}/${below}`,
    namespace: textOf(asked["namespace"]),
    name: textOf(asked["name"]),
  };
  const allowed = allows(rules, attempt);
  return { ...review, status: allowed ? { allowed, reason: "RBAC: allowed" } : { allowed } };
}

/** The answer to a SelfSubjectRulesReview. */
export function reviewRules(rules: readonly Rule[], review: JsonMap): JsonMap {
  const namespace = textOf(mapOf(review["spec"])["namespace"]);
  const resourceRules = rules
    .filter((rule) => rule.namespace === null || rule.namespace === namespace)
    .map((rule) => ({
      verbs: rule.verbs,
      apiGroups: rule.groups,
      resources: rule.resources,
      ...(rule.names.length === 0 ? {} : { resourceNames: rule.names }),
    }));
  return { ...review, status: { resourceRules, nonResourceRules: [], incomplete: false } };
}
