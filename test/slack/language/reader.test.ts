import { expect, onTestFinished, test } from "vitest";
import { saveSettings } from "../../../src/slack/buttons/settings-form.ts";
import { budgetText, refusedText } from "../../../src/slack/commands/day-budgets.ts";
import type { HandlerContext } from "../../../src/slack/commands/handler-context.ts";
import { LANGUAGES, type Language } from "../../../src/slack/language/languages.ts";
import { loadTranslator } from "../../../src/slack/language/translator.ts";
import { refusedFor } from "../../../src/runner/refused.ts";
import { render } from "../../../src/slack/render/render.ts";
import { schedulePressed } from "../../../src/slack/schedules/home-switches.ts";
import type { PressBody, SubmissionBody } from "../../../src/slack/words/press-payloads.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import { asks, logOf, says, selects, started, stopped, TEAM } from "../log.ts";

const MARIA = "U0MARIA";
const member = { user: MARIA, affiliation: "member" } as const;

/** What a handler needs, where this person reads this language and may do everything. */
function contextIn(language: Language) {
  const { store, settings, schedules } = openSqlite({ path: ":memory:" });
  onTestFinished(() => store.close());
  const told: string[] = [];
  const opened: string[] = [];
  const open = async ({ view }: { readonly view: object }) => void opened.push(JSON.stringify(view));
  const ctx = {
    store,
    settings,
    schedules,
    me: { team: "T1", user: "U0BOT" },
    allow: { editTeams: "anyone", schedule: "anyone", raise: "admins" },
    people: { nameOf: async () => "Maria", affiliationOf: async () => "member", isAdmin: async () => false },
    languages: { of: async () => loadTranslator(language) },
    teams: { cards: [], default: "pair" },
    whisper: { tell: async (_to: object, text: string) => void told.push(text) },
    web: { write: { views: { open, push: open } } },
    clock: { now: () => Date.UTC(2026, 10, 23) },
    log: (line: string) => void told.push(line),
  };
  return { ctx: ctx as unknown as HandlerContext, told, opened };
}

test.each([
  ["en", "code allowed by whoever started the run, admins of the workspace"],
  ["de", "Code erlauben dürfen: wer den Lauf gestartet hat, Admins des Workspace"],
  ["fr", "autorisent le code\u00A0: qui a lancé l’exécution, les administrateurs de l’espace de travail"],
] as const)("who has set a channel reads in %s who may allow code", async (language, words) => {
  const { ctx, told } = contextIn(language);
  const approve = { value: { selected_option: { value: "both" } } };
  const view = { id: "V1", private_metadata: JSON.stringify({ channel: "C1", revision: 0 }), state: { values: { approve } } };
  await saveSettings(ctx, { user: { id: MARIA }, view } as unknown as SubmissionBody, member);
  expect(told).toEqual([expect.stringContaining(` · ${words}.`)]);
});

test.each([
  [
    "en",
    "Today's budget is used up: $2.00 spent today, the budget of the workspace is $2.00 a day. It starts anew on <!date^1796169600^{date_short} at {time}|2026-12-02 00:00 UTC>. A day's budget can be raised by admins of this workspace. `/parley budget` shows how it stands.",
  ],
  [
    "de",
    "Das Budget für heute ist aufgebraucht: 2,00\u00a0$ heute ausgegeben, das Budget für den Workspace ist 2,00\u00a0$ am Tag. Es beginnt am <!date^1796169600^{date_short} um {time}|2026-12-02 00:00 UTC> von vorn. Ein Tagesbudget erhöhen können: Admins dieses Workspace. `/parley budget` zeigt, wie es steht.",
  ],
] as const)("why words were refused is said in the language that is asked for, whoever reads along: %s", async (language, words) => {
  const { ctx } = contextIn("fr");
  const budgets = [{ account: "workspace", day: "2026-12-01", limit: 2, spent: 2, priced: true }];
  const heard = refusedFor({ kind: "budget", budgets, until: "2026-12-02T00:00:00.000Z" });
  expect(await refusedText(ctx, await loadTranslator(language), heard, "C1")).toBe(words);
});

test("how the budgets stand is told also where neither a price nor a limit is known", async () => {
  const { ctx } = contextIn("en");
  const spent = { "person/U0MARIA": { spent: 0, priced: false }, "channel/C1": { spent: 0.25, priced: false }, workspace: { limit: 5 } };
  const spending = async (_team: string, account: keyof typeof spent) => ({ account, spent: 1.5, priced: true, ...spent[account] });
  const text = await budgetText({ ...ctx, runner: { budgets: { spending } } } as unknown as HandlerContext, { ...member, channel: "C1" });
  expect(text.split("\n").slice(1, 4)).toEqual([
    "• runs that you started: no price is known, no limit",
    "• this channel: at least $0.25, no limit",
    "• the workspace: $1.50 of $5.00 (30%)",
  ]);
});

test.each(LANGUAGES)("what says at the end in %s that words came too late names the button that stands below it", async (language) => {
  const t = await loadTranslator(language);
  const log = logOf(started(), asks("x"), selects("Coder"), says("Coder", "Done."), asks("and y", "m2"), stopped());
  const end = JSON.stringify(render(t, { seq: 6, kind: "end", part: 0 }, log, TEAM));
  const button = t("ends.button.continue");
  expect(end).toContain(`\`${button}\``);
  expect(end).toContain(`"text":"${button}"`);
});

test("what became of a switch in Home is told where it was not done", async () => {
  const { ctx, opened } = contextIn("en");
  const press = { user: { id: MARIA }, trigger_id: "1.1", actions: [{ value: '{"s":"gone1"}' }] } as unknown as PressBody;
  expect(await schedulePressed(ctx, press, member, "scheduleOff")).toBe(true);
  expect(opened).toEqual([expect.stringContaining("There is no schedule `gone1`")]);
  const owner = { id: MARIA, name: "Maria" };
  const starts = { kind: "times", rule: { pattern: "0 9 * * *", timeZone: "UTC" }, words: "every day 9:00" };
  const rest = { results: { to: "thread" }, missed: "skip", runsPerDay: 24, since: 0, botRuns: 0, recent: [], waiting: [], open: [] };
  const value = { kind: "schedule", owner, place: "C1", starts, task: "Sum up", state: { kind: "on" }, ...rest };
  await ctx.schedules.put({ workspace: "T1", id: "gone1", place: "C1", owner: MARIA, value, dueAt: undefined, revision: 0 });
  await schedulePressed(ctx, press, member, "scheduleOff");
  expect((await ctx.schedules.get("T1", "gone1"))?.value).toMatchObject({ state: { kind: "off" } });
  expect(opened).toHaveLength(1);
});
