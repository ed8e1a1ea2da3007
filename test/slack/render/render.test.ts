import { expect, test } from "vitest";
import type { EventBody } from "../../../src/engine/events/events.ts";
import type { Transcript } from "../../../src/engine/reading/transcript.ts";
import type { Rendered, RenderedMessage } from "../../../src/slack/words/blocks.ts";
import { plan, render } from "../../../src/slack/render/render.ts";
import { standingText } from "../../../src/slack/render/run-summary.ts";
import { blockProblems } from "../../../local-slack/blocks/blocks.ts";
import { asks, logOf, question, ran, says, selects, started, stopped, TEAM } from "../log.ts";
import { loadTranslator } from "../../../src/slack/language/translator.ts";

const t = await loadTranslator("en");

/** What a log posts, all of it, as it would look if it were sent at the end. */
function posted(
  ...bodies: readonly EventBody[]
): readonly { readonly kind: string; readonly part: number; readonly seq: number; readonly rendered: Rendered }[] {
  const log = logOf(...bodies);
  return log.events.flatMap((event) =>
    plan(event, { events: log.events.slice(0, event.seq - 1) }).map((post) => ({
      ...post,
      seq: event.seq,
      rendered: render(t, { ...post, seq: event.seq }, log, TEAM),
    })),
  );
}
const kinds = (...bodies: readonly EventBody[]) => posted(...bodies).map(({ kind, part }) => `${kind}.${part}`);
function message(rendered: Rendered | undefined): RenderedMessage {
  if (rendered?.kind !== "message") throw new Error(`a message was expected, not ${rendered?.kind}`);
  return rendered;
}
const show = (log: Transcript, seq: number, kind: string, part = 0) => message(render(t, { seq, kind, part }, log, TEAM));
const json = (rendered: RenderedMessage) => JSON.stringify(rendered.blocks);
const buttons = (rendered: RenderedMessage) =>
  rendered.blocks
    .flatMap((block) => (block.type === "actions" ? block.elements : []))
    .map((element) => (element.type === "button" ? { id: element.action_id, value: JSON.parse(element.value ?? "{}") as unknown } : {}));

test("a run makes a card, a turn for each agent's words, and an end; choices and people's words make nothing", () => {
  expect(kinds(started(), asks("Add two numbers"), selects("Coder", "it writes code"), says("Coder", "Here it is."), stopped())).toEqual([
    "card.0",
    "turn.0",
    "end.0",
  ]);
});

test("the card says who is on it, for whom, within which limits, and has Stop while the run goes on", () => {
  const log = logOf(started(), asks("Add <two> numbers"), selects("Coder"), says("Coder", "Done.", 0.08), selects("Critic"));
  const card = show(log, 1, "card");
  expect(card.speaker).toBeUndefined();
  expect(json(card)).toContain("*coding* is on it, asked by <@U0MARIA>");
  expect(json(card)).toContain(">Add &lt;two&gt; numbers");
  expect(json(card)).toContain(":technologist: Coder · :gear: Runner · Critic");
  expect(json(show(logOf(started(), asks("x")), 1, "card"))).toContain(
    "At most 24 turns, 20 minutes, 200k tokens, $1.00 · reply here to steer",
  );
  const forecast = { runs: 12, usd: { least: 0.02, most: 0.05 }, ms: { least: 20_000, most: 65_000 } };
  const begun = show(logOf({ ...started(), forecast } as EventBody, asks("x")), 1, "card");
  expect(json(begun)).toContain("4 of 5 such runs took $0.02–$0.05 and 20 s–1 min 5 s · At most 24 turns");
  expect(json(card)).toContain("next: Critic · 1.2k tokens · $0.08 of $1.00");
  expect(buttons(card).map(({ id }) => id)).toEqual(["parley.run.pause", "parley.run.steer", "parley.run.stop"]);
  expect(buttons(card).at(-1)).toEqual({ id: "parley.run.stop", value: { r: "run-1" } });
  expect(card.blocks.find(({ type }) => type === "plan")).toEqual({
    type: "plan",
    title: "Turn 2 of at most 24",
    tasks: [
      { type: "task_card", task_id: "t3", title: "Coder: Done.", status: "complete" },
      { type: "task_card", task_id: "t5", title: "Critic", status: "in_progress" },
    ],
  });
  expect(JSON.stringify(card.fallback)).toContain("*Turn 2 of at most 24*\\n☑ *Coder* Done.\\n▶ *Critic*");
});

test("the card of a task that is a file alone is called by it", () => {
  const task = { ...asks(""), files: [{ hash: "h", name: "plan.pdf", mediaType: "application/pdf", bytes: 9 }] } as EventBody;
  const card = show(logOf(started(), task), 1, "card");
  expect([json(card), card.text]).toEqual([expect.stringContaining("\\n>plan.pdf"), expect.stringMatching(/: plan\.pdf$/)]);
});

test("the card of a run that waits for its turn says so, until somebody begins", () => {
  const waiting: EventBody = { type: "run.started", run: "run-1", team: "coding", startedBy: { id: "U0MARIA", name: "Maria" }, ahead: 22 };
  const card = show(logOf(waiting, asks("One")), 1, "card");
  expect(json(card)).toContain("waits for its turn, behind 22 other runs at most");
  expect(card.plain).toContain("waits for its turn");
  expect(json(show(logOf(waiting, selects("Coder")), 1, "card"))).not.toContain("waits for its turn");
  expect(json(show(logOf(waiting, stopped()), 1, "card"))).not.toContain("waits for its turn");
});

test("the card of a run that has stopped has no button, and a later run does not change it", () => {
  const log = logOf(started(), asks("One"), selects("Coder"), says("Coder", "Done."), stopped(), started("run-2"), asks("Two", "m2"));
  expect(buttons(show(log, 1, "card"))).toEqual([]);
  expect(json(show(log, 1, "card"))).toContain('1 turn · 1.2k tokens"');
  expect(json(show(log, 1, "card"))).toContain(">One");
  expect(buttons(show(log, 6, "card"))).toHaveLength(3);
});

test("a turn is Markdown under the agent's name, with its number, the reason for it and what it cost", () => {
  const log = logOf(started(), asks("x"), selects("Critic", 'claim "needs" a <test>'), says("Critic", "# Verdict\n\n**No.**", 0.014));
  const turn = show(log, 4, "turn");
  expect(turn.speaker).toBe("Critic");
  expect(turn.text).toBe("Verdict No.");
  expect(turn.blocks).toEqual([
    { type: "markdown", text: "# Verdict\n\n**No.**" },
    {
      type: "section",
      text: { type: "mrkdwn", verbatim: true, text: '#1 · why: selector – “claim "needs" a &lt;test&gt;” · 1.2k tokens · $0.01' },
      accessory: { type: "overflow", action_id: "parley.turn.more", options: expect.any(Array) as unknown },
    },
  ]);
});

test.each([
  ["Then *blue*, or `green`.", "Then blue, or green."],
  ["3*4 is 3 * 4", "3*4 is 3 * 4"],
  ["* one\n* **two**", "one two"],
])("a notification has the words of %j as they stand", (words, plain) => {
  const log = logOf(started(), asks("x"), selects("Critic"), says("Critic", words));
  expect(show(log, 4, "turn").text).toBe(plain);
});

test("of a model without a price nothing is said about its cost, and least of all that it was nothing", () => {
  const log = logOf(started(), asks("x"), selects("Coder"), says("Coder", "Done."), stopped());
  expect(json(show({ events: log.events.slice(0, 4) }, 4, "turn"))).toContain('1.2k tokens"');
  expect(json(show(log, 4, "turn"))).toContain("1k tokens in, 200 out · 40 s");
  expect(json(show(log, 4, "turn"))).not.toMatch(/\$0|unknown/);
  expect(json(show(log, 5, "end"))).toContain("1k tokens in, 200 out · 40 s");
  expect(json(show(log, 5, "end"))).not.toMatch(/\$0|unknown/);
});

test("the stop word is not shown, and a turn that is nothing else makes no message", () => {
  const log = logOf(
    started(),
    asks("x"),
    selects("Critic"),
    says("Critic", "All is well.\n\nTERMINATE"),
    selects("Critic"),
    says("Critic", "TERMINATE"),
  );
  expect(json(show(log, 4, "turn"))).not.toContain("TERMINATE");
  expect(render(t, { seq: 6, kind: "turn", part: 0 }, log, TEAM).kind).toBe("nothing");
});

test("a long turn is several messages, and a very long one a file besides", () => {
  const paragraph = `${"word ".repeat(99)}end.\n\n`;
  const two = posted(started(), asks("x"), selects("Coder"), says("Coder", paragraph.repeat(30)));
  expect(two.map(({ kind, part }) => `${kind}.${part}`)).toEqual(["card.0", "turn.0", "turn.1"]);
  expect(json(message(two[1]?.rendered))).toContain("part 1 of 2");
  expect(json(message(two[2]?.rendered))).toContain("#1");

  const many = posted(started(), asks("x"), selects("Coder"), says("Coder", paragraph.repeat(200)));
  expect(many.map(({ kind, part }) => `${kind}.${part}`)).toEqual(["card.0", "turn.0", "turn.1", "turn.2", "turn-file.0"]);
  expect(json(message(many[3]?.rendered))).toContain("the whole turn is in turn-1.md");
  expect(many[4]?.rendered).toMatchObject({ kind: "file", name: "turn-1.md", content: { text: paragraph.repeat(200) } });
  for (const { rendered } of many.slice(1, 4)) expect(message(rendered).markdown?.length).toBeLessThanOrEqual(11_500);
});

test("what an agent wrote is data: no mention, call or markup of its own comes alive on any card", () => {
  const evil = "<!channel> <@U0ADA> <https://evil.example|bank>";
  const log = logOf(
    started(),
    asks(evil),
    { type: "speaker.selected", agent: "Critic", by: "selector", reason: evil },
    says("Critic", evil),
    question("Critic", evil, [evil]),
    { type: "message.posted", person: { id: "not a slack id <!here>", name: evil }, text: evil },
    { type: "turn.failed", agent: "Critic", error: { kind: "refused", message: evil } },
    { type: "approval.requested", agent: "Critic", call: "c1", what: evil },
    { type: "run.stopped", run: "run-1", reason: evil, reasons: [{ kind: "finish", agent: "Critic", reason: evil }], outcome: "done" },
  );
  for (const event of log.events) {
    for (const { kind, part } of plan(event, { events: log.events.slice(0, event.seq - 1) })) {
      const rendered = show(log, event.seq, kind, part);
      const all = JSON.stringify([rendered.text, rendered.plain, rendered.blocks]);
      expect(all.replaceAll("<@U0MARIA>", "")).not.toMatch(/<[@!#]|<https:[^>]*\|/);
    }
  }
});

test("a question of nothing but marks that are taken out is still one that Slack takes", () => {
  const asked = logOf(started(), asks("x"), selects("Coder"), question("Coder", "\u0000\u202e", ["Yes"]));
  const shown = render(t, { seq: 4, kind: "question", part: 0 }, asked, TEAM);
  expect(shown.kind === "message" && blockProblems(shown.blocks, "message", "/blocks")).toEqual([]);
});

test("a question mentions who asked for the run, has a button for each answer, and shows the answer afterwards", () => {
  const asked = [started(), asks("x"), selects("Coder"), question("Coder", "Which **one**?", ["Postgres", "SQLite"])];
  const open = show(logOf(...asked), 4, "question");
  expect(json(open)).toContain("<@U0MARIA> *:technologist: Coder asks:*");
  expect(json(open)).toContain("Which **one**?");
  expect(json(open)).toContain("or just reply here");
  expect(buttons(open)).toEqual([
    { id: "parley.question.answer.0", value: { seq: 4, o: 0 } },
    { id: "parley.question.answer.1", value: { seq: 4, o: 1 } },
    { id: "parley.question.words", value: { seq: 4 } },
  ]);
  const answered = show(logOf(...asked, asks("SQLite", "m2")), 4, "question");
  expect(buttons(answered)).toEqual([]);
  expect(json(answered)).toContain("answered by <@U0MARIA>: SQLite");
  expect(json(show(logOf(...asked, stopped()), 4, "question"))).toContain("not answered; the run has stopped");
  const file = { hash: "h", name: "plan_v2.pdf", mediaType: "application/pdf", bytes: 9 };
  const byFile = { ...asks("", "m3"), files: [file], beside: [{ source: "file plan_v2.pdf", text: "SQLite, then." }] } as EventBody;
  expect(json(show(logOf(...asked, byFile), 4, "question"))).toContain("answered by <@U0MARIA>: plan_v2.pdf");
  const unreadable = { ...asks("", "m4"), beside: [{ text: "(Attached, but not readable for you: a.pdf: it was deleted.)" }] } as EventBody;
  expect(json(show(logOf(...asked, unreadable), 4, "question"))).toContain("answered by <@U0MARIA>: (Attached, but not readable");
});

test("a question shows what the agent wrote beside it", () => {
  const log = logOf(
    started(),
    asks("x"),
    selects("Coder"),
    { type: "tool.called", agent: "Coder", call: "c1", tool: "transfer_to_human", args: "{}", text: "I found two ways." },
    { type: "tool.returned", agent: "Coder", call: "c1", tool: "transfer_to_human", output: "…" },
    { type: "handoff.made", agent: "Coder", to: "human", text: "Which one?", call: "c1" },
  );
  expect(json(show(log, 6, "question"))).toContain("I found two ways.\\n\\nWhich one?");
});

test("a question that is the beginning of longer words shows them once, and whole", () => {
  const words = `First of all. ${"More. ".repeat(400)}Which one?`;
  const log = logOf(
    started(),
    asks("x"),
    selects("Coder"),
    { type: "tool.called", agent: "Coder", call: "c1", tool: "transfer_to_human", args: "{}", text: words },
    { type: "tool.returned", agent: "Coder", call: "c1", tool: "transfer_to_human", output: "…" },
    { type: "handoff.made", agent: "Coder", to: "human", text: words.slice(0, 2_000), beside: words, call: "c1" },
  );
  const shown = json(show(log, 6, "question"));
  expect(shown).toContain("Which one?");
  expect(shown.split("First of all. More. More.")).toHaveLength(2);
});

test("an approval has buttons until it is given or denied", () => {
  const asked: EventBody[] = [started(), asks("x"), { type: "approval.requested", agent: "Coder", call: "c1", what: "rm -rf `out`" }];
  const open = show(logOf(...asked), 3, "approval");
  expect(buttons(open)).toEqual([
    { id: "parley.code.approve", value: { seq: 3, call: "c1" } },
    { id: "parley.code.allow", value: { seq: 3, call: "c1" } },
    { id: "parley.code.edit", value: { seq: 3, call: "c1" } },
    { id: "parley.code.deny", value: { seq: 3, call: "c1" } },
    { id: "parley.code.reason", value: { seq: 3, call: "c1" } },
  ]);
  const given = show(
    logOf(...asked, { type: "approval.given", call: "c1", approved: false, person: { id: "U0ADA", name: "Ada" } }),
    3,
    "approval",
  );
  expect(buttons(given)).toEqual([]);
  expect(json(given)).toContain("denied by <@U0ADA>");
});

test("a code-runner's turn shows what was printed in a fence that the output cannot close, and its files are uploaded", () => {
  const file = { hash: "a".repeat(64), name: "plot.png", mediaType: "image/png", bytes: 12_300 };
  const log = [
    started(),
    asks("x"),
    selects("Runner"),
    ran("# not a title\n```\n<!here>", { files: [file] }),
    { type: "message.posted", agent: "Runner", text: "whatever" } as EventBody,
  ];
  const posts = posted(...log);
  expect(posts.map(({ kind, part }) => `${kind}.${part}`)).toEqual(["card.0", "turn.0", "file.0"]);
  expect(posts[2]?.rendered).toMatchObject({ kind: "file", name: "plot.png", content: { hash: file.hash, bytes: 12_300 } });
  const turn = message(posts[1]?.rendered);
  expect(json(turn)).toContain('"text":"# not a title\\n```\\n<\u200b!here>"');
  expect(turn.blocks[0]).toMatchObject({ type: "container", title: { text: "python · exit code 0 · 2.1 s" }, default_collapsed: false });
  expect(turn.markdown).toBe(
    "**python** · exit code 0 · 2.1 s\n\n````\n# not a title\n```\n<\u200b!here>\n````\n\nFiles: plot.png (12 kB)",
  );
  expect(json(turn)).toContain("#1 · why: selector · Docker, no network");
});

test("long output is cut in the message and whole in a file", () => {
  const output = Array.from({ length: 2_000 }, (_, index) => `line ${index}`).join("\n");
  const posts = posted(started(), asks("x"), selects("Runner"), ran(output), { type: "message.posted", agent: "Runner", text: output });
  expect(posts.map(({ kind }) => kind)).toEqual(["card", "turn", "turn-file"]);
  const turn = message(posts[1]?.rendered);
  expect(turn.markdown).toMatch(/line 0\n[\s\S]*characters are left out here[\s\S]*line 1999\n```$/);
  expect(turn.markdown?.length).toBeLessThan(3_000);
  expect(posts[2]?.rendered).toMatchObject({ kind: "file", name: "output-1.txt", content: { text: output } });
});

test("an agent that writes and runs its own code is seen to write it, and to explain what came of it", () => {
  const source = "```python\nprint(1)\n```";
  const posts = posted(
    started(),
    asks("x"),
    selects("Coder"),
    { type: "code.written", agent: "Coder", text: source },
    ran("1", { agent: "Coder" }),
    { type: "code.written", agent: "Coder", text: '{"retry": false}' },
    says("Coder", "It printed one."),
  );
  expect(posts.map(({ kind, seq }) => `${kind} ${seq}`)).toEqual(["card 1", "turn 4", "turn 7"]);
  expect(message(posts[1]?.rendered).markdown).toBe(source);
  expect(message(posts[2]?.rendered).markdown).toMatch(/exit code 0[\s\S]*It printed one\./);
});

test("a hand-over with words is a turn; one without is told by the next turn's footer", () => {
  const silent = logOf(
    started(),
    asks("x"),
    selects("Coder"),
    {
      type: "handoff.made",
      agent: "Coder",
      to: "Critic",
      text: "Transferred to Critic, adopting the role of Critic immediately.",
      call: "c1",
    },
    { type: "speaker.selected", agent: "Critic", by: "policy" },
    says("Critic", "Fine."),
  );
  expect(kinds(...silent.events)).toEqual(["card.0", "turn.0"]);
  expect(json(show(silent, 6, "turn"))).toContain("why: Coder handed over");
  const resumed = { type: "run.resumed", run: "r1" } as const;
  const [selected, answer] = [{ type: "speaker.selected", agent: "Critic", by: "policy" } as const, says("Critic", "Fine.")];
  const later = logOf(...silent.events.slice(0, 4), resumed, selected, answer);
  expect(json(show(later, 7, "turn"))).toContain("why: Coder handed over");

  const spoken = posted(started(), asks("x"), selects("Coder"), {
    type: "handoff.made",
    agent: "Coder",
    to: "Critic",
    text: "Over to you, Critic.",
  });
  expect(json(message(spoken[1]?.rendered))).toContain("hands over to Critic");
});

test("the end says why, what it took, and what can be done next", () => {
  const log = logOf(started(), asks("x"), selects("Coder"), says("Coder", "Done.", 0.5), {
    type: "run.stopped",
    run: "run-1",
    reason: "",
    reasons: [{ kind: "usd", limit: 0.5, spent: 0.5 }],
    outcome: "limit",
  });
  const end = show(log, 5, "end");
  expect(end.text).toBe("Stopped at a limit: spent $0.50, the limit is $0.50");
  expect(json(end)).toContain("1 turn · 1k tokens in, 200 out · $0.50 · 40 s");
  expect(json(end)).toContain("40 s · mention me here to go on; the limits then start anew");
});

test("where tokens were estimated, footers, cards and the end say about how many", () => {
  const usage = { inputTokens: 1_000, outputTokens: 200, usd: 0.5, estimated: true as const };
  const estimated: EventBody = { type: "message.posted", agent: "Coder", text: "Done.", model: "tiny", usage };
  const log = logOf(started(), asks("x"), selects("Coder"), estimated, stopped());
  expect(json(show({ events: log.events.slice(0, 4) }, 4, "turn"))).toContain("about 1.2k tokens · about $0.50");
  expect(json(show(log, 4, "turn"))).toContain("about 1k tokens in, 200 out · about $0.50");
  expect(json(show({ events: log.events.slice(0, 4) }, 1, "card"))).toContain("about 1.2k tokens · about $0.50 of $1.00");
  expect(json(show(log, 5, "end"))).toContain("about 1k tokens in, 200 out · about $0.50");
  expect(standingText(t, log)).toContain("about 1.2k tokens · about $0.50");
});

test("the last words of a summary are without the team's stop word, as in the turns; it stays in the log", () => {
  const log = logOf(
    started(),
    asks("Say TERMINATE"),
    says("Coder", "Here it is."),
    says("Runner", "Ran.\n\nTERMINATE"),
    says("Critic", "**TERMINATE**"),
  );
  const words = standingText(t, log, undefined, TEAM.stopWords).split("\n");
  expect(words.slice(1, 2)).toEqual([">Say TERMINATE"]);
  expect(words.slice(3)).toEqual(["• *Coder:* Here it is.", "• *Runner:* Ran."]);
  expect(JSON.stringify(log.events)).toContain("**TERMINATE**");
});

test("an agent with nothing to add is said so of once in a run, and of a team that has come to its end nothing", () => {
  const silent = (agent: string): EventBody => ({ type: "turn.ended", agent, reason: "17", notices: ["tiny had nothing to add"] });
  const posts = posted(started(), asks("x"), silent("Coder"), silent("Coder"), silent("Critic"), { type: "turn.ended", agent: "Lab", reason: "" }); // prettier-ignore
  expect(posts.map(({ kind, seq }) => `${kind} ${seq}`)).toEqual(["card 1", "notice 3", "notice 5"]);
  expect(message(posts[1]?.rendered).text).toBe("Coder had nothing to add to what its tools gave.");
  expect(message(posts[1]?.rendered).blocks.map(({ type }) => type)).toEqual(["context"]);
});

test("a failed turn is told with its mend; that nothing runs code is said once in a thread", () => {
  const failed = posted(started(), asks("x"), {
    type: "turn.failed",
    agent: "Coder",
    error: { kind: "bad_key", message: "The key is refused. Set ANTHROPIC_API_KEY." },
  });
  expect(message(failed[1]?.rendered).text).toBe("Coder could not answer: The key is refused. Set ANTHROPIC_API_KEY.");

  const off = ran("Code is not run here. Install Docker.", { outcome: "rejected", executor: "off: code is not run" });
  expect(kinds(started(), asks("x"), off, off, ran("1"))).toEqual(["card.0", "notice.0"]);
});

const remembers = (agent: string, call: string, args: object, tool = "remember"): EventBody[] => [
  { type: "tool.called", agent, call, tool, args: JSON.stringify(args), usage: { inputTokens: 1, outputTokens: 1 } },
  { type: "tool.returned", agent, call, tool, output: "Remembered as note 1." },
];
const footer = (rendered: RenderedMessage) => JSON.stringify(rendered.blocks.at(-1));

test("what an agent remembers and forgets in a turn is told in its footer, without any power", () => {
  const log = logOf(
    started(),
    asks("Keep it"),
    selects("Coder"),
    ...remembers("Coder", "c1", { text: "Tuesdays,\n<!channel> & *all*" }),
    ...remembers("Coder", "c2", { id: 7 }, "forget"),
    { type: "tool.called", agent: "Coder", call: "c3", tool: "remember", args: '{"text":"too much"}' },
    { type: "tool.failed", agent: "Coder", call: "c3", tool: "remember", error: { kind: "memory_full", message: "full" } },
    ...remembers("Coder", "c4", { task: "of another tool of that name" }),
    says("Coder", "Noted."),
    selects("Critic"),
    says("Critic", "Good."),
  );
  const own = footer(show(log, 12, "turn"));
  expect(own).toContain("remembered: “Tuesdays, &lt;\u200b!channel&gt; &amp; *all*” · forgot note 7 · ");
  expect(own).not.toMatch(/too much|another tool/);
  expect(footer(show(log, 14, "turn"))).not.toMatch(/remember|forgot/);
});

test("of many notes three are told, and how many more there are; those of a hand-over without words are told by the next turn", () => {
  const notes = [1, 2, 3, 4, 5].flatMap((n) => remembers("Coder", `c${n}`, { text: `note ${n}` }));
  const hands: EventBody = {
    type: "handoff.made",
    agent: "Coder",
    to: "Critic",
    text: "Transferred to Critic, adopting the role of Critic immediately.",
  };
  const log = logOf(
    started(),
    asks("Keep it"),
    selects("Coder"),
    ...notes,
    hands,
    { type: "speaker.selected", agent: "Critic", by: "policy" },
    says("Critic", "Good."),
  );
  expect(footer(show(log, 16, "turn"))).toContain(
    "remembered: “note 1” · remembered: “note 2” · remembered: “note 3” · and 2 more in its memory",
  );
});
