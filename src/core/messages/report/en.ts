import { list, quote } from "../context.ts";
import { sayCount, saySpan } from "../numbers.ts";
import type { ReportWords } from "./words.ts";

const quoted = (says: readonly string[]): string =>
  list(
    says.map((one) => quote(one, "en")),
    "en",
  );

/** The English words of a report. */
export const en: ReportWords = {
  report: "Release report",
  colon: ": ",
  written: (moment) => `Written ${moment}`,
  created: (moment, by, reason) => `Created ${moment} by ${by}${reason === "" ? "" : `: ${quote(reason, "en")}`}`,
  headings: {
    summary: "Summary",
    versions: "Versions",
    stages: "How long it took",
    evidence: "Evidence",
    gates: "Gates",
    guards: "Guards",
    lines: "With other lines",
    people: "Approvals",
    requests: "What people asked for",
    wayBack: "The way back",
    overrides: "Windows and freezes gone over",
    notices: "Notices",
    story: "What happened",
    proof: "Proof",
  },
  columns: {
    service: "Service",
    from: "Stable",
    to: "New",
    stage: "Stage",
    began: "Began",
    took: "Took",
    planned: "Planned",
    promised: "Promised",
    observed: "Counted",
    time: "Time",
    person: "Who",
    role: "Role",
    approves: "Approves",
    revision: "Revision",
    saw: "What they saw",
    asked: "Asked",
    reason: "Reason",
    outcome: "Outcome",
    check: "Gate or guard",
    asPlanned: "As planned",
    tighter: "Tighter line",
    looser: "Looser line",
    failsFrom: "Where it would have failed",
    receiver: "To",
    notice: "What was told",
    delivered: "Delivered",
    step: "Step",
    what: "What",
  },
  done: "done",
  refused: (why) => `refused: ${why}`,
  lapsed: (time, says) => `lapsed at ${time}: ${says} had got worse`,
  nothing: {
    signOffs: "Nobody was asked to approve anything, or nobody did.",
    requests: "Nobody asked for anything.",
    notices: "Nobody was told: no notice was due.",
    lines: "no line to move",
  },
  stage: (kind, phase) =>
    ({ waiting: "Waiting for the start", preparing: "Preparing", phase, promoting: "Promotion", "rolling-back": "Going back" })[kind],
  atMost: (span) => `at most ${span}`,
  upTo: (shortest, longest) => `${shortest}, at most ${longest}`,
  goesOn: "goes on",
  met: "met",
  missed: "missed",
  automatic: "Automatic rollback",
  manual: "Rollback by hand",
  back: (took, within) =>
    took === null
      ? `Nobody has seen yet that everybody is back on the stable version; the plan promises ${within}`
      : `Everybody was back on the stable version ${took} after the decision, as read back from the router; the plan promises ${within}`,
  reactionMet: (reaction, took) => `The plan asked for ${quote(reaction, "en")}: everybody was back ${took} after the breach`,
  deliveredAfter: (span) => `after ${span}`,
  lost: (why) => `lost: ${why}`,
  notYet: "not yet",
  verified: "Verified",
  notVerified: "NOT verified",
  unbroken: (entries, rows) =>
    `The chain of ${sayCount(entries, "en")} entries over ${sayCount(rows, "en")} rows is unbroken, and replay reaches every decision again`,
  broken: (revision, why) => `Revision ${revision}: ${why}`,
  planHash: "Hash of the plan",
  journalHash: "Last link of the journal",
  reproduce: (command) => `Anybody with the server’s data can check this again: ${command}`,
  legend: {
    canary: "new version",
    stable: "stable version",
    interval: "what the readings still allow",
    estimate: "estimate",
    pass: "pass line",
    fail: "fail line",
  },
  phaseOf: (phase) => `asked for by ${phase}`,
  notAsked: "never asked for: the release did not come to this phase",
  sawNothing: "nothing was read yet",
  story: { verdicts: "verdict", estimates: "estimate" },
  failsBelow: (line) => `at any line below ${line}`,
  failsAbove: (line) => `at any line above ${line}`,
  failsNever: "at no line: nothing was ever proven against the new version alone",
  reads: "What was read",
  outcomeOf: ({ what, status, environment, by, moment, afterMs, cause }) => {
    const verbs: Readonly<Record<string, string>> = {
      promoted: "was promoted to everybody",
      "rolled-back": "was rolled back",
      stopped: "was stopped",
      halted: "was halted, and its environment frozen",
    };
    const verb = verbs[status];
    const where = `in ${quote(environment, "en")}`;
    const after = `${saySpan(afterMs, "en")} after ${by} created it`;
    if (verb === undefined) return `${what} is still under way ${where}, ${after}.`;
    return `${what} ${verb} ${where} on ${moment}, ${after}${cause === null ? "" : `: ${cause}`}.`;
  },
  evidenceOf: ({ passed, gates, allGates, open, failed, breached, guards, people }) => {
    const notAsked = allGates === gates ? "" : ` of the phases that it came to`;
    const gatesSay =
      gates === 0
        ? "No gate was asked for yet"
        : passed === gates
          ? `${gates === 1 ? "The one gate" : `All ${sayCount(gates, "en")} gates`}${notAsked} passed`
          : [
              `${sayCount(passed, "en")} of ${sayCount(gates, "en")} ${gates === 1 ? "gate" : "gates"}${notAsked} passed`,
              ...(failed.length === 0 ? [] : [`${quoted(failed)} failed`]),
              ...(open.length === 0 ? [] : [`${quoted(open)} stayed open`]),
            ].join(", ");
    const guardsSay =
      breached.length === 0
        ? `${guards === 1 ? "the one guard was not" : `none of ${sayCount(guards, "en")} guards was`} breached`
        : `${quoted(breached)} ${breached.length === 1 ? "was" : "were"} breached`;
    const peopleSay =
      people === null ? "" : `; ${sayCount(people, "en")} ${people === 1 ? "person was" : "people were"} on the new version`;
    return `${allGates === 0 ? "The plan has no gates" : gatesSay}, and ${guards === 0 ? "no guards were set" : guardsSay}${peopleSay}.`;
  },
  peopleOf: ({ signers, signOffs, delivered, lost, waiting, entries, isVerified }) => {
    const signed =
      signOffs === 0
        ? "Nobody approved anything"
        : `${list(signers, "en")} gave ${signOffs === 1 ? "one approval" : `${sayCount(signOffs, "en")} approvals`}`;
    const told =
      delivered + lost + waiting === 0
        ? "no notice was due"
        : `${sayCount(delivered, "en")} ${delivered === 1 ? "notice was" : "notices were"} delivered${lost === 0 ? " and none was lost" : ` and ${sayCount(lost, "en")} lost`}${waiting === 0 ? "" : `, ${sayCount(waiting, "en")} still wait`}`;
    const proof = isVerified
      ? `its journal of ${sayCount(entries, "en")} entries is unbroken, and replaying it reaches every decision again`
      : "its journal could NOT be verified: do not rely on this report";
    return `${signed}; ${told}; ${proof}.`;
  },
};
