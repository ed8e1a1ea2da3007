import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { roundRobin } from "../../src/engine/policies/round-robin.ts";
import { teamOfRun, type Teams } from "../../src/runner/runnable-team.ts";
import { StoreError } from "../../src/store/store.ts";
import { MARIA, openLog, team } from "../support/scripted.ts";

const hashOf = (text: string) => createHash("sha256").update(text).digest("hex");

/** Teams that note what they were built from. `now`: the settings of each team. */
function asking(now: { readonly [name: string]: string }, kept: { readonly [hash: string]: string } = {}) {
  const built: string[][] = [];
  const teams: Teams = {
    build(...given) {
      built.push(given.filter((part) => part !== undefined));
      return team({ name: given[0], agents: [], nextSpeakers: roundRobin });
    },
    snapshot: (name) => now[name] ?? "",
    has: (name) => name in now,
    names: () => Object.keys(now),
    default: "duo",
  };
  const store = { file: async (hash: string) => (kept[hash] === undefined ? undefined : new TextEncoder().encode(kept[hash])) };
  return { built, parts: { teams, store, thread: "T/C/1" } };
}

const logOf = (of: string, teamHash?: string) => {
  const log = openLog();
  log.record({ type: "run.started", run: "r1", team: of, startedBy: MARIA, ...(teamHash === undefined ? {} : { teamHash }) });
  return log.transcript;
};

test("a run without a snapshot has the team of now, and a log without a run the default one", async () => {
  const { built, parts } = asking({ duo: "{}", trio: "{}" });
  expect(await teamOfRun(logOf("trio"), parts)).toMatchObject({ name: "trio" });
  expect(await teamOfRun({ events: [] }, parts)).toMatchObject({ name: "duo" });
  expect(built).toEqual([
    ["trio", "T/C/1"],
    ["duo", "T/C/1"],
  ]);
});

test("settings that are still those of now are not looked up; others come from the store, also of a team that is gone", async () => {
  const { built, parts } = asking({ duo: "as it was" }, { [hashOf("before")]: "before" });
  await teamOfRun(logOf("duo", hashOf("as it was")), parts);
  await teamOfRun(logOf("duo", hashOf("before")), parts);
  await teamOfRun(logOf("gone", hashOf("before")), parts);
  expect(built).toEqual([
    ["duo", "T/C/1"],
    ["duo", "T/C/1", "before"],
    ["gone", "T/C/1", "before"],
  ]);
});

test("settings that are nowhere are told with the team's name, and so is a team that cannot be built", async () => {
  const { parts } = asking({ duo: "now" });
  expect(await teamOfRun(logOf("duo", hashOf("before")), parts)).toEqual({
    name: "duo",
    error: new Error("they are not in this database"),
  });
  const broken = {
    ...parts,
    teams: {
      ...parts.teams,
      build: () => {
        throw new Error("no key");
      },
    },
  };
  expect(await teamOfRun(logOf("duo"), broken)).toEqual({ name: "duo", error: new Error("no key") });
});

test("a store in trouble is not the team's fault", async () => {
  const { parts } = asking({ duo: "now" });
  const trouble = new StoreError("the disk is full", { cause: new Error("SQLITE_FULL") });
  const store = { file: async () => Promise.reject(trouble) };
  await expect(teamOfRun(logOf("duo", hashOf("before")), { ...parts, store })).rejects.toBe(trouble);
  const refused = { file: async () => Promise.reject(new StoreError("too large")) };
  expect(await teamOfRun(logOf("duo", hashOf("before")), { ...parts, store: refused })).toMatchObject({ name: "duo" });
});
