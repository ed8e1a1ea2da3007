import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createWorkspace } from "../../../local-slack/index.ts";
import { INCIDENTS_NOTE } from "../../../src/alerts/alerts.ts";
import type { Incidents } from "../../../src/alerts/incidents.ts";
import { checkAlerts } from "../../../src/cli/doctor/alerts.ts";
import { loadSettings } from "../../../src/config/load.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import { folderWith, mistakesOf, SMALL } from "../../config/team-files.ts";

const GENERAL = "C0GENERAL";

async function told(env: { readonly [name: string]: string }, file = SMALL): Promise<readonly string[]> {
  const cwd = folderWith({ "parley.yml": file });
  const found: string[] = [];
  for await (const { grade, thing, message } of checkAlerts(loadSettings({ env: { ANTHROPIC_API_KEY: "sk-ant-x", ...env }, cwd }), env))
    found.push(`${grade} ${thing}: ${message}`);
  return found;
}

test("the channel of the alerts is asked after: whether Parley is in it, and whether anybody can write there", async () => {
  const slack = await createWorkspace({ port: 0, rateLimits: false });
  onTestFinished(() => slack.close());
  const env = { SLACK_BOT_TOKEN: slack.botToken, SLACK_API_URL: slack.apiUrl };
  expect(await told(env)).toEqual([]);
  expect(await told({ ...env, PARLEY_ALERTS_CHANNEL: GENERAL })).toEqual(["ok alerts: go to #general (C0GENERAL)"]);
  expect(await told(env, `${SMALL}\nalerts: { channel: ${GENERAL} }\n`)).toEqual(["ok alerts: go to #general (C0GENERAL)"]);
  const out = slack.control.addChannel("ops", { botIsMember: false });
  expect(await told({ ...env, PARLEY_ALERTS_CHANNEL: out })).toEqual([
    `fail alerts: Parley is not in #ops (${out}); write "/invite @parley" there.`,
  ]);
  const old = slack.control.addChannel("old");
  slack.control.archive(old);
  expect(await told({ ...env, PARLEY_ALERTS_CHANNEL: old })).toEqual([
    `fail alerts: #old (${old}) is archived; name another one in PARLEY_ALERTS_CHANNEL.`,
  ]);
  expect(await told({ ...env, PARLEY_ALERTS_CHANNEL: "C0NOWHERE" })).toEqual([
    "fail alerts: C0NOWHERE cannot be posted to: Slack knows no such channel, or Parley is not in it; invite it there, or fix the id.",
  ]);
});

test("of many workspaces the one that the channel is in has to be named, and a message that waits is told", async () => {
  const many = { SLACK_CLIENT_ID: "1.2" };
  expect(await told({ ...many, PARLEY_ALERTS_CHANNEL: "C0OPS" })).toEqual([
    "fail alerts: C0OPS is in no workspace; write it as T0123ABCD/C0OPS (PARLEY_ALERTS_CHANNEL, alerts.channel).",
  ]);
  const path = join(folderWith({}), "parley.db");
  const { store } = openSqlite({ path });
  const refused = { code: "not_in_channel", atMs: Date.UTC(2026, 0, 5), isSure: true };
  const waiting: Incidents = { open: [], toldMs: [], telling: { id: "alert/1", text: "x", atMs: 0, refused } };
  await store.putNote(INCIDENTS_NOTE, JSON.stringify(waiting));
  await store.close();
  expect(await told({ ...many, PARLEY_ALERTS_CHANNEL: "T0ACME/C0OPS", PARLEY_DB: path })).toEqual([
    "warn alerts: one waits that Slack refused (not_in_channel) at 2026-01-05T00:00:00.000Z; it is tried again every 5 minutes while Parley runs.",
  ]);
});

test("what is no channel is a mistake that names the mend, in the file and in the environment", () => {
  expect(mistakesOf({ "parley.yml": `${SMALL}\nalerts: { channel: "#ops" }\n` })).toEqual([
    expect.stringContaining("is no channel; give its id, such as C0123ABCD"),
  ]);
  const cwd = folderWith({ "parley.yml": SMALL });
  expect(() => loadSettings({ env: { PARLEY_ALERTS_CHANNEL: "ops" }, cwd })).toThrow(/PARLEY_ALERTS_CHANNEL.*is no channel/);
});
