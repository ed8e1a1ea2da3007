import { expect, test } from "vitest";
import { readBack } from "../../../src/engine/reading/shown.ts";
import { codingTeam, fence, recorder } from "../../support/coding-team.ts";
import { GENERAL, MARIA, openJourney, PAIR, type Journey } from "../../support/journey.ts";
import { buttonsOf, wordsOf, type Thread } from "../../support/slack/thread.ts";

const HIDING = 'print(1)\n#\u001b]0;\nprint("HIDDEN \u202e\u00a0")\n#\u0007\nprint(2)';
const SHOWN = 'print(1)\n#⟦\\x1b⟧]0;\nprint("HIDDEN ⟦U+202E⟧⟦\\xa0⟧")\n#⟦\\x07⟧\nprint(2)\n';

async function open(replies: object, file: object = codingTeam()) {
  const ran: string[] = [];
  const journey = await openJourney({ file, replies, executor: recorder(ran) });
  const thread = await journey.mention("@parley count");
  await thread.until(() => thread.ofKind("approval").length === 1);
  return { journey, thread, ran, card: cardOf(thread) };
}

function cardOf(thread: Thread) {
  const [card] = thread.ofKind("approval");
  if (!card) throw new Error("no card");
  const frames = (card.blocks as readonly { type: string; elements?: readonly { elements?: readonly { text: string }[] }[] }[])
    .filter(({ type }) => type === "rich_text")
    .map(({ elements = [] }) => elements.flatMap((part) => (part.elements ?? []).map(({ text }) => text)).join(""));
  return { card, frames, words: wordsOf(card), labels: buttonsOf(card).map(({ label }) => label) };
}

async function formOf(journey: Journey): Promise<{ readonly id: string; readonly value: string; readonly all: string }> {
  const { control } = journey.slack;
  await control.until(() => control.modals(MARIA).length === 1);
  const [view] = control.modals(MARIA) as unknown as [
    { readonly id: string; readonly blocks: readonly { readonly element?: { readonly initial_value?: string } }[] },
  ];
  return { id: view.id, value: view.blocks.find(({ element }) => element)?.element?.initial_value ?? "", all: JSON.stringify(view) };
}
const submit = (journey: Journey, viewId: string, value: string) =>
  journey.slack.control.submit({ user: MARIA, viewId, values: { text: { value: { type: "plain_text_input", value } } } });

test("code that hides a part of itself is shown whole on its card, in the turn that wrote it and in the form; what runs reads back from it", async () => {
  const { journey, thread, ran, card } = await open({ Coder: [fence(HIDING), "That is all. DONE"] });
  expect(card.frames).toEqual([SHOWN]);
  expect(card.words).toContain("it is part of what runs");
  expect(thread.ofKind("turn").map(wordsOf).join("\n")).toContain(SHOWN);
  await thread.click("Edit…", MARIA);
  const form = await formOf(journey);
  expect(form.value).toBe(SHOWN);
  // Sent off as it is, it is what was asked for.
  await submit(journey, form.id, form.value);
  await thread.ended();
  expect(ran).toEqual([readBack(SHOWN).trim()]);
  expect(ran).toEqual([HIDING]);
  expect((await thread.log()).find(({ type }) => type === "approval.given")).not.toHaveProperty("edited");
});

test("what a person takes out of the form is taken out of what runs, and what they leave stays", async () => {
  const { journey, thread, ran } = await open({ Coder: [fence(HIDING), "That is all. DONE"] });
  await thread.click("Edit…", MARIA);
  const form = await formOf(journey);
  await submit(journey, form.id, form.value.replace("⟦U+202E⟧", ""));
  await thread.ended();
  expect(ran).toEqual([HIDING.replace("\u202e", "")]);
  await thread.until(() => wordsOf(thread.ofKind("approval")[0]).includes("changed and allowed"));
  expect(cardOf(thread).frames).toEqual([SHOWN.replace("⟦U+202E⟧", "")]);
});

test("of long code the file above the card has all of it; it can be allowed once, also where a press for the run is forged", async () => {
  const long = Array.from({ length: 151 }, (_, line) => `print(${line}, "${"x".repeat(60)}")`).join("\n");
  const { journey, thread, ran, card } = await open({ Coder: [fence(long), "That is all. DONE"] });
  expect(card.words).toContain("wants to run 151 lines of python");
  expect(card.words).toMatch(
    /Left out here, in the middle: \d+ lines \([\d,]+ characters\); all of it is in the file code-to-run-\d+\.py above/,
  );
  expect(card.labels).toEqual(["Run once", "Edit…", "Deny", "Deny and say why…"]);
  const messages = thread.messages();
  const at = messages.findIndex((message) => message.files.some(({ name }) => name.startsWith("code-to-run")));
  expect(at).toBeGreaterThan(0);
  expect(at).toBeLessThan(messages.findIndex(({ ts }) => ts === card.card.ts));
  const file = messages[at]?.files[0];
  expect(await (await fetch(`${journey.slack.url}files/${file?.id}/${file?.name}`)).text()).toBe(`${long}\n`);
  const stale = await pressOf(journey, thread, "parley.code.allow", buttonsOf(card.card)[0]?.value ?? "");
  await journey.slack.control.click({ user: MARIA, channel: GENERAL, ts: stale, actionId: "parley.code.allow" });
  await journey.quiet();
  expect([ran, journey.whispers(MARIA)]).toEqual([[], [expect.stringContaining("can be allowed once, and not for the run")]]);
  await thread.click("Run once", MARIA);
  await thread.ended();
  expect(ran).toEqual([long]);
});

/** A card of the app's with this button, as an older version may have left it. */
async function pressOf({ slack, skip }: Journey, { ts }: Thread, id: string, value: string): Promise<string> {
  // The app has just posted here, at the pace Slack allows it; this post has to be let in too.
  skip(10_000);
  const elements = [{ type: "button", action_id: id, value, text: { type: "plain_text", text: "Allow" } }];
  const response = await fetch(`${slack.apiUrl}chat.postMessage`, {
    method: "POST",
    headers: { authorization: `Bearer ${slack.botToken}`, "content-type": "application/json" },
    body: JSON.stringify({ channel: GENERAL, thread_ts: ts, text: "Allow", blocks: [{ type: "actions", elements }] }),
  });
  const posted = (await response.json()) as { readonly ok: boolean; readonly error?: string; readonly ts: string };
  expect(posted).toMatchObject({ ok: true });
  return posted.ts;
}

test("long arguments of a tool are in a file whole, and a yes to them is no yes to the tool", async () => {
  const fetch = (url: string) => ({ toolCalls: [{ name: "web_fetch", args: { url } }] });
  const long = `http://127.0.0.1:1/?q=${"a".repeat(7_000)}`;
  const { thread, card } = await open(
    { Ana: [fetch(long), fetch("http://127.0.0.1:1/b"), "I read. DONE"], Ben: ["Hm."] },
    {
      ...PAIR,
      tools: { web: { kind: "web-fetch", approval: "first-time" } },
      teams: { pair: { ...PAIR.teams.pair, agents: PAIR.teams.pair.agents.map((agent) => ({ ...agent, tools: ["web"] })) } },
    },
  );
  expect(card.labels).toEqual(["Run once", "Edit…", "Deny", "Deny and say why…"]);
  expect(thread.text()).toMatch(/\[file call-\d+\.txt\]/);
  await thread.click("Run once", MARIA);
  await thread.until(() => thread.ofKind("approval").length === 2);
  const second = thread.ofKind("approval")[1];
  expect(second && buttonsOf(second)[0]?.label).toBe("Allow in this thread");
  await thread.click("Deny", MARIA);
  await thread.ended();
});
