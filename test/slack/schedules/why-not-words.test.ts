import { expect, test } from "vitest";
import { WhyNot } from "../../../src/schedules/outcome.ts";
import { readSchedule, type Schedule } from "../../../src/schedules/schedule.ts";
import { LANGUAGES } from "../../../src/slack/language/languages.ts";
import { loadTranslator } from "../../../src/slack/language/translator.ts";
import { scheduleText } from "../../../src/slack/schedules/schedule-words.ts";
import { DAILY } from "../../schedules/daily.ts";
import { whyNotIn } from "../../../src/slack/schedules/why-not-words.ts";

const owner = { id: "U0MARIA", name: "Maria" };
const schedule: Schedule = { ...DAILY, owner, starts: { kind: "file", ending: "pdf" }, task: "Sum it up" };
const until = "2026-12-02T00:00:00.000Z";
const REASONS: readonly WhyNot[] = [
  { kind: "ownerLeft" },
  { kind: "ownerOutside" },
  { kind: "ownerMayNot", deed: "start" },
  { kind: "outside" },
  { kind: "closed", code: "is_archived" },
  { kind: "team", team: "gone" },
  { kind: "busy" },
  { kind: "budget", budgets: [{ account: "workspace", spent: 2, limit: 2, priced: true }], until },
  { kind: "rate", perHour: 3, until },
  { kind: "enoughToday", runs: 24 },
  { kind: "enoughByBots", runs: 5 },
  { kind: "botByName" },
  { kind: "silent" },
  { kind: "queue", runs: 20 },
  { kind: "late" },
  { kind: "missed" },
];

test("each reason is kept as a value, and said in each language in other words", async () => {
  const all = await Promise.all(LANGUAGES.map(loadTranslator));
  for (const why of REASONS) {
    expect(WhyNot.parse(why)).toEqual(why);
    expect(new Set(all.map((t) => whyNotIn(t, why, schedule))).size).toBe(LANGUAGES.length);
  }
  const kinds = WhyNot.options.map(({ shape }) => shape.kind.value);
  // What the runner says in words of its own is said in these.
  expect(REASONS.map(({ kind }) => kind as string).toSorted()).toEqual(kinds.filter((kind) => kind !== "refused").toSorted());
});

test("a list says in the reader's language how it stands and what became of it last", async () => {
  const de = await loadTranslator("de");
  const paused = { ...schedule, state: { kind: "paused" as const, reason: { kind: "busy" as const }, why: "" } };
  expect(scheduleText(de, { id: "abc23", schedule: paused })).toBe(
    "*wenn eine pdf-Datei gepostet wird* in <#C1> · `abc23`\n>Sum it up\nangehalten · In seinem Thread sprachen schon Agenten.",
  );
  const left = {
    ...schedule,
    last: { at: 0, outcome: { kind: "leftOut" as const, why: { kind: "enoughToday" as const, runs: 1 } }, words: "" },
  };
  expect(scheduleText(de, { id: "abc23", schedule: left })).toContain(
    "eingeschaltet · zuletzt <!date^0^{date_short} um {time}|1970-01-01 00:00 UTC>: ausgefallen: Er hat heute 1 Lauf begonnen, mehr darf er nicht.",
  );
});

test("what an earlier version kept in words is shown in them", async () => {
  const { last: _, ...rest } = schedule;
  const old = readSchedule({
    ...rest,
    state: { kind: "paused", why: "I can no longer <post>." },
    last: { at: 0, words: "left out: late" },
  });
  expect(old).toBeDefined();
  if (old)
    expect(scheduleText(await loadTranslator("fr"), { id: "abc23", schedule: old })).toMatch(
      /en pause · I can no longer &lt;post&gt;\..*: left out: late$/,
    );
});
