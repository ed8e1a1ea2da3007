import type { Schedule } from "../../src/schedules/schedule.ts";

/** Somebody's schedule that is on: every day at nine, in UTC. */
export const DAILY: Schedule = {
  kind: "schedule",
  owner: { id: "U1", name: "Ada" },
  place: "C1",
  starts: { kind: "times", rule: { pattern: "0 9 * * *", timeZone: "UTC" }, words: "every day 9:00" },
  task: "Sum up",
  results: { to: "thread" },
  missed: "once",
  runsPerDay: 24,
  state: { kind: "on" },
  since: Date.UTC(2026, 10, 20, 10),
  botRuns: 0,
  recent: [],
  waiting: [],
  open: [],
};
