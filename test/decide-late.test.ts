import { describe, expect, test } from "vitest";
import { decide } from "../src/core/decide.ts";
import type { Observation } from "../src/core/observation.ts";
import type { Release } from "../src/core/release.ts";
import type { Status } from "../src/core/status.ts";
import { good, goingBack, minuteMs, releaseIn, seen, startMs } from "./decision-desk.ts";

const shifting: Status = { kind: "shifting", phase: 1, sinceMs: startMs };
const promoting = (step: "cloning" | "replacing" | "returning" | "clearing"): Status => ({ kind: "promoting", step, sinceMs: startMs });
const silent: Partial<Observation> = { traffic: { kind: "unseen", why: "connection refused" } };
const blind: Partial<Observation> = { workloads: { kind: "unseen", why: "no answer" } };

describe("a step that takes too long", () => {
  test.each<[string, Status, Partial<Observation>, number, string]>([
    ["a router that never shows the share", shifting, silent, 2 * minuteMs, "router: connection refused"],
    ["a copy that never gets ready", promoting("cloning"), blind, 2 * minuteMs, "previous: no answer"],
    ["a stable place that never gets ready", promoting("replacing"), blind, 2 * minuteMs, "stable: no answer"],
    ["traffic that does not return", promoting("returning"), silent, 2 * minuteMs, "router: connection refused"],
    ["a canary that stays", promoting("clearing"), blind, 2 * minuteMs, "canary-gone: no answer"],
    ["a rollback by hand that is not read back in time", goingBack("rollback"), silent, 5 * minuteMs, "router: connection refused"],
  ])("%s is told once, when it is late", (_, status, outside, limitMs, expected) => {
    const release = releaseIn(status);
    const said = (now: Release, nowMs: number): readonly string[] =>
      (decide(now, good, { ...seen(now, outside), nowMs })?.facts ?? []).flatMap((fact) =>
        fact.kind === "late" ? [`${fact.awaits}: ${fact.detail}`] : [],
      );
    expect(said(release, startMs + limitMs)).toEqual([]);
    expect(said(release, startMs + limitMs + 1)).toEqual([expected]);
    expect(said({ ...release, isLate: true }, startMs + limitMs + 1)).toEqual([]);
  });
});
