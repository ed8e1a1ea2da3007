import { expect, onTestFinished, test } from "vitest";
import { createWorkspace } from "../../../local-slack/index.ts";
import type { RunEvent } from "../../../src/engine/events/events.ts";
import { createWeb } from "../../../src/slack/api/web-client.ts";
import { createLanguages } from "../../../src/slack/language/whose-language.ts";
import { createPace } from "../../../src/slack/post/pace.ts";
import { createReminders } from "../../../src/slack/signs/reminders.ts";
import { REMINDER_AFTER_MS } from "../../../src/slack/words/limits.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import { englishIn } from "../../support/slack/english.ts";
import { manualClock } from "../../support/clock.ts";
import { eventually } from "../../support/patience.ts";
import { GENERAL, MARIA } from "../heard.ts";
import { asks, logOf, question, selects, started } from "../log.ts";

/** What Maria, who reads Slack in this language, is told of a question that nobody has answered. */
async function remindedOf(locale: string, more: object = {}): Promise<string> {
  const clock = manualClock();
  const slack = await createWorkspace({ port: 0, now: () => clock.now(), rateLimits: false });
  const { ts } = await slack.control.post({ user: MARIA, channel: GENERAL, text: "trip" });
  const { store } = openSqlite({ path: ":memory:" });
  const at = new Date(clock.now()).toISOString();
  // The run is in another language than its starter's: a reminder is for one person.
  const log = logOf(started(), asks("trip"), selects("Coder"), { ...question("Coder", "Wie viele?"), ...more });
  const events = log.events.map((event): RunEvent => ({ ...event, at }));
  const problems: string[] = [];
  const reminders = createReminders({
    runner: { follow: () => () => undefined, read: async () => ({ events }) },
    store: Object.assign(Object.create(store) as typeof store, {
      unfinished: async () => [{ thread: `${slack.teamId}/${GENERAL}/${ts}`, workspace: slack.teamId, lastSeq: 4, at }],
    }),
    web: createWeb({ token: slack.botToken, apiUrl: slack.apiUrl }),
    pace: createPace(clock),
    languages: createLanguages({ localeOf: async () => locale }),
    clock,
    log: (problem, error) => void problems.push(`${problem} ${String(error)}`),
    heardAll: () => true,
    mayStillRead: async () => true,
    team: slack.teamId,
  });
  onTestFinished(async () => {
    await reminders.close();
    await store.close();
    await slack.close();
  });
  reminders.start();
  const said = () => slack.control.calls("chat.postMessage").map(({ args }) => String(args["text"]));
  while (said().length === 0 && problems.length === 0) {
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
    await clock.advance(REMINDER_AFTER_MS / 10);
  }
  expect(problems).toEqual([]);
  return said().join("\n---\n");
}

const IN_AN_HOUR = { answerBy: "2026-01-05T10:00:00.000Z" };

test.each([
  [
    "de-DE",
    /^\*Coder\* wartet <http[^|]+\|im Thread> auf eine Antwort:\n>Wie viele\?\nDer Lauf wartet, bis jemand antwortet\.$/,
    /\nOhne Antwort geht der Lauf am <!date\^1767607200\^\{date_short\} um \{time\}\|2026-01-05 10:00 UTC> weiter\.$/,
  ],
  [
    "fr-FR",
    /^\*Coder\* attend une réponse <http[^|]+\|dans son fil>\u00A0:\n>Wie viele\?\nL’exécution attend que quelqu’un réponde\.$/,
    /\nSans réponse, l’exécution continue le <!date\^1767607200\^\{date_short\} à \{time\}\|2026-01-05 10:00 UTC>\.$/,
  ],
] as const)("who has not answered is reminded in the language that they read: %s", async (locale, open, timed) => {
  const waits = await remindedOf(locale);
  expect(waits).toMatch(open);
  const goesOn = await remindedOf(locale, IN_AN_HOUR);
  expect(goesOn).toMatch(timed);
  expect(englishIn([waits, goesOn])).toEqual([]);
});

test("threads that wait cost a start nothing: it reads those in which something was recorded since, and those whose hour has begun", async () => {
  const clock = manualClock();
  const { store } = openSqlite({ path: ":memory:" });
  const at = new Date(clock.now()).toISOString();
  const log = logOf(started(), asks("trip"), selects("Coder"), question("Coder", "How many?"));
  const summaries = Array.from({ length: 300 }, (_, nth) => ({
    thread: `T0LOCAL/${GENERAL}/170000${1_000 + nth}.000100`,
    workspace: "T0LOCAL",
    lastSeq: 4,
    at,
  }));
  const read: string[] = [];
  const told: string[] = [];
  const problems: string[] = [];
  const begin = () => {
    const reminders = createReminders({
      runner: {
        follow: () => () => undefined,
        async read(thread) {
          read.push(thread);
          return { events: log.events.map((event): RunEvent => ({ ...event, at })) };
        },
      },
      store: Object.assign(Object.create(store) as typeof store, {
        unfinished: async (_: unknown, since?: string) => summaries.filter((one) => since === undefined || one.at >= since),
      }),
      web: createWeb({ token: "xoxb-1", apiUrl: "http://127.0.0.1:9/" }),
      pace: createPace(clock),
      languages: createLanguages({ localeOf: async () => "en-US" }),
      clock,
      log: (problem, error) => void problems.push(`${problem} ${String(error)}`),
      heardAll: () => true,
      mayStillRead: async (_, channel) => {
        told.push(channel);
        return false;
      },
      team: "T0LOCAL",
    });
    onTestFinished(() => reminders.close());
    return reminders;
  };
  const first = begin();
  first.start();
  await first.settled();
  expect(new Set(read).size).toBe(300);
  await eventually(async () => expect(await store.note("reminders/T0LOCAL")).toMatch(/^\d+$/));
  await first.close();

  read.length = 0;
  const second = begin();
  second.start(async () => new Date(clock.now() + 1).toISOString());
  await second.settled();
  await clock.advance(REMINDER_AFTER_MS - 1);
  expect([read, told]).toEqual([[], []]);
  await clock.advance(1);
  await eventually(() => expect(told).toHaveLength(300));
  expect(new Set(read).size).toBe(300);
  // Who may not read there any more is not reminded, nor asked about again; the hour is done with when it is over.
  await clock.advance(2 * REMINDER_AFTER_MS);
  await eventually(async () => expect(await store.note("reminders/T0LOCAL")).toBe(""));
  expect(problems).toEqual([]);
  await second.close();
  await store.close();
});
