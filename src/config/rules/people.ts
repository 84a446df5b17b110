import { roles } from "../../core/plan.ts";
import type { Needs } from "../../core/plan.ts";
import { startRoles } from "../../core/roles.ts";
import { canSign, unheld } from "../../core/signers.ts";
import type { Held } from "../../core/signers.ts";
import { isHolidayCountry } from "../../core/holidays.ts";
import { doubts } from "../../core/messages/doubts.ts";
import { isInRange } from "../../core/windows.ts";
import { adapterOf, meaningOfNotifier } from "../catalogue.ts";
import { completeWindows } from "../complete.ts";
import { wrong } from "../finding.ts";
import type { Finding, Path } from "../finding.ts";
import { insteadOf } from "../near.ts";
import { parseHolidays, parseWeekRange } from "../week-ranges.ts";
import type { Draft } from "../draft.ts";
import type { Server } from "../server-file.ts";
import { doubt } from "./rule.ts";
import type { Rule } from "./rule.ts";

const weekMinutes = 7 * 24 * 60;

/** `advance` names phases of this plan. */
export const advancesNamePhases: Rule = (draft) =>
  Object.keys(draft.settings.people?.advance ?? {})
    .filter((name) => !draft.phases.names.includes(name))
    .map((name) => ({
      ...wrong(
        ["people", "advance", name],
        `There is no phase "${name.slice(0, 60)}".`,
        insteadOf(name, draft.phases.names, "Define it under phases."),
      ),
      on: "key" as const,
    }));

/** Entering the first phase is the start itself, and has its own list of who says yes. */
export const startNamesTheFirst: Rule = (draft) => {
  const [first] = draft.phases.names;
  if (first === undefined || !Object.hasOwn(draft.settings.people?.advance ?? {}, first)) return [];
  return [
    {
      ...wrong(
        ["people", "advance", first],
        `"${first.slice(0, 60)}" is the first phase: it is entered when the release starts.`,
        "Write these roles under people.start.",
      ),
      on: "key" as const,
    },
  ];
};

/** `any` of nobody could never say yes. */
export const somebodyCanSayYes: Rule = (draft) =>
  needsIn(draft)
    .filter(({ needs }) => "any" in needs && needs.any.length === 0)
    .map(({ path }) => wrong(path, "Any one of nobody can never say yes.", "Write a role, or { all: [] } to ask nobody."));

/** Every role that is asked is held by somebody, as far as the server's file says. */
export const rolesAreHeld: Rule = (draft, { catalogue, language }) => {
  const server = catalogue.server;
  const environment = draft.metadata?.environment;
  if (server === null || environment === undefined || server.people.length === 0) return [];
  const team = teamIn(server, environment);
  return needsIn(draft).flatMap(({ path, needs }) => {
    const nobody = unheld(needs, team);
    if (nobody.length === 0) return [];
    const said = doubts[language].roleNotHeld({ environment, roles: nobody.join(", "), file: server.file });
    return [doubt([...path, "all" in needs ? "all" : "any"], said)];
  });
};

/**
 * Whoever of the people of the server's file starts a release, those who are left can approve each step of it: one person counts for one role, and
 * the starter is never alone. A server whose file names nobody knows one person, who has every role; where people sign in with an identity
 * provider, nobody knows how many there are.
 */
export const signersAreEnough: Rule = (draft, { catalogue, language }) => {
  const server = catalogue.server;
  const environment = draft.metadata?.environment;
  if (server === null || server.login !== null || environment === undefined) return [];
  const team = server.people.length === 0 ? [roles] : teamIn(server, environment);
  const starters = team.filter((person) => person.some((role) => startRoles.includes(role)));
  return needsIn(draft)
    .filter(({ path }) => isForward(path))
    .flatMap(({ path, needs }) => {
      const asked = [...new Set("all" in needs ? needs.all : needs.any)];
      // That nobody has the role at all is told by itself.
      if (asked.length === 0 || unheld(needs, team).length > 0) return [];
      // Where nobody here may start one, machines do.
      const isPossible = starters.length === 0 ? canSign(needs, team) : starters.some((starter) => canSign(needs, team, [starter]));
      if (isPossible) return [];
      const said = doubts[language].signersTooFew({ environment, roles: asked.join(", "), file: server.file });
      return [doubt([...path, "all" in needs ? "all" : "any"], said)];
    });
};

function teamIn(server: Server, environment: string): readonly Held[] {
  return server.people.filter((person) => person.environments?.includes(environment) ?? true).map((person) => person.roles);
}

/** Going back, and saying that it went well, is open to whoever has the role. */
function isForward([, key]: Path): boolean {
  return key !== "rollback" && key !== "validate-rollback";
}

/** The server releases to this environment. */
export const environmentIsServed: Rule = (draft, { catalogue }) => {
  const environment = draft.metadata?.environment;
  if (catalogue.server === null || environment === undefined || catalogue.server.environments.includes(environment)) return [];
  const remedy = insteadOf(environment, catalogue.server.environments, `Add it to environments in ${catalogue.server.file}.`);
  return [wrong(["metadata", "environment"], `This server does not release to "${environment}".`, remedy)];
};

/** Windows are ranges of the week; holidays of a known country can be avoided. */
export const windowsAreRanges: Rule = (draft) => {
  const windows = draft.settings.windows;
  if (windows === null) return [];
  return (["prefer", "avoid"] as const).flatMap((key) =>
    windows[key].flatMap((text, index): readonly Finding[] => {
      const path = ["windows", key, index];
      const country = parseHolidays(text);
      if (country !== null && key === "prefer") return [wrong(path, "Holidays can only be avoided.", "Move it under avoid.")];
      if (country !== null)
        return isHolidayCountry(country)
          ? []
          : [wrong(path, `The holidays of "${country}" are not known.`, 'Write an ISO 3166 country code, such as "holidays FR".')];
      if (text.startsWith("holidays"))
        return [wrong(path, `${JSON.stringify(text)} names no country.`, 'Write an ISO 3166 country code, such as "holidays FR".')];
      const parsed = parseWeekRange(text);
      return parsed.ok ? [] : [wrong(path, parsed.message, parsed.remedy)];
    }),
  );
};

/** Some time of the week is left in which a release may start. */
export const windowsOpen: Rule = (draft) => {
  const windows = draft.settings.windows;
  if (windows === null) return [];
  const { prefer, avoid } = completeWindows(windows);
  // Ranges that cannot be read are told elsewhere, and what they leave open is not known.
  if (avoid.length === 0 || (prefer.length === 0 && windows.prefer.length > 0)) return [];
  const begins = [0, ...[...prefer, ...avoid].flatMap(({ fromMinute, toMinute }) => [fromMinute, toMinute])].map(
    (minute) => minute % weekMinutes,
  );
  const isOpen = begins.some(
    (minute) =>
      (prefer.length === 0 || prefer.some((range) => isInRange(range, minute))) && !avoid.some((range) => isInRange(range, minute)),
  );
  if (isOpen) return [];
  const why = prefer.length === 0 ? "the whole week is avoided" : "every time that is preferred is avoided too";
  const remedy = prefer.length === 0 ? "Leave some time out of avoid." : "Leave some preferred time out of avoid.";
  return [wrong(["windows", prefer.length === 0 ? "avoid" : "prefer"], `No release could ever start: ${why}.`, remedy)];
};

/** Each entry of notify names one notifier. */
export const noticesHaveOneTarget: Rule = (draft) =>
  (draft.settings.notify ?? []).flatMap((target, index) =>
    Object.keys(target).length === 1
      ? []
      : [wrong(["notify", index], "An entry names one notifier and whom it tells.", 'Write for example { slack: "#releases" }.')],
  );

/** Each notifier knows whom it shall tell, as far as it can say before the day. */
export const noticesReachSomebody: Rule = (draft, { catalogue }) =>
  (draft.settings.notify ?? []).flatMap((target, index) =>
    Object.entries(target).flatMap(([name, to]): readonly Finding[] => {
      const notifier = adapterOf(meaningOfNotifier(catalogue, name));
      const connections = catalogue.server?.connections.notifiers ?? {};
      const written = Object.hasOwn(connections, name) ? (connections[name]?.options ?? null) : null;
      const problem = notifier?.checkRecipient?.(to, written) ?? null;
      return problem === null ? [] : [wrong(["notify", index, name], problem.message, problem.remedy)];
    }),
  );

function needsIn(draft: Draft): readonly { readonly path: Path; readonly needs: Needs }[] {
  const people = draft.settings.people;
  if (people === null) return [];
  const { advance, ...rest } = people;
  return [
    ...Object.entries(rest).map(([key, needs]) => ({ path: ["people", key], needs })),
    ...Object.entries(advance).map(([phase, needs]) => ({ path: ["people", "advance", phase], needs })),
  ];
}
