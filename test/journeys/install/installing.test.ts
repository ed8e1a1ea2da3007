import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { readStore } from "../../../src/store/open-store.ts";
import { statementIn } from "../../support/postgres/journey-store.ts";
import { NORTH, openMany, SOUTH, type Many } from "../../support/slack/installing.ts";
import { PAIR } from "../../support/journey.ts";

const TALK = { file: PAIR, replies: { Ana: ["One.", "Three."], Ben: ["Two.", "Four. DONE"] } };
/** The second turn takes its time, so that there is something to park. */
const SLOW = { file: PAIR, replies: { Ana: ["One.", "Three."], Ben: [{ text: "Two.", delayMs: 30_000 }, "Four. DONE"] } };
const TURNS = ["Ana: One.", "Ben: Two.", "Ana: Three.", "Ben: Four."];

const stateOf = async (many: Many, id: string) => {
  const reader = await readStore(many.dbPath);
  const found = (await reader.installations([])).find((one) => one.id === id);
  await reader.close();
  return found?.state;
};
const told = (many: Many, words: string) => many.problems.filter((line) => line.includes(words));

test("an installation is refused without the cookie, with another browser's, with a state of one's own, and when the person says no", async () => {
  const many = await openMany(TALK);
  const begun = await many.page("/slack/install");
  expect(begun.status).toBe(302);
  const cookie = begun.headers.get("set-cookie") ?? "";
  expect(cookie).toMatch(/HttpOnly/);
  const consent = new URL(begun.headers.get("location") ?? "");
  expect(consent.searchParams.get("user_scope")).toBeNull();
  const back = (await fetch(consent, { redirect: "manual" })).headers.get("location") ?? "";
  const another = (await many.page("/slack/install")).headers.get("set-cookie")?.split(";")[0] ?? "";
  const forged = new URL(back);
  forged.searchParams.set("state", `${forged.searchParams.get("state")}x`);
  for (const [address, sent] of [
    [back, ""],
    [back, another],
    [forged.href, `slack-app-oauth-state=${forged.searchParams.get("state")}`],
    [forged.href.replace(/code=\w+/, "error=access_denied"), cookie],
    [back.replace(/code=\w+/, "code=guessed"), cookie.split(";")[0] ?? ""],
  ] as const) {
    const answer = await many.page(address, { cookie: sent });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain("was not installed");
  }
  expect(await stateOf(many, NORTH)).toBeUndefined();
  expect((await many.page(back, { cookie: cookie.split(";")[0] ?? "" })).status).toBe(200);
  // A code works once.
  expect((await many.page(back, { cookie: cookie.split(";")[0] ?? "" })).status).toBe(400);
  expect((await many.page("/slack/elsewhere")).status).toBe(404);
});

test("a workspace that is not on the list gives its token back and is not let in", async () => {
  const many = await openMany({ ...TALK, oauth: { welcome: [SOUTH] } });
  const answer = await many.install(NORTH);
  expect(answer.status).toBe(403);
  expect(await stateOf(many, NORTH)).toBeUndefined();
  expect((await many.install(SOUTH)).status).toBe(200);
  expect(told(many, "PARLEY_WORKSPACES")).toHaveLength(1);
});

test("no token is in the database as it was given, and a row that is put under another workspace does not open", async () => {
  const many = await openMany(TALK);
  await many.install(NORTH);
  await many.install(SOUTH);
  await many.stop();
  const rows = (await statementIn(many.dbPath, "SELECT * FROM installations ORDER BY id")) as { id: string }[];
  expect(rows.map(({ id }) => id)).toEqual([NORTH, SOUTH]);
  expect(JSON.stringify(rows)).not.toMatch(/xox/);
  const moved = `UPDATE installations SET tokens = (SELECT tokens FROM installations WHERE id = '${NORTH}') WHERE id = '${SOUTH}'`;
  await statementIn(many.dbPath, moved);
  const again = await many.again();
  expect(told(again, `(${SOUTH}) do not open with PARLEY_TOKEN_KEY`)).toHaveLength(1);
  const north = await again.mention(NORTH, "@parley count");
  await north.ended();
  await again.mention(SOUTH, "@parley count");
  await again.quiet();
  expect(again.workspace(SOUTH).control.calls("chat.postMessage")).toEqual([]);
});

test("a new key in front of the old one seals anew what the old one had sealed; without the old one nothing opens, and with it all goes on", async () => {
  const many = await openMany(TALK);
  await many.install(NORTH);
  const fresh = randomBytes(32);
  const lost = await many.again({ keys: [fresh] });
  expect(told(lost, "do not open")).toHaveLength(1);
  const both = await lost.again({ keys: [fresh, ...many.keys] });
  await expect.poll(() => stateOf(both, NORTH)).toBe("active");
  expect(told(both, "sealed again")).toHaveLength(1);
  const alone = await both.again({ keys: [fresh] });
  const thread = await alone.mention(NORTH, "@parley count");
  await thread.ended();
  expect(thread.turns()).toEqual(TURNS);
});

test.each(["told", "quietly"] as const)(
  "when the app is removed (%s) its runs are parked and nothing is tried again and again; installed anew, they go on",
  async (how) => {
    const many = await openMany(SLOW);
    await many.install(NORTH);
    await many.install(SOUTH);
    const thread = await many.mention(NORTH, "@parley count");
    await thread.until(() => thread.turns().length === 1);
    await many.slack.uninstall(NORTH, how === "quietly" ? "quietly" : undefined);
    // Nothing else tells of it than the next call, which marks these words as seen.
    if (how === "quietly") await thread.reply("Take your time.");
    // Slack was not told anything more than what was under way, and the run has not gone on.
    await expect.poll(() => stateOf(many, NORTH)).toBe(how === "told" ? "removed" : "refused");
    // Said once its runs are parked, which asks the database.
    await expect.poll(() => told(many, `no longer let into`)).toHaveLength(1);
    const other = await many.mention(SOUTH, "@parley count");
    await other.ended();
    const calls = many
      .workspace(NORTH)
      .control.calls()
      .filter(({ ok }) => !ok).length;
    expect(calls).toBeLessThan(12);
    expect((await many.parley.store.unfinished(NORTH)).map((one) => one.thread)).toEqual([thread.key]);
    expect(JSON.stringify(await thread.log())).not.toContain("Two.");
    // Nor has one that is seen in the studio alone.
    const beside = `${NORTH}/playground/U0MARIA/1`;
    const said = {
      thread: beside,
      workspace: NORTH,
      person: { id: "U0MARIA", name: "Maria" },
      text: "count",
      id: "beside",
      addressed: true,
    };
    expect((await many.parley.runner.say(said)).kind).toBe("started");
    const next = await many.mention(SOUTH, "@parley count");
    await next.ended();
    expect(JSON.stringify((await many.parley.runner.read(beside)).events)).not.toContain("One.");

    // Also over a restart.
    const again = await many.again();
    await again.quiet();
    expect(JSON.stringify((await again.parley.runner.read(thread.key)).events)).not.toContain("Two.");
    expect((await again.install(NORTH)).status).toBe(200);
    await thread.until(() => thread.turns().length === 4);
    expect(thread.turns()).toEqual(TURNS);
    await thread.until(() => thread.ofKind("end").length === 1);
    expect(await stateOf(again, NORTH)).toBe("active");
  },
);

test("a single no of Slack's to a token that works is not the end of an installation", async () => {
  const many = await openMany(TALK);
  await many.install(NORTH);
  many.workspace(NORTH).control.fault({ method: "reactions.add", kind: "error", code: "invalid_auth" });
  const thread = await many.mention(NORTH, "@parley count");
  await thread.ended();
  await expect.poll(() => told(many, "once (invalid_auth); it goes on").length).toBe(1);
  expect(await stateOf(many, NORTH)).toBe("active");
});

test("word of a removal that comes late, after the app was installed again, removes nothing", async () => {
  const many = await openMany(TALK);
  await many.install(NORTH);
  await many.workspace(NORTH).control.event({ type: "app_uninstalled" });
  await many.workspace(NORTH).control.event({ type: "tokens_revoked", tokens: { bot: ["U0PARLEY"] } });
  await many.quiet();
  expect(await stateOf(many, NORTH)).toBe("active");
  const thread = await many.mention(NORTH, "@parley count");
  await thread.ended();
});

/** On the journeys' clock, which is fast: a token that is due for renewal from the first second on. */
const TOKEN_MS = 3_600_000;

test("tokens that run out are renewed before, once for however many wait, and a restart uses the newest", async () => {
  const many = await openMany({ ...TALK, tokenMs: TOKEN_MS });
  await many.install(NORTH);
  const thread = await many.mention(NORTH, "@parley count");
  await thread.ended();
  await many.quiet();
  const before = many.slack.refreshes();
  // Under two hours are left always, so each call looks; what is renewed at the same time is renewed once.
  expect(before).toBeGreaterThan(0);
  expect(
    many
      .workspace(NORTH)
      .control.calls()
      .filter(({ error }) => error === "token_expired" || error === "invalid_auth"),
  ).toEqual([]);
  const again = await many.again();
  const second = await again.mention(NORTH, "@parley count");
  await second.ended();
  expect(await stateOf(again, NORTH)).toBe("active");
});

test("when the answer to a renewal is lost, the old token works on, the operator is told, and an installation mends it", async () => {
  const many = await openMany({ ...TALK, tokenMs: TOKEN_MS });
  many.slack.loseRefreshes(1);
  await many.install(NORTH);
  const thread = await many.mention(NORTH, "@parley count");
  await thread.ended();
  expect(thread.turns()).toEqual(TURNS);
  expect(told(many, "could not be renewed").length).toBeGreaterThan(0);
  const again = await many.again();
  const second = await again.mention(NORTH, "@parley count");
  await second.ended();
  expect(told(again, "cannot be renewed (invalid_refresh_token)")).toHaveLength(1);
  expect((await again.install(NORTH)).status).toBe(200);
  const third = await again.mention(NORTH, "@parley count");
  await third.ended();
});

test("an organisation's installation serves its workspaces, each behind its own wall, and a channel that is in two has one log", async () => {
  const replies = { Ana: [...TALK.replies.Ana, ...TALK.replies.Ana], Ben: [...TALK.replies.Ben, ...TALK.replies.Ben] };
  const many = await openMany({
    ...TALK,
    replies,
    teams: [
      { id: NORTH, org: "E0ORG" },
      { id: SOUTH, org: "E0ORG" },
    ],
  });
  const [north, south] = [NORTH, SOUTH].map((id) => many.workspace(id).control.addChannel(`only-${id.toLowerCase()}`));
  expect((await many.install("E0ORG")).status).toBe(200);
  const one = await many.mention(NORTH, "@parley count", { channel: north ?? "" });
  await one.ended();
  const other = await many.mention(SOUTH, "@parley count", { channel: south ?? "" });
  await other.ended();
  expect((await many.parley.store.recent(10)).map(({ workspace }) => workspace).toSorted()).toEqual([NORTH, SOUTH]);
  const posts = many.workspace(NORTH).control.calls("chat.postMessage");
  expect(posts.length).toBeGreaterThan(0);
  expect(new Set(posts.map(({ args }) => args["team_id"]))).toEqual(new Set([NORTH]));
  // Somebody of the south writes in the channel of the north that is in both, and is no guest there.
  await many.workspace(SOUTH).control.event({
    type: "app_mention",
    channel: north,
    user: "U0JONAS",
    user_team: SOUTH,
    text: "<@U0PARLEY> count again",
    ts: "1900000000.000100",
    thread_ts: one.ts,
  });
  await one.ended(2);
  expect((await many.parley.store.recent(10)).map(({ thread }) => thread).toSorted()).toEqual([one.key, other.key].toSorted());
  // It goes on after a restart: whose workspace it is, is known.
  const again = await many.again();
  await again.slack.uninstall("E0ORG");
  await expect.poll(() => stateOf(again, "E0ORG")).toBe("removed");
  await again.mention(SOUTH, "@parley count", { channel: south ?? "" });
  await again.quiet();
  expect(await again.parley.store.unfinished()).toEqual([]);
});
