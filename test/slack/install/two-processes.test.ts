import { randomBytes } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { createWorkspaces } from "../../../local-slack/index.ts";
import { createForgetting } from "../../../src/runner/upkeep/forgetting.ts";
import { createRunner } from "../../../src/runner/runner.ts";
import { Inbox } from "../../../src/slack/door/inbox.ts";
import { createTenants } from "../../../src/slack/install/tenants.ts";
import type { Installation } from "../../../src/store/installations.ts";
import { createKeyRing } from "../../../src/store/key-ring.ts";
import type { Opened } from "../../../src/store/own-store.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import { fastClock } from "../../support/journey.ts";
import { eventually } from "../../support/patience.ts";

const NORTH = "T0NORTH";

/** Two processes over one store, neither of which has begun. */
async function twoProcesses() {
  const clock = fastClock();
  const slack = await createWorkspaces({ port: 0, teams: [{ id: NORTH }], now: () => clock.now() });
  const opened = openSqlite({ path: ":memory:", ...clock });
  const ring = createKeyRing([randomBytes(32)]);
  const open = ({ store, dispatch, memory, settings, schedules, runs, forgetter, installations: kept }: Opened) => {
    const lines: string[] = [];
    const log = (line: string) => void lines.push(line);
    const none = { default: "", names: () => [], has: () => false, build: () => expect.unreachable("no run begins here") };
    const runner = createRunner({ store, dispatch, teams: none, posts: () => [], clock, slots: 1, perWorkspace: 1, log });
    const forgetting = createForgetting({ store, rewrite: runner.rewrite, forgetter, compacts: "if small" });
    const installations = kept(ring);
    const inbox = new Inbox({ store, dispatch, clock, log, handle: async () => undefined });
    const oauth = { clientId: slack.clientId, clientSecret: slack.clientSecret, stateSecret: "s".repeat(40) };
    const world = { store, dispatch, memory, settings, schedules, runs, runner, forgetting, installations, inbox, oauth, clock, log };
    const tenants = createTenants({ ...world, teams: { cards: [], default: "" }, apiUrl: slack.apiUrl });
    const isServed = async () => (await tenants.find({ team: NORTH, org: undefined, isOrgWide: false, channel: undefined })) !== undefined;
    return { tenants, installations, lines, isServed, close: () => tenants.hangUp().then(() => tenants.stop()) };
  };
  const processes = [open(opened), open(opened.beside())] as const;
  onTestFinished(async () => {
    for (const one of processes) await one.close();
    await opened.store.close();
    await slack.close();
  });
  for (const { tenants } of processes) {
    await tenants.load();
    await tenants.start();
  }
  const { botToken: token } = slack.workspace(NORTH);
  const installedAt = (at: string): Installation => {
    const bot = { app: "A1", bot: "B1", botUser: "U0PARLEY" };
    return { id: NORTH, isOrg: false, name: "North", ...bot, scopes: [], state: "active", why: "", at, expiresAt: undefined };
  };
  const install = async (at: string) => {
    await processes[0].installations.save(installedAt(at), { token, refresh: undefined });
    await processes[0].tenants.installed(installedAt(at));
  };
  return { slack, first: processes[0], second: processes[1], install, installedAt };
}

test("where one process has let Parley in, and where it was let out, the other knows", async () => {
  const { slack, first, second, install, installedAt } = await twoProcesses();
  expect(await second.isServed()).toBe(false);
  await install("2026-01-05T09:00:00.000Z");
  expect(await first.isServed()).toBe(true);
  await eventually(async () => expect(await second.isServed()).toBe(true));
  await eventually(() => expect(second.lines).toEqual(["Parley is installed in North (T0NORTH)"]));

  // Anew, so that the other takes the new token.
  await install("2026-01-06T09:00:00.000Z");
  await eventually(() => expect(second.lines).toHaveLength(2));

  slack.workspace(NORTH).control.fault({ method: "auth.test", kind: "error", code: "account_inactive", times: 10 });
  await second.tenants.removed(installedAt("2026-01-06T09:00:00.000Z"));
  expect(await second.isServed()).toBe(false);
  await eventually(async () => expect(await first.isServed()).toBe(false));
  await eventually(() => expect(first.lines.at(-1)).toMatch(/^Parley is no longer let into North \(T0NORTH; the app was removed\)/));
  // What one hears of itself changes nothing.
  expect(first.lines).toHaveLength(3);
  expect(second.lines).toHaveLength(3);
});
