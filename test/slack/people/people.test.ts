import { WebClient } from "@slack/web-api";
import { afterEach, beforeEach, expect, test } from "vitest";
import { tokenError } from "../../../src/slack/api/token-source.ts";
import { createWeb } from "../../../src/slack/api/web-client.ts";
import { createPeople } from "../../../src/slack/people/people.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import type { Store } from "../../../src/store/store.ts";
import { createWorkspace } from "../../../local-slack/index.ts";
import { manualClock, type ManualClock } from "../../support/clock.ts";

let store: Store;
beforeEach(() => ({ store } = openSqlite({ path: ":memory:" })));
afterEach(() => store.close());

/** What one process knows; `info` and `list`: what Slack says; `aheadMs`: how far its clock is ahead of the time that passes. */
function asking(
  info: () => Promise<unknown>,
  list: () => Promise<unknown> = async () => ({ members: [] }),
  aheadMs: () => number = () => 0,
) {
  const clock = manualClock();
  const told: string[] = [];
  const asked = { info: 0, list: 0 };
  const users = {
    info: () => (asked.info++, info()),
    list: () => (asked.list++, list()),
  };
  const read = Object.assign(new WebClient(), { users });
  const people = createPeople({
    read,
    store,
    me: { team: "T1" },
    clock: { now: () => clock.now() + aheadMs(), sleep: clock.sleep },
    log: (line) => void told.push(line),
  });
  return { clock, people, told, asked, nameOf: (user: string) => clock.run(people.nameOf(user)) };
}

const MARIA = { id: "U1", team_id: "T1", is_admin: true, profile: { display_name: "Maria" } };
const maria = async () => ({ ok: true, user: MARIA });
const later = (clock: ManualClock, ms: number) => clock.run(clock.sleep(ms));

test.each([
  ["fails", () => Promise.reject(tokenError("internal_error"))],
  ["is not to be had any more", () => Promise.reject(tokenError("missing_scope"))],
  ["does not come back", () => new Promise(() => undefined)],
])("where the look-up %s, people are called as they were when it worked, and by their ids where it never did", async (_, info) => {
  expect(await asking(maria).nameOf("U1")).toBe("Maria");
  const after = asking(info);
  expect([await after.nameOf("U1"), await after.nameOf("U1"), await after.nameOf("U2")]).toEqual(["Maria", "Maria", "U2"]);
});

test("an id that stood in for a name is looked up again within minutes", async () => {
  let isDown = true;
  const { nameOf, clock } = asking(() => (isDown ? Promise.reject(tokenError("internal_error")) : maria()));
  expect(await nameOf("U1")).toBe("U1");
  isDown = false;
  await later(clock, 6 * 60_000);
  expect(await nameOf("U1")).toBe("Maria");
});

test("a clock that is set back keeps nobody from being asked about, nor what somebody was from being asked anew", async () => {
  let aheadMs = 86_400_000;
  let isDown = true;
  const { nameOf, people, asked, clock } = asking(
    () => (isDown ? Promise.reject(tokenError("missing_scope")) : maria()),
    undefined,
    () => aheadMs,
  );
  expect(await nameOf("U1")).toBe("U1");
  [aheadMs, isDown] = [3_600_000, false];
  expect([await nameOf("U1"), asked.info]).toEqual(["Maria", 2]);
  aheadMs = 0;
  expect([await clock.run(people.isAdmin("U1")), asked.info]).toEqual([true, 3]);
});

test("one call tells a person's name, whether they are an admin and where they are at home; a change is asked about once for all of it", async () => {
  const { people, asked, clock, nameOf } = asking(maria);
  const all = () =>
    clock.run(Promise.all([people.nameOf("U1"), people.isAdmin("U1"), people.affiliationOf({ user: "U1", teams: ["T1"] })]));
  expect(await all()).toEqual(["Maria", true, "member"]);
  expect(await all()).toEqual(["Maria", true, "member"]);
  expect(asked.info).toBe(1);
  people.changed({ id: "U1" });
  expect(await all()).toEqual(["Maria", true, "member"]);
  expect(asked.info).toBe(2);
  // A name may be older than what somebody may do.
  await later(clock, 11 * 60_000);
  expect([await nameOf("U1"), asked.info]).toEqual(["Maria", 2]);
  expect([await clock.run(people.isAdmin("U1")), asked.info]).toEqual([true, 3]);
});

test("what was asked before somebody changed is not kept", async () => {
  const answers: ((found: unknown) => void)[] = [];
  const { people, clock } = asking(() => new Promise((resolve) => answers.push(resolve)));
  const before = people.isAdmin("U1");
  people.changed({ id: "U1" });
  const after = people.isAdmin("U1");
  answers[0]?.({ user: { ...MARIA, is_admin: false } });
  expect(await before).toBe(false);
  const third = people.isAdmin("U1");
  answers[1]?.({ user: MARIA });
  expect([await after, await third, await clock.run(people.isAdmin("U1"))]).toEqual([true, true, true]);
  expect(answers).toHaveLength(2);
});

test("while Slack is in trouble nobody is asked about with every message, less and less often, and one answer ends that for the name and the rest", async () => {
  let isDown = true;
  const { people, asked, clock, nameOf } = asking(() => (isDown ? Promise.reject(tokenError("fatal_error")) : maria()));
  const ask = async (afterMs: number) => {
    await later(clock, afterMs);
    await nameOf("U1");
    await clock.run(people.isAdmin("U1"));
    return asked.info;
  };
  const counts: number[] = [];
  for (const ms of [0, 1_000, 1_000, 2_000, 2_000, 8_000]) counts.push(await ask(ms));
  expect(counts).toEqual([1, 1, 2, 2, 3, 4]);
  isDown = false;
  await later(clock, 60_000);
  expect([await nameOf("U1"), await clock.run(people.isAdmin("U1"))]).toEqual(["Maria", true]);
  expect(asked.info).toBe(5);
});

test("what the app may not ask is told the operator once, and asked again after minutes", async () => {
  const { asked, told, clock, nameOf } = asking(() => Promise.reject(tokenError("missing_scope")));
  for (const user of ["U1", "U2", "U1"]) await nameOf(user);
  expect(asked.info).toBe(1);
  await later(clock, 11 * 60_000);
  await nameOf("U1");
  expect(asked.info).toBe(2);
  expect(told).toEqual([expect.stringContaining("add the scope users:read")]);
});

test("whoever is renamed is known by the new name at once, in the list of members too, and a list that fails is not read with every message", async () => {
  let isDown = false;
  const members = async () => ({ members: [{ name: "maria", profile: { display_name: "Maria" } }] });
  const { people, asked, clock, told } = asking(maria, () => (isDown ? Promise.reject(tokenError("internal_error")) : members()));
  const looks = async (name: string) => (await clock.run(people.lookalikes()))(name);
  expect([await looks("Maria"), await looks("Mimi")]).toEqual([true, false]);
  people.changed({ id: "U1", profile: { display_name: "Mimi" } });
  expect([await looks("Maria"), await looks("Mimi"), asked.list]).toEqual([true, true, 1]);
  isDown = true;
  await later(clock, 7 * 3_600_000);
  for (let time = 0; time < 5; time++) expect(await looks("Maria")).toBe(true);
  expect(asked.list).toBe(2);
  expect(told).toEqual([expect.stringContaining("the members' names could not be read")]);
});

test("Slack is asked once who is an admin, and whoever it does not know is none", async () => {
  const slack = await createWorkspace({ port: 0 });
  const web = createWeb({ token: slack.botToken, apiUrl: slack.apiUrl, log: () => undefined });
  let now = 0;
  const clock = { now: () => now, sleep: async () => undefined };
  const told: string[] = [];
  const people = createPeople({ read: web.read, store, me: { team: "T0LOCAL" }, clock, log: (line) => void told.push(line) });
  const calls = () => slack.control.calls().filter(({ method }) => method === "users.info").length;
  expect([await people.isAdmin("U0ADA"), await people.isAdmin("U0MARIA"), await people.isAdmin("U0ADA")]).toEqual([true, false, true]);
  expect(calls()).toBe(2);
  now = 11 * 60_000;
  expect(await people.isAdmin("U0ADA")).toBe(true);
  people.changed({ id: "U0ADA" });
  expect(await people.isAdmin("U0ADA")).toBe(true);
  expect(calls()).toBe(4);
  expect(await people.isAdmin("U0NOBODY")).toBe(false);
  expect(told).toEqual([expect.stringContaining("user_not_found")]);
  await slack.close();
});
