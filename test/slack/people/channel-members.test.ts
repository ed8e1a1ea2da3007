import type { WebClient } from "@slack/web-api";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Affiliation } from "../../../src/slack/people/affiliation.ts";
import { createChannelMembers, type ChannelMembers } from "../../../src/slack/people/channel-members.ts";
import { createWeb } from "../../../src/slack/api/web-client.ts";
import { createWorkspace, type Workspace } from "../../../local-slack/index.ts";

const [MARIA, JONAS] = ["U0MARIA", "U0JONAS"];
let slack: Workspace;
let membership: ChannelMembers;
const told: string[] = [];
beforeEach(async () => {
  told.length = 0;
  slack = await createWorkspace({ port: 0 });
  membership = createChannelMembers(createWeb({ token: slack.botToken, apiUrl: slack.apiUrl }).read, (line) => void told.push(line));
});
afterEach(() => slack.close());

/** A client of a Slack whose pages are so small. */
function pages(size: number): WebClient {
  const { read } = createWeb({ token: slack.botToken, apiUrl: slack.apiUrl });
  const whole = read.conversations.members;
  return Object.assign(read, {
    conversations: { ...read.conversations, members: (args: Parameters<typeof whole>[0]) => whole({ ...args, limit: size }) },
  });
}

const sight = async (channel: string, user: string, affiliation: Affiliation = "member") =>
  (await membership.mayRead(channel, { user, affiliation })).kind;

test("a public channel is open to members alone; who is a guest, of another workspace or from elsewhere has to be in it", async () => {
  const open = slack.control.addChannel("open", { members: [JONAS] });
  expect(await sight(open, MARIA)).toBe("open");
  for (const affiliation of ["colleague", "guest", "external", "unsaid"] as const) {
    expect([await sight(open, MARIA, affiliation), await sight(open, JONAS, affiliation)]).toEqual(["shut", "open"]);
  }
});

test.each([
  ["a private channel", { isPrivate: true }],
  ["a group DM", { isGroupDm: true }],
])("%s is open to who is in it, and no longer than they are", async (_, options) => {
  const channel = slack.control.addChannel("few", { ...options, members: [MARIA, JONAS] });
  expect(await sight(channel, MARIA)).toBe("open");
  slack.control.leave({ user: MARIA, channel });
  expect([await sight(channel, MARIA), await sight(channel, JONAS), await sight(channel, "U0ADA")]).toEqual(["shut", "open", "shut"]);
});

test("a direct message is its person's", async () => {
  expect([await sight("D0MARIA", MARIA), await sight("D0MARIA", JONAS)]).toEqual(["open", "shut"]);
});

test("somebody far back in the list of a large channel is found, and who is not in it is looked for to its end", async () => {
  const large = slack.control.addChannel("large", { isPrivate: true, members: [] });
  const members = Array.from({ length: 450 }, (_, index) => slack.control.addUser(`P${index}`, { channels: [large] }));
  membership = createChannelMembers(pages(200), (line) => void told.push(line));
  expect(await sight(large, members.at(-1) ?? "")).toBe("open");
  expect(slack.control.calls("conversations.members")).toHaveLength(3);
  expect(await sight(large, MARIA)).toBe("shut");
  expect(slack.control.calls("conversations.members")).toHaveLength(6);
});

test("those who ask at once share a call", async () => {
  const channel = slack.control.addChannel("few", { isPrivate: true });
  await Promise.all([sight(channel, MARIA), sight(channel, MARIA), sight(channel, MARIA)]);
  expect(slack.control.calls("conversations.members")).toHaveLength(1);
  await sight(channel, MARIA);
  expect(slack.control.calls("conversations.members")).toHaveLength(2);
});

test("a channel that the app is not in is away, and a Slack that does not say is no yes", async () => {
  const away = slack.control.addChannel("away", { isPrivate: true, botIsMember: false });
  expect(await sight(away, MARIA)).toBe("away");
  slack.control.withoutScope("groups:read");
  const few = slack.control.addChannel("few", { isPrivate: true });
  expect(await membership.mayRead(few, { user: MARIA, affiliation: "member" })).toEqual({ kind: "unsaid", code: "missing_scope" });
  expect(await membership.channelsOf(MARIA)).toEqual({ channels: new Set(), names: new Map(), code: "missing_scope" });
  expect(told).toHaveLength(2);
});

test("the channels of a person are those that they and the app share, and public ones", async () => {
  const mine = slack.control.addChannel("mine", { isPrivate: true, members: [MARIA] });
  const group = slack.control.addChannel("group", { isGroupDm: true, members: [MARIA] });
  const hidden = slack.control.addChannel("hidden", { isPrivate: true, botIsMember: false, members: [MARIA] });
  const open = slack.control.addChannel("open", { members: [JONAS] });
  const { channels } = await membership.channelsOf(MARIA);
  expect([mine, group, hidden, open, "C0GENERAL"].map((channel) => channels.has(channel))).toEqual([true, true, false, false, true]);
});
