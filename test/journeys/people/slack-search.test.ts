import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { GENERAL, JONAS, MARIA, openJourney, PAIR, type Journey } from "../../support/journey.ts";
import { openModelDesk } from "../../support/storm/model-desk.ts";

const [team] = Object.values(PAIR.teams);
const ANA = { name: "Ana", icon: ":owl:", description: "Knows.", model: "scripted", tools: ["search"] };

async function atTheDesk(more: object = {}) {
  const desk = await openModelDesk();
  const journey = await openJourney({
    file: {
      ...PAIR,
      models: { scripted: desk.model },
      tools: { search: { kind: "slack-search" } },
      teams: { pair: { ...team, agents: [ANA], ...more } },
    },
  });
  return { desk, journey, control: journey.slack.control };
}

const linkOf = ({ slack }: Journey, channel: string, ts: string): string => `${slack.url.replace(/\/$/, "")}/#${channel}/${ts}`;
const failureIn = async (thread: { log(): Promise<readonly { readonly type: string }[]> }): Promise<unknown> =>
  (await thread.log()).find((event) => event.type === "tool.failed");

test.each(["app_mention_first", "message_first"] as const)(
  "an agent searches for whoever asks, and the answer has its sources under it (%s)",
  async (mentionOrder) => {
    const { desk, journey, control } = await atTheDesk();
    control.configure({ mentionOrder });
    const said = await control.post({ user: JONAS, channel: "C0ENG", text: "Gizmo ships on <https://cal.example|3 March> & not before" });
    const beside = await control.post({ user: JONAS, channel: "C0RANDOM", text: "a gizmo is no widget" });
    const thread = await journey.mention("@parley when does Gizmo ship?");
    (await desk.asked("Ana")).call("slack_search", { query: "Gizmo ships" });
    const ana = await desk.asked("Ana");
    const link = linkOf(journey, "C0ENG", said.ts);
    expect(ana.read).toContain(`"in":"#engineering"`);
    expect(ana.read).toContain("Gizmo ships on 3 March (https://cal.example) & not before");
    expect(ana.read).toContain(link);
    // The question itself has the words too, and is no news.
    expect(ana.read).not.toContain(linkOf(journey, GENERAL, thread.ts));
    ana.answer(`On 3 March, [Jonas said](${link}). DONE`);
    await thread.ended();
    const turn = JSON.stringify(thread.ofKind("turn")[0]?.blocks);
    expect(turn).toContain(`Sources: <${link}|Jonas`);
    expect(turn).not.toContain(beside.ts);
    const [call] = control.calls("assistant.search.context");
    expect(call?.args).toMatchObject({ query: "Gizmo ships", limit: "20", channel_types: "public_channel" });
    const asked = control.calls("assistant.search.context").map(({ args }) => args["action_token"]);
    const log = JSON.stringify(await thread.log());
    expect(asked.filter((token) => typeof token !== "string" || log.includes(token) || thread.text().includes(token))).toEqual([]);
  },
);

test("a hundred secrets of private channels and group messages are in no thread, no log, no prompt and no file, whatever the search finds", async () => {
  const { desk, journey, control } = await atTheDesk();
  // As with a token of her own: Slack finds all that she sees.
  control.configure({ searchesAll: true });
  const rooms = [true, false].flatMap((botIsMember) => [
    ...Array.from({ length: 4 }, (_, n) => control.addChannel(`closed-${n}`, { isPrivate: true, members: [MARIA, JONAS], botIsMember })),
    control.addChannel("group", { isPrivate: true, isGroupDm: true, members: [MARIA, JONAS], botIsMember }),
  ]);
  const secrets = Array.from({ length: 100 }, (_, n) => `secret${n}x${(n * 7919 + 104_729).toString(36)}`);
  for (const [n, secret] of secrets.entries())
    await control.post({ user: JONAS, channel: rooms[n % rooms.length] ?? "", text: `the launch code of gizmo is ${secret}` });
  const open = await control.post({ user: JONAS, channel: "C0ENG", text: "the launch of gizmo is public" });
  const thread = await journey.mention("@parley what is the launch code of gizmo?");
  let ana = await desk.asked("Ana");
  const asksFor = /ask the same with page \\?"([^"\\]+)/g;
  let pages = 0;
  for (let page: string | undefined = ""; page !== undefined && pages < 12; pages++) {
    ana.call("slack_search", { query: "launch code of gizmo", ...(page === "" ? {} : { page }) });
    ana = await desk.asked("Ana");
    const named = [...ana.read.matchAll(asksFor)];
    page = named.length > pages ? named.at(-1)?.[1] : undefined;
  }
  expect(pages).toBe(6);
  expect(ana.read).toContain("the launch of gizmo is public");
  expect(ana.read.match(/(\d+) more were left out: not everybody who reads this thread may see them/g)).toHaveLength(6);
  ana.answer(`I only know what is public: ${linkOf(journey, "C0ENG", open.ts)}. DONE`);
  await thread.ended();
  const files = await readdir(journey.folder);
  const kept = await Promise.all(files.map((name) => readFile(join(journey.folder, name), "latin1")));
  const told = [ana.read, JSON.stringify(await thread.log()), JSON.stringify(thread.messages()), ...journey.problems].join("\n");
  const inDatabase = secrets.filter((secret) => kept.some((text) => text.includes(secret)));
  expect(secrets.filter((secret) => told.includes(secret))).toEqual([]);
  // What is said where Parley is comes to it anyway; of the rooms that it is not in it keeps no word.
  expect(inDatabase.filter((secret) => secrets.indexOf(secret) % rooms.length >= rooms.length / 2)).toEqual([]);
});

test("in a private channel, what all of its members see elsewhere is found, and no more once one more has come", async () => {
  const { desk, journey, control } = await atTheDesk();
  control.configure({ searchesAll: true });
  const home = control.addChannel("home", { isPrivate: true, members: [MARIA] });
  const ours = control.addChannel("ours", { isPrivate: true, members: [MARIA, "U0ADA"] });
  const { ts } = await control.post({ user: "U0ADA", channel: ours, text: "gizmo is ours" });
  const ask = async (threadTs?: string) => {
    const thread = await journey.mention("@parley what of gizmo?", { channel: home, ...(threadTs ? { threadTs } : {}) });
    (await desk.asked("Ana")).call("slack_search", { query: "gizmo" });
    const ana = await desk.asked("Ana");
    ana.answer("So it is. DONE");
    await thread.ended();
    return { thread, read: ana.read };
  };
  const first = await ask();
  expect(first.read).toContain("gizmo is ours");
  expect(JSON.stringify(first.thread.ofKind("turn")[0]?.blocks)).toContain(`Found: <${linkOf(journey, ours, ts)}|Ada`);
  control.join({ user: JONAS, channel: home });
  const second = await ask();
  expect(second.read).not.toContain("gizmo is ours");
  expect(second.read).toContain("1 more was left out");
});

test("a guest in the channel reads nothing of a public one that they are not in", async () => {
  const { desk, journey, control } = await atTheDesk();
  const guest = control.addUser("Gast", { isRestricted: true, channels: [GENERAL] });
  await control.post({ user: JONAS, channel: "C0ENG", text: "gizmo is for us" });
  const ask = async () => {
    const thread = await journey.mention("@parley what of gizmo?");
    (await desk.asked("Ana")).call("slack_search", { query: "gizmo" });
    const ana = await desk.asked("Ana");
    ana.answer("So it is. DONE");
    await thread.ended();
    return ana.read;
  };
  expect(await ask()).not.toContain("gizmo is for us");
  control.leave({ user: guest, channel: GENERAL });
  expect(await ask()).toContain("gizmo is for us");
});

test("in a channel that other workspaces or companies share, nothing is shown that their people could not see", async () => {
  const { desk, journey, control } = await atTheDesk();
  control.configure({ searchesAll: true });
  await control.post({ user: JONAS, channel: "C0ENG", text: "gizmo is for this workspace" });
  const both = control.addChannel("both", { workspaces: ["T0SISTER"] });
  await control.post({ user: JONAS, channel: both, text: "gizmo is for both" });
  const more = control.addChannel("more", { workspaces: ["T0SISTER", "T0THIRD"] });
  const partners = control.addChannel("partners", { external: true, members: [MARIA, JONAS] });
  const closed = control.addChannel("closed", { external: true, isPrivate: true, members: [MARIA] });
  const readIn = async (channel: string) => {
    const thread = await journey.mention("@parley what of gizmo?", { channel });
    (await desk.asked("Ana")).call("slack_search", { query: "gizmo is" });
    const ana = await desk.asked("Ana");
    ana.answer("So it is. DONE");
    await thread.ended();
    return ["gizmo is for this workspace", "gizmo is for both"].filter((words) => ana.read.includes(words));
  };
  expect(await readIn(GENERAL)).toEqual(["gizmo is for this workspace", "gizmo is for both"]);
  expect(await readIn(both)).toEqual(["gizmo is for both"]);
  expect(await readIn(more)).toEqual([]);
  expect(await readIn(partners)).toEqual([]);
  expect(await readIn(closed)).toEqual([]);
  const alike = control.addChannel("alike", { workspaces: ["T0SISTER"] });
  expect(await readIn(alike)).toEqual(["gizmo is for both"]);
});

test("what Slack does not say of a channel is left out, and what is said of it to the operator names no word", async () => {
  const { desk, journey, control } = await atTheDesk();
  await control.post({ user: JONAS, channel: "C0ENG", text: "gizmo is hidden" });
  const thread = await journey.mention("@parley what of gizmo?");
  const first = await desk.asked("Ana");
  control.fault({ method: "conversations.members", times: 20, kind: "error", code: "fetch_members_failed" });
  first.call("slack_search", { query: "gizmo" });
  const ana = await desk.asked("Ana");
  expect(ana.read).not.toContain("gizmo is hidden");
  expect(ana.read).toContain("1 more was left out");
  ana.answer("Nothing. DONE");
  await thread.ended();
  expect(journey.problems.join("\n")).toMatch(/nobody could say who reads/);
});

const WITHOUT: readonly (readonly [string, (journey: Journey) => void, string, RegExp])[] = [
  [
    "the scope is missing",
    ({ slack }) => slack.control.withoutScope("search:read.public"),
    "no_leave",
    /search:read\.public.*install the app again/,
  ],
  ["the workspace has no search", ({ slack }) => slack.control.configure({ hasSearch: false }), "no_leave", /Real-Time Search/],
];

test.each(WITHOUT)("when %s, the call fails and says what to set", async (_, prepare, kind, says) => {
  const { desk, journey } = await atTheDesk();
  prepare(journey);
  const thread = await journey.mention("@parley what of gizmo?");
  (await desk.asked("Ana")).call("slack_search", { query: "gizmo" });
  (await desk.asked("Ana")).answer("I cannot search. DONE");
  await thread.ended();
  expect(await failureIn(thread)).toMatchObject({ error: { kind, message: expect.stringMatching(says) } });
});

test("the leave is lost on the way: the call fails and says so", async () => {
  const { desk, journey, control } = await atTheDesk();
  const thread = await journey.mention("@parley what of gizmo?");
  const first = await desk.asked("Ana");
  // Slack's own word, when what it takes back was granted before.
  control.withoutScope("search:read.public");
  first.call("slack_search", { query: "gizmo" });
  (await desk.asked("Ana")).answer("I cannot search. DONE");
  await thread.ended();
  expect(await failureIn(thread)).toMatchObject({
    error: { kind: "missing_scope", message: expect.stringMatching(/search:read\.public/) },
  });
});

test("a run that a command began has no leave, and has it after a mention in its thread", async () => {
  const { desk, journey, control } = await atTheDesk();
  await control.post({ user: JONAS, channel: "C0ENG", text: "gizmo is blue" });
  await control.command({ user: MARIA, channel: GENERAL, command: "/parley", text: "new what of gizmo?" });
  (await desk.asked("Ana")).call("slack_search", { query: "gizmo" });
  const ana = await desk.asked("Ana");
  expect(ana.read).toContain("Slack gave no leave to search");
  const root = control.channel(GENERAL).findLast(({ text }) => text.includes("what of gizmo?"));
  const thread = journey.thread(GENERAL, root?.ts ?? "");
  const leave = await thread.reply("@parley now you may", MARIA);
  await thread.until(() => thread.reactions(leave).includes("eyes"));
  await journey.quiet();
  ana.call("slack_search", { query: "gizmo" });
  const again = await desk.asked("Ana");
  expect(again.read).toContain("gizmo is blue");
  again.answer("It is blue. DONE");
  await thread.ended();
});
