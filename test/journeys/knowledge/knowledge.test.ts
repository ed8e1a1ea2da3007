import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { LOOKED_AT_MS_MIN } from "../../../src/knowledge/library.ts";
import { CHANGES_MS_WAITED } from "../../../src/slack/knowledge/file-changes.ts";
import { call, client } from "../../local-slack/wire.ts";
import { GENERAL, JONAS, MARIA, openJourney, PAIR, type Journey } from "../../support/journey.ts";
import { openModelDesk } from "../../support/storm/model-desk.ts";

const [team] = Object.values(PAIR.teams);
const ANA = { name: "Ana", icon: ":owl:", description: "Knows.", model: "scripted" };

async function atTheDesk(knowledge: readonly object[], prepare?: (journey: Journey["slack"]) => void) {
  const desk = await openModelDesk();
  const journey = await openJourney({
    file: { ...PAIR, models: { scripted: desk.model }, teams: { pair: { ...team, agents: [ANA], knowledge } } },
    ...(prepare ? { prepare } : {}),
  });
  const { control } = journey.slack;
  /** One search by somebody in a channel; what the agent has read then, and the thread. */
  async function search(
    query: string,
    more: { readonly user?: string; readonly channel?: string; readonly says?: (read: string) => string } = {},
  ) {
    const { says = () => "So it is.", ...where } = more;
    const thread = await journey.mention("@parley look it up", where);
    (await desk.asked("Ana")).call("search_knowledge", { query });
    const { read, answer } = await desk.asked("Ana");
    answer(`${says(read)} DONE`);
    await thread.ended();
    return { read, thread };
  }
  return { desk, journey, control, search };
}

/** All that has been said, recorded or kept. */
async function everything({ folder, problems, slack }: Journey, ...reads: readonly string[]): Promise<string> {
  const names = await readdir(folder);
  const kept = await Promise.all(names.map((name) => readFile(join(folder, name), "latin1")));
  return [...reads, ...kept, ...problems, JSON.stringify(slack.control.channel(GENERAL))].join("\n");
}

test("an agent looks something up in a folder, and its answer has the address under it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "parley-handbook-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "holidays.md"), "# Holidays\n\nFive days can be carried over.\n");
  const { search } = await atTheDesk([{ name: "handbook", folder, links: "https://wiki.example/" }]);
  const link = "https://wiki.example/holidays.md";
  const { read, thread } = await search("carry over", { says: () => `Five days: ${link} .` });
  expect(read).toContain("Five days can be carried over.");
  expect(read).toContain(link);
  expect(JSON.stringify(thread.ofKind("turn")[0]?.blocks)).toContain(`Sources: <${link}|holidays.md>`);
  const returned = (await thread.log()).find((event) => event.type === "tool.returned");
  expect(returned).not.toHaveProperty("touched");
});

test("files of a channel are found where everybody who reads may see it, again once they change, and no more once they are gone", async () => {
  let PROJECT = "";
  const { journey, control, search } = await atTheDesk([{ name: "project", channel: "#project" }], (slack) => {
    PROJECT = slack.control.addChannel("project", { isPrivate: true, members: [MARIA, JONAS], botIsMember: true });
  });
  const posted = await control.post({
    user: JONAS,
    channel: PROJECT,
    text: "our plan",
    files: [
      { name: "plan.md", content: Buffer.from("# Plan\n\nThe gizmo ships in March.\n") },
      { name: "photo.png", content: Buffer.from([137, 80, 78, 71]) },
    ],
  });
  const first = await search("gizmo", { channel: PROJECT });
  expect(first.read).toContain("The gizmo ships in March.");
  const found = (await first.thread.log()).find((event) => event.type === "tool.returned");
  expect(found).toMatchObject({
    touched: ["private"],
    sources: [{ title: "plan.md", link: expect.stringContaining("/plan.md") as string }],
  });
  await control.post({
    user: MARIA,
    channel: PROJECT,
    text: "more",
    files: [{ name: "b.txt", content: Buffer.from("A second gizmo follows.") }],
  });
  expect((await search("gizmo", { channel: PROJECT })).read).not.toContain("A second gizmo follows.");
  journey.skip(LOOKED_AT_MS_MIN);
  expect((await search("gizmo", { channel: PROJECT })).read).toContain("A second gizmo follows.");
  // Slack's word of a file goes before that minute.
  await control.post({
    user: MARIA,
    channel: PROJECT,
    text: "the last",
    files: [{ name: "c.txt", content: Buffer.from("A third gizmo ends it.") }],
  });
  const before = control.calls("files.list").length;
  const event = { file_id: "F0THIRD", user_id: MARIA, file: { id: "F0THIRD" }, event_ts: "1" };
  await control.event({ type: "file_shared", channel_id: GENERAL, ...event });
  await control.event({ type: "file_change", ...event });
  await control.event({ type: "file_shared", channel_id: PROJECT, ...event });
  await journey.quiet();
  journey.pass(CHANGES_MS_WAITED);
  await control.until(() => control.calls("files.list").length > before);
  expect((await search("gizmo", { channel: PROJECT })).read).toContain("A third gizmo ends it.");
  expect(control.calls("files.list")).toHaveLength(before + 1);
  await control.remove({ channel: PROJECT, ts: posted.ts });
  journey.skip(LOOKED_AT_MS_MIN);
  const last = await search("gizmo", { channel: PROJECT });
  expect(last.read).not.toContain("ships in March");
});

test("of files in channels that others of the thread are not in, nothing is in a prompt, a thread or the log, whoever asks, and what is found ends with who comes in", async () => {
  let BOARD = "";
  const { journey, control, search } = await atTheDesk([{ name: "board", channel: "#board" }], (slack) => {
    BOARD = slack.control.addChannel("board", { isPrivate: true, members: [MARIA], botIsMember: true });
  });
  const secrets = Array.from({ length: 20 }, (_one, at) => `secret${at}x${(at * 7919 + 104_729).toString(36)}`);
  for (const secret of secrets)
    await control.post({
      user: MARIA,
      channel: BOARD,
      text: "",
      files: [{ name: "code.txt", content: Buffer.from(`the launch code is ${secret}`) }],
    });
  // Maria is in it, Jonas is not; both ask where others read.
  const reads = [];
  for (const user of [MARIA, JONAS]) {
    const { read } = await search("launch code", { user });
    expect(read).toContain("board is left out: not everybody who reads this thread may see it.");
    reads.push(read);
  }
  const told = await everything(journey, ...reads);
  expect(secrets.filter((secret) => told.includes(secret))).toEqual([]);
  // Among those who are in it.
  expect((await search("launch code", { user: MARIA, channel: BOARD })).read).toContain("the launch code is secret");
  const home = control.addChannel("home", { isPrivate: true, members: [MARIA], botIsMember: true });
  expect((await search("launch code", { user: MARIA, channel: home })).read).toContain("the launch code is secret");
  control.join({ user: JONAS, channel: home });
  expect((await search("launch code", { user: MARIA, channel: home })).read).not.toContain("the launch code is secret");
});

test("one canvas is read anew as it changes, for those who see a channel in which it is shared", async () => {
  const desk = await openModelDesk();
  const file = (knowledge: readonly object[]) => ({
    ...PAIR,
    models: { scripted: desk.model },
    teams: { pair: { ...team, agents: [ANA], knowledge } },
  });
  const first = await openJourney({ file: file([{ name: "project", channel: "C0ENG" }]) });
  const { control } = first.slack;
  const room = control.addChannel("room", { isPrivate: true, members: [MARIA] });
  await control.post({
    user: MARIA,
    channel: room,
    text: "",
    files: [{ name: "Plan", title: "Plan", kind: "canvas", content: Buffer.from("The gizmo comes first.") }],
  });
  const id = control.canvases()[0]?.id ?? "";
  const journey = await first.restarted({ file: file([{ name: "plan", canvas: id }]) });
  const search = async (channel: string) => {
    const thread = await journey.mention("@parley look it up", { channel });
    (await desk.asked("Ana")).call("search_knowledge", { query: "gizmo comes" });
    const { read, answer } = await desk.asked("Ana");
    answer("So it is. DONE");
    await thread.ended();
    return read;
  };
  expect(await search(GENERAL)).toContain("plan is left out: not everybody who reads this thread may see it.");
  expect(await search(room)).toContain("The gizmo comes first.");
  const change = { operation: "replace", document_content: { type: "markdown", markdown: "The gizmo comes last." } };
  await call(client(first.slack), "canvases.edit", { canvas_id: id, changes: [change] });
  journey.skip(LOOKED_AT_MS_MIN);
  const read = await search(room);
  expect([read.includes("The gizmo comes last."), read.includes("The gizmo comes first.")]).toEqual([true, false]);
});

test("a canvas is read as it is now, and a channel's canvases are among its files", async () => {
  const { journey, control, search } = await atTheDesk([{ name: "project", channel: "C0ENG" }]);
  const canvas = await control.post({
    user: JONAS,
    channel: "C0ENG",
    text: "",
    files: [
      { name: "Roadmap", title: "Roadmap", kind: "canvas", content: Buffer.from("# Roadmap\n\n## Spring\n\nThe gizmo & its <box>.\n") },
    ],
  });
  const { read, thread } = await search("gizmo");
  expect(read).toContain("The gizmo & its <box>.");
  const found = (await thread.log()).find((event) => event.type === "tool.returned");
  expect(found).toMatchObject({ sources: [{ title: "Roadmap" }], output: expect.stringContaining('"place":"Roadmap › Spring"') as string });
  await control.remove({ channel: "C0ENG", ts: canvas.ts });
  journey.skip(LOOKED_AT_MS_MIN);
  expect((await search("gizmo")).read).not.toContain("its <box>");
});
