import { expect, test } from "vitest";
import { slackDate } from "../../web/text/slack-dates.ts";

const NOON = new Date(2026, 10, 28, 12, 0, 0);
const secondsOf = (date: Date) => date.getTime() / 1_000;
const at = (day: number, hour = 12) => secondsOf(new Date(2026, 10, day, hour, 5, 9));

test.each([
  [28, "{date_short_pretty} at {time}", /^Today at 12:05\sPM$/],
  [27, "{date_short_pretty} at {time}", /^Yesterday at 12:05\sPM$/],
  [29, "until {date_pretty}", /^until tomorrow$/],
  [20, "{date_short_pretty}", /^Nov 20, 2026$/],
  [20, "{date_long}", /^Friday, November 20, 2026$/],
  [20, "{date_num} {time_secs}", /^2026-11-20 12:05:09\sPM$/],
  [20, "{day_divider_pretty}", /^Friday, November 20$/],
  [20, "{unheard_of} day", /^\{unheard_of\} day$/],
])("the %ith is written by %s as Slack does", (day, format, words) => {
  expect(slackDate(at(day), format, NOON)).toMatch(words);
});

test("how long ago it was, or until it is, is said in the largest unit that fits", () => {
  const shown = (seconds: number) => slackDate(secondsOf(NOON) + seconds, "{ago}", NOON);
  expect([shown(-7_200), shown(-125), shown(1_800), shown(-172_800)]).toEqual([
    "2 hours ago",
    "2 minutes ago",
    "In 30 minutes",
    "2 days ago",
  ]);
});
