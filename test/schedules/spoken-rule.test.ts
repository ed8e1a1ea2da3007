import fc from "fast-check";
import { expect, test } from "vitest";
import { readSpokenRule } from "../../src/schedules/spoken-rule.ts";
import { ruleTrouble } from "../../src/schedules/rule.ts";

const SPEAKING = { nowMs: Date.parse("2026-11-28T16:00:00Z"), timeZone: "America/New_York" };
const read = (text: string) => readSpokenRule(text, SPEAKING);

test.for([
  ["every weekday 9:00 Sum up the news", "0 9 * * 1-5", "Sum up the news"],
  ["Every weekday at 9:00: Sum up", "0 9 * * 1-5", "Sum up"],
  ["at 9:00 every weekday, sum up", "0 9 * * 1-5", "sum up"],
  ["every day at 9am and 5pm check the build", "0 9,17 * * *", "check the build"],
  ["daily at noon: lunch", "0 12 * * *", "lunch"],
  ["fridays at 4pm: week in review", "0 16 * * 5", "week in review"],
  ["every monday at 9 3 ideas", "0 9 * * 1", "3 ideas"],
  ["tuesdays and thursdays at 16:00 go", "0 16 * * 2,4", "go"],
  ["every monday, wednesday and friday at 9:00 x", "0 9 * * 1,3,5", "x"],
  ["mon-fri 8.15 go", "15 8 * * 1,2,3,4,5", "go"],
  ["friday to monday at 7:00 x", "0 7 * * 5,6,0,1", "x"],
  ["weekends at 10:00 x", "0 10 * * 0,6", "x"],
  ["on the 1st of every month at 8:00 report", "0 8 1 * *", "report"],
  ["on the 1st and 15th of every month at 8:00 report", "0 8 1,15 * *", "report"],
  ["the first monday of the month at 10:00 retro", "0 10 * * MON#1", "retro"],
  ["every last friday of the month at 10 am x", "0 10 * * FRIL", "x"],
  ["the last day of every month at 17:00 x", "0 17 L * *", "x"],
  ["every 2 hours look", "0 */2 * * *", "look"],
  ["every half hour look", "*/30 * * * *", "look"],
  ["hourly look", "0 * * * *", "look"],
  ["tomorrow at 9:00 x", "2026-11-29T09:00:00", "x"],
  ["once on 2026-12-24 18:00 x", "2026-12-24T18:00:00", "x"],
  ["0 9 * * 1-5 Do it", "0 9 * * 1-5", "Do it"],
  ["`0 9 * * MON-FRI` do it", "0 9 * * MON-FRI", "do it"],
  ["cron 30 8 1 jan-jun * x", "30 8 1 jan-jun *", "x"],
] as const)("%s", ([text, pattern, rest]) => {
  const said = read(text);
  expect(said).toMatchObject({ kind: "rule", rule: { pattern, timeZone: "America/New_York" }, rest });
  if (said.kind === "rule") expect(ruleTrouble(said.rule, SPEAKING.nowMs)).toBeUndefined();
});

test.for([
  ["mondays at 14:30 Europe/Berlin: plan", "30 14 * * 1", "Europe/Berlin"],
  ["mondays at 14:30 (Asia/Kolkata) plan", "30 14 * * 1", "Asia/Kolkata"],
  ["every day 9:00 in America/Argentina/Buenos_Aires plan", "0 9 * * *", "America/Argentina/Buenos_Aires"],
  ["0 9 * * 1-5 UTC plan", "0 9 * * 1-5", "UTC"],
  ["every day at 9:00 europe/berlin plan", "0 9 * * *", "europe/berlin"],
  ["every day at 9:00 Etc/GMT+5 plan", "0 9 * * *", "Etc/GMT+5"],
  ["every day at 9:00 Europe/Berlin time plan", "0 9 * * *", "Europe/Berlin"],
  ["every day 9:00 Berlin time, plan", "0 9 * * *", "Europe/Berlin"],
  ["9:00 berlin time every weekday plan", "0 9 * * 1-5", "Europe/Berlin"],
  ["every day at noon Paris time plan", "0 12 * * *", "Europe/Paris"],
  ["every day at 9:00 in Tokyo: plan", "0 9 * * *", "Asia/Tokyo"],
  ["every day at 9:00 (New York's time) plan", "0 9 * * *", "America/New_York"],
  ["every day 9:00 in New York City plan", "0 9 * * *", "America/New_York"],
  ["every day 9:00 São Paulo time plan", "0 9 * * *", "America/Sao_Paulo"],
  ["mondays 9:00 in the Kolkata time zone plan", "0 9 * * 1", "Asia/Kolkata"],
  ["0 9 * * * in Berlin plan", "0 9 * * *", "Europe/Berlin"],
  ["every day 9:00 local time: plan", "0 9 * * *", "America/New_York"],
] as const)("in a time zone of its own: %s", ([text, pattern, timeZone]) => {
  expect(read(text)).toMatchObject({ kind: "rule", rule: { pattern, timeZone }, rest: "plan" });
});

test.for([
  "docs/readme.md is to be read",
  "IT report",
  "+1 for who is first",
  "Check time sheets",
  "time for tea",
  "Tea time: who comes?",
  "Summarise Paris time tables",
  "in March reports are due",
  "in South Africa, what is new?",
  "in Christmas week, what is open?",
  "In short, what is new?",
])("a task that begins like a time zone stays one: %s", (task) => {
  expect(read(`every day at 9:00 ${task}`)).toMatchObject({ kind: "rule", rest: task });
});

test.for(["0 0 9 * * * x", "0 0 9 * * MON-FRI x", "0 30 8 ? * 1-5 x", "0 */30 9-17 * * ? x"])(
  "a rule with seconds is none, and not another one: %s",
  (text) => {
    const said = read(text);
    const trouble = said.kind === "rule" ? ruleTrouble(said.rule, SPEAKING.nowMs)?.kind : said.why.kind;
    expect(trouble).toMatch(/^(?:noCron|when)$/);
  },
);

test("the words are kept as they were said, without the task", () => {
  expect(read("  Every weekday at 9:00 Europe/Berlin, sum up")).toMatchObject({
    words: "Every weekday at 9:00 Europe/Berlin",
    rest: "sum up",
  });
});

test.for([
  ["whenever it rains", { kind: "when" }],
  ["", { kind: "when" }],
  ["every day do it", { kind: "timeOfDay" }],
  ["every weekday at 25:00 x", { kind: "timeOfDay" }],
  ["every day at 9:00 and 17:30 x", { kind: "minutesDiffer" }],
  ["every 2 hours at 9:00 x", { kind: "timeOrEvery" }],
  ["every 7 minutes look", { kind: "unevenMinutes" }],
  ["every 5 hours look", { kind: "unevenHours" }],
  ["tomorrow x", { kind: "timeOfDate" }],
  ["mondays at 9:00 Europe/Nowhere x", { kind: "noZone", zone: "Europe/Nowhere" }],
  // None of these is a place; taken for the beginning of the task, the run would come at another hour.
  ["mondays at 9:00 UTC+2 x", { kind: "noZone", zone: "UTC+2" }],
  ["mondays at 9:00 GMT -03:30 x", { kind: "noZone", zone: "GMT -03:30" }],
  ["mondays at 9:00 +02:00 x", { kind: "noZone", zone: "+02:00" }],
  ["every day 9am PST x", { kind: "noZone", zone: "PST" }],
  ["0 9 * * * CEST x", { kind: "noZone", zone: "CEST" }],
  ["every day 9:00 San Francisco time x", { kind: "noZone", zone: "San Francisco" }],
  ["every day 9:00 Munich time: x", { kind: "noZone", zone: "Munich" }],
  ["every day 9:00 central European time x", { kind: "noZone", zone: "central European" }],
  ["every day 9:00 UK time x", { kind: "noZone", zone: "UK" }],
] as const)("what is not clear is asked about: %s", ([text, why]) => {
  expect(read(text)).toEqual({ kind: "unclear", why });
});

const PIECES = ["every", "each", "monday", "and", ",", "weekday", "at", "9:00", "9", "noon", "the", "1st", "last", "of", "month", "0", "*", "*/5", "1-5", "Europe/Berlin", "UTC", "`", "2026-12-24", "tomorrow", "(", ")", "hour", "minutes", "😀", "\u202e"]; // prettier-ignore

test("whatever is written, there is an answer at once, and the task is the end of what was written", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 8 })), { maxLength: 40 }), (pieces) => {
      const text = pieces.join(" ");
      const said = read(text);
      if (said.kind === "rule") expect(text.trim().endsWith(said.rest)).toBe(true);
      else expect(said.why.kind).not.toBe("");
    }),
    { numRuns: 300 },
  );
});
