import type { SessionPerson } from "../../src/http/contract/access.ts";
import type { ActionView, ReleaseView } from "../../src/http/release-view.ts";
import { rolesIn } from "../app/roles.ts";
import type { ReleaseWords } from "../words/release-words.ts";

type Role = SessionPerson["roles"][number];

/** The roles by which `person` may take an action in an environment; empty: none. Actions that name no role are everybody's. */
export function rolesFor(action: Pick<ActionView, "roles">, person: SessionPerson, environment: string): readonly Role[] {
  const held = rolesIn(person, environment);
  return action.roles.length === 0 ? held : held.filter((role) => action.roles.includes(role));
}

/** Why `person` cannot press it now, in a sentence; `null`: they can. What nobody can do now is said before what this person may not. */
export function whyGrey(
  action: ActionView,
  person: SessionPerson,
  environment: string,
  words: Pick<ReleaseWords, "notInEnvironment">,
): string | null {
  if (action.why !== null) return action.why;
  if (rolesFor(action, person, environment).length > 0) return null;
  const isElsewhere = person.roles.some((role) => action.roles.includes(role)) || rolesIn(person, environment).length === 0;
  return isElsewhere ? words.notInEnvironment(environment) : action.whyNotYours;
}

/** The roles that are asked to approve now and that `person` holds; of several, one has to be chosen. */
export function rolesToSpeakAs(
  view: Pick<ReleaseView, "people" | "environment">,
  action: ActionView,
  person: SessionPerson,
): readonly Role[] {
  const mine = rolesFor(action, person, view.environment);
  const asked = view.people.filter(({ state }) => state === "asked").map(({ role }) => role);
  return mine.filter((role) => asked.includes(role));
}
