import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type OAuthFixture, startOAuthFixture } from "../../fixtures/mcp-oauth.ts";
import { GENERAL, type Journey, JONAS, MARIA, openJourney } from "../../support/journey.ts";
import type { Thread } from "../../support/slack/thread.ts";
import { screenOf } from "../../support/slack/views.ts";
import { visit } from "../../support/login-browser.ts";
import { storeIn, textOf } from "../../support/postgres/journey-store.ts";

let desk: OAuthFixture;
beforeAll(async () => void (desk = await startOAuthFixture()));
afterAll(() => desk.close());

const WHO = { toolCalls: [{ name: "desk__whoami", args: {} }] };
const TEAM = (more: object = {}) => ({
  slack: { allow: { approve: "anyone" } },
  models: { scripted: { provider: "replay", file: "replies.yml" } },
  tools: { desk: { kind: "mcp", url: desk.url, approval: "never", ...more } },
  teams: {
    desk: {
      description: "Looks things up.",
      agents: [{ name: "Ana", model: "scripted", description: "Looks.", tools: ["desk"] }],
      speakers: { policy: "round-robin" },
      stop: { maxTurns: 1 },
    },
  },
});

const open = (replies: readonly unknown[], more?: object) =>
  openJourney({ file: TEAM(more), replies: { Ana: replies }, loginKey: randomBytes(32) });

/** The link that only this person has been shown, the newest. */
async function linkOf(journey: Journey, user: string, count = 1): Promise<string> {
  const links = () =>
    journey.slack.control
      .channel(GENERAL)
      .flatMap((root) => journey.slack.control.thread(GENERAL, root.ts))
      .filter((message) => message.ephemeralTo === user)
      .flatMap((message) => [...JSON.stringify(message).matchAll(/"url":"(http:[^"]+\/logins\/[\w-]+)"/g)].map(([, url = ""]) => url));
  await journey.slack.control.until(() => links().length >= count);
  return links().at(-1) ?? "";
}
const PAGER = { appId: "A0PAGER", botId: "B0PAGER", name: "Pager" };
const asks = (thread: Thread, count = 1) => thread.until(() => thread.ofKind("question").length === count);

test("two people in one thread each use their own login, whoever has written there says yes first, and no token is anywhere", async () => {
  const began = desk.calls.length;
  const journey = await open([WHO, "First: {{last}}", WHO, "Second: {{last}}"]);
  const thread = await journey.mention("@parley who am I?", { user: MARIA });
  await asks(thread);
  expect(thread.text()).not.toContain("/logins/");
  await thread.click("Connect desk", JONAS);
  await journey.quiet();
  expect(journey.whispers(JONAS).join()).toContain("Only <@U0MARIA> can connect desk here.");
  const page = await visit(await linkOf(journey, MARIA));
  expect(page.offered).toContain("for Maria.");
  expect(page.back).toContain("desk is connected");
  await thread.ended();
  expect(thread.text()).toContain("First: You came with [login]");

  await journey.mention("@parley and I?", { user: JONAS, threadTs: thread.ts });
  await asks(thread, 2);
  await visit(await linkOf(journey, JONAS));
  // Maria's words are in the thread: they use nothing of his without him.
  await thread.until(() => thread.ofKind("approval").length === 1);
  await thread.click("Run once", MARIA);
  await journey.quiet();
  expect(journey.whispers(MARIA).join()).toContain("only they can allow it");
  expect(desk.calls.length - began).toBe(1);
  await thread.click("Run once", JONAS);
  await thread.ended(2);
  const used = desk.calls.slice(began);
  expect(new Set(used).size).toBe(2);

  const seen = [
    await textOf(storeIn(journey.folder)),
    JSON.stringify(await thread.log()),
    JSON.stringify(journey.slack.control.calls()),
    JSON.stringify(journey.problems),
    thread.text(),
  ].join("\n");
  expect(used.filter((token) => token === "" || seen.includes(token))).toEqual([]);
});

test("a login for the channel is given by one, used for all there without another question, and for nobody elsewhere", async () => {
  const journey = await open([WHO, "Found: {{last}}"], { login: "channel" });
  const thread = await journey.mention("@parley who am I?", { user: MARIA });
  await asks(thread);
  expect(thread.text()).toContain("It will be used for everybody in this channel.");
  await visit(await linkOf(journey, MARIA));
  await thread.ended();
  const began = desk.calls.length;
  const other = await journey.mention("@parley and I?", { user: JONAS });
  await other.ended();
  expect(other.text()).toContain("Found: You came with [login]");
  expect(desk.calls.slice(began)).toEqual([desk.calls[began - 1]]);
  expect(other.ofKind("question")).toEqual([]);
  const [maria, jonas] = [screenOf(journey, MARIA), screenOf(journey, JONAS)];
  await jonas.open();
  expect(jonas.home()).not.toContain("Your logins");
  await maria.open();
  expect(maria.home()).toContain(`for everybody in <#${GENERAL}>`);
  await maria.press("Withdraw");
  await maria.until(() => !maria.home().includes("Your logins"));
});

test("nobody is asked for a yes where the server wants to know nobody, and a bot is asked for no login", async () => {
  const journey = await openJourney({
    file: { ...TEAM(), slack: { allow: { approve: "anyone" }, bots: [PAGER.botId] } },
    replies: { Ana: [WHO, "First: {{last}}", WHO, "Second: {{last}}"] },
    loginKey: randomBytes(32),
  });
  desk.wants = false;
  const thread = await journey.mention("@parley who am I?", { user: MARIA });
  await thread.ended();
  await journey.mention("@parley and I?", { user: JONAS, threadTs: thread.ts });
  await thread.ended(2);
  desk.wants = true;
  expect(thread.text()).toContain("Second: You came with nothing");
  expect(thread.ofKind("approval")).toEqual([]);

  const { ts } = await journey.slack.control.postAsApp({ app: PAGER, as: "bot", channel: GENERAL, text: "<@U0PARLEY> it is red again" });
  const alarm = journey.thread(GENERAL, ts);
  await alarm.ended();
  expect(alarm.text()).toContain('First: There is no tool "desk__whoami"');
});

test("a login that has run out is asked for again; one that is refused lets the run go on without", async () => {
  const journey = await open([WHO, "Found: {{last}}"]);
  const thread = await journey.mention("@parley who am I?", { user: MARIA });
  await visit(await linkOf(journey, MARIA));
  await thread.ended();
  journey.skip(3_700_000);
  const second = await journey.mention("@parley who am I now?", { user: MARIA });
  await asks(second);
  await visit(await linkOf(journey, MARIA, 2));
  await second.ended();
  expect(second.text()).toContain("Found: You came with [login]");

  journey.skip(3_700_000);
  const third = await journey.mention("@parley and now?", { user: MARIA });
  desk.denies = true;
  const refused = await visit(await linkOf(journey, MARIA, 3));
  desk.denies = false;
  expect(refused.back).toContain("desk is not connected");
  await third.ended();
  expect(third.text()).toContain('Found: There is no tool "desk__whoami"');
});

test("a login is shown to its person in Home, and once withdrawn it is used no more and revoked", async () => {
  desk.renews = true;
  const before = desk.counts.revoked;
  const journey = await open([WHO, "Found: {{last}}"]);
  const thread = await journey.mention("@parley who am I?", { user: MARIA });
  await visit(await linkOf(journey, MARIA));
  await thread.ended();
  desk.renews = false;
  const [maria, jonas] = [screenOf(journey, MARIA), screenOf(journey, JONAS)];
  await jonas.open();
  expect(jonas.home()).not.toContain("Your logins");
  await maria.open();
  expect(maria.home()).toContain("Your logins");
  await maria.press("Withdraw");
  await expect.poll(() => desk.counts.revoked).toBe(before + 2);
  const second = await journey.mention("@parley again", { user: MARIA });
  await asks(second);
  await second.click("Go on without desk", MARIA);
  await second.ended();
  expect(second.text()).toContain('Found: There is no tool "desk__whoami"');
  await maria.until(() => !maria.home().includes("Your logins"));
});
