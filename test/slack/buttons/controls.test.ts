import { afterEach, beforeEach, expect, test } from "vitest";
import { GENERAL, JONAS, listening, MARIA, type Listening, waitsIn } from "../heard.ts";
import { eventually } from "../../support/patience.ts";

let parley: Listening;
beforeEach(async () => {
  parley = await listening();
});
afterEach(() => parley.close());

async function card(ts: string, ...buttons: readonly { readonly id: string; readonly value: object }[]): Promise<string> {
  const elements = buttons.map(({ id, value }) => ({
    type: "button" as const,
    action_id: id,
    value: JSON.stringify(value),
    text: { type: "plain_text" as const, text: id },
  }));
  const response = await fetch(`${parley.slack.apiUrl}chat.postMessage`, {
    method: "POST",
    headers: { authorization: `Bearer ${parley.slack.botToken}`, "content-type": "application/json" },
    body: JSON.stringify({ channel: GENERAL, thread_ts: ts, text: "card", blocks: [{ type: "actions", elements }] }),
  });
  const posted = (await response.json()) as { ok: boolean; ts: string };
  expect(posted.ok).toBe(true);
  return posted.ts;
}

test("of two questions that wait at once, the buttons of the first answer as well as those of the second", async () => {
  const ts = await parley.post("@parley research: which way?");
  const seq = await waitsIn(parley, ts, "handoff.made");
  const log = await parley.log(ts);
  const second = { type: "handoff.made", agent: "Cy", to: "human", text: "And how fast?", options: ["slow", "fast"] } as const;
  await parley.store.commit({
    thread: `${parley.slack.teamId}/${GENERAL}/${ts}`,
    workspace: parley.slack.teamId,
    afterSeq: seq,
    at: log.at(-1)?.at ?? "",
    events: [second],
    posts: [],
    wake: "none",
  });
  const question = await card(ts, { id: "parley.question.answer.0", value: { seq, o: 0 } });
  await parley.slack.control.click({ user: JONAS, channel: GENERAL, ts: question, actionId: "parley.question.answer.0" });
  await parley.quiet();
  expect(parley.whispers()).toEqual([]);
  expect(await parley.heard(ts)).toEqual(["Maria: which way?", "Jonas: Left <b>"]);
});

test("a pressed answer is that person's words, once; a second press hears that it is too late", async () => {
  const ts = await parley.post("@parley research: find a name");
  const seq = await waitsIn(parley, ts, "handoff.made");
  const question = await card(
    ts,
    { id: "parley.question.answer.0", value: { seq, o: 0 } },
    { id: "parley.question.answer.1", value: { seq, o: 1 } },
  );
  await parley.slack.control.click({ user: JONAS, channel: GENERAL, ts: question, actionId: "parley.question.answer.0" });
  await parley.quiet();
  await parley.slack.control.click({ user: MARIA, channel: GENERAL, ts: question, actionId: "parley.question.answer.1" });
  await parley.quiet();

  expect(await parley.heard(ts)).toEqual(["Maria: find a name", "Jonas: Left <b>"]);
  expect(parley.whispers()).toEqual([expect.stringContaining("answered already")]);
});

test("code is approved by who started the run, and by nobody else", async () => {
  const ts = await parley.post("@parley careful: clean up");
  const seq = await waitsIn(parley, ts, "approval.requested");
  const asked = await card(ts, { id: "parley.code.approve", value: { seq } }, { id: "parley.code.deny", value: { seq } });
  await parley.slack.control.click({ user: JONAS, channel: GENERAL, ts: asked, actionId: "parley.code.approve" });
  await parley.quiet();
  expect(parley.whispers(JONAS)).toEqual([expect.stringContaining("Only Maria")]);
  await parley.slack.control.click({ user: MARIA, channel: GENERAL, ts: asked, actionId: "parley.code.deny" });
  await parley.slack.control.click({ user: MARIA, channel: GENERAL, ts: asked, actionId: "parley.code.approve" });
  await parley.quiet();

  const given = (await parley.log(ts)).filter((event) => event.type === "approval.given");
  expect(given).toMatchObject([{ call: "call-1", approved: false, person: { id: MARIA } }]);
  expect(parley.whispers()).toEqual([expect.stringContaining("decided already")]);
});

test("a press is answered in the language of whoever presses", async () => {
  parley.slack.control.setLocale(MARIA, "de-DE");
  const ts = await parley.post("@parley careful: clean up");
  const seq = await waitsIn(parley, ts, "approval.requested");
  const asked = await card(ts, { id: "parley.code.approve", value: { seq } }, { id: "parley.code.deny", value: { seq } });
  await parley.slack.control.click({ user: MARIA, channel: GENERAL, ts: asked, actionId: "parley.code.deny" });
  await parley.slack.control.click({ user: MARIA, channel: GENERAL, ts: asked, actionId: "parley.code.approve" });
  await parley.quiet();
  expect(parley.whispers()).toEqual(["Das wurde schon entschieden."]);
});

test("the Stop button ends its run; one of an earlier run does not end a later one", async () => {
  const ts = await parley.post("@parley fix the build");
  const first = (await parley.log(ts))[0];
  const stop = await card(ts, { id: "parley.run.stop", value: { r: first?.type === "run.started" ? first.run : "" } });
  await parley.slack.control.click({ user: JONAS, channel: GENERAL, ts: stop, actionId: "parley.run.stop" });
  await parley.quiet();
  expect(await parley.running(ts)).toBe(false);

  await parley.post("@parley once more", { threadTs: ts });
  await parley.slack.control.click({ user: JONAS, channel: GENERAL, ts: stop, actionId: "parley.run.stop" });
  await parley.quiet();
  expect(await parley.running(ts)).toBe(true);
  expect(parley.whispers(JONAS)).toEqual([expect.stringContaining("a run that is over")]);
});

test("/parley tells the person alone of help, teams and the runs of this channel, and stops the only one", async () => {
  const ask = async (text: string) => {
    const before = parley.whispers().length;
    await parley.slack.control.command({ user: MARIA, channel: GENERAL, command: "/parley", text });
    await parley.quiet();
    return parley.whispers().slice(before).join("\n");
  };
  expect(await ask("")).toContain("Mention me with a task");
  expect(await ask("teams")).toContain("*careful*");
  expect(await ask("status")).toBe("No agents are talking in this channel.");
  expect(await ask("dance <!channel>")).toMatch(/I do not know `\/parley dance`/);
  const ts = await parley.post("@parley fix the build");
  await parley.post("@parley elsewhere", { channel: "C0ENG" });
  expect(await ask("status")).toMatch(
    /go on: 1\*\n• \*coding\* is at work: Ada has the floor · 0 turns · started by Maria · <http.*\|open>\n>fix the build/,
  );
  expect(await ask("stop")).toContain("Stopped: *coding*");
  expect(await parley.running(ts)).toBe(false);
});

test("Discuss with Parley, on a message, begins a run about it in its thread", async () => {
  const ts = await parley.post("we should rewrite it in Rust", { user: JONAS });
  await parley.slack.control.shortcut({ user: MARIA, callbackId: "parley_discuss", channel: GENERAL, ts });
  await parley.quiet();
  expect(await parley.heard(ts)).toEqual(["Maria: Discuss this message of Jonas."]);
  // His words are not hers.
  const { events } = await parley.runner.read(`${parley.slack.teamId}/${GENERAL}/${ts}`);
  expect(events.find((event) => event.type === "message.posted")).toMatchObject({
    person: { id: MARIA },
    beside: [{ source: "Jonas", text: "we should rewrite it in Rust" }],
  });
});

test("New Parley run asks for a task, a team and a channel, posts the task and begins under it", async () => {
  await parley.slack.control.shortcut({ user: MARIA, callbackId: "parley_new" });
  await eventually(() => expect(parley.slack.control.modals(MARIA)).toHaveLength(1));
  const [modal] = parley.slack.control.modals(MARIA) as { id: string }[];
  const submitted = await parley.slack.control.submit({
    user: MARIA,
    viewId: modal?.id ?? "",
    values: {
      task: { value: { type: "plain_text_input", value: "find a name <!channel>" } },
      team: { value: { type: "static_select", selected_option: { text: { type: "plain_text", text: "research" }, value: "research" } } },
      channel: { value: { type: "conversations_select", selected_conversation: GENERAL } },
    },
  });
  expect(submitted.acked).toBe(true);
  await parley.quiet();
  const root = parley.slack.control.channel(GENERAL).at(-1);
  expect(root?.text).toContain(`<@${MARIA}> asks the team *research*:`);
  expect(root?.text).not.toContain("<!channel>");
  expect(await parley.heard(root?.ts ?? "")).toEqual(["Maria: find a name <!channel>"]);
  expect((await parley.log(root?.ts ?? ""))[0]).toMatchObject({ team: "research" });
});

test("Parley run controls shows what goes on, and its Stop ends it", async () => {
  const ts = await parley.post("@parley fix the build");
  await parley.slack.control.shortcut({ user: JONAS, callbackId: "parley_controls", channel: GENERAL, ts });
  await eventually(() => expect(JSON.stringify(parley.slack.control.modals(JONAS))).toContain("is at work"));
  const [modal] = parley.slack.control.modals(JONAS) as { id: string }[];
  const run = (await parley.log(ts))[0];
  await pressInModal(modal?.id ?? "", { r: run?.type === "run.started" ? run.run : "" });
  await parley.quiet();
  expect(await parley.running(ts)).toBe(false);
  await eventually(() => expect(JSON.stringify(parley.slack.control.modals(JONAS))).toContain("No agents are talking"));
});

test("a dialog that was closed meanwhile is no trouble: its Stop has stopped", async () => {
  const ts = await parley.post("@parley fix the build");
  await parley.slack.control.shortcut({ user: JONAS, callbackId: "parley_controls", channel: GENERAL, ts });
  await eventually(() => expect(JSON.stringify(parley.slack.control.modals(JONAS))).toContain("is at work"));
  parley.slack.control.fault({ method: "views.update", kind: "error", code: "not_found" });
  const [modal] = parley.slack.control.modals(JONAS) as { id: string }[];
  const run = (await parley.log(ts))[0];
  await pressInModal(modal?.id ?? "", { r: run?.type === "run.started" ? run.run : "" });
  await parley.quiet();
  expect(await parley.running(ts)).toBe(false);
  expect(parley.slack.control.calls("views.update")).toHaveLength(1);
  expect(parley.problems).toEqual([]);
});

async function pressInModal(viewId: string, value: object): Promise<void> {
  const response = await fetch(`${parley.slack.url}page/click`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-parley-page": "1" },
    body: JSON.stringify({
      as: JONAS,
      viewId,
      blockId: await blockIn(viewId),
      actionId: "parley.run.stop",
      elementType: "button",
      value: JSON.stringify(value),
    }),
  });
  expect(await response.json()).toMatchObject({ ok: true });
}

async function blockIn(viewId: string): Promise<string> {
  const views = parley.slack.control.modals(JONAS) as { id: string; blocks: { type: string; block_id: string }[] }[];
  return views.find(({ id }) => id === viewId)?.blocks.find(({ type }) => type === "actions")?.block_id ?? "";
}

test("the Home tab says how to begin", async () => {
  await parley.slack.control.openApp({ user: MARIA, tab: "home" });
  await eventually(() => expect(JSON.stringify(parley.slack.control.home(MARIA))).toContain("Mention me with a task"));
});
