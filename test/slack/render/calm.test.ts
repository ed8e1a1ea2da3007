import { expect, test } from "vitest";
import type { EventBody } from "../../../src/engine/events/events.ts";
import type { Transcript } from "../../../src/engine/reading/transcript.ts";
import { render } from "../../../src/slack/render/render.ts";
import { excerptOf, linesOf } from "../../../src/slack/render/code-excerpt.ts";
import { contentOf } from "../../../src/slack/post/message-forms.ts";
import type { RenderedMessage } from "../../../src/slack/words/blocks.ts";
import { blockProblems } from "../../../local-slack/blocks/blocks.ts";
import { asks, logOf, ran, says, selects, started, stopped, TEAM } from "../log.ts";
import { loadTranslator } from "../../../src/slack/language/translator.ts";

const t = await loadTranslator("en");

const MARIA = { id: "U0MARIA", name: "Maria" };

function show(log: Transcript, seq: number, kind: string): RenderedMessage {
  const shown = render(t, { seq, kind, part: 0 }, log, TEAM);
  if (shown.kind !== "message") throw new Error(`no message: ${JSON.stringify(shown)}`);
  return shown;
}
const end = (...events: readonly EventBody[]) => {
  const log = logOf(started(), asks("add"), ...events, stopped());
  return JSON.stringify(show(log, log.events.length, "end").blocks);
};
const file = (name: string) => ({ name, bytes: 12_000, hash: "a".repeat(64), mediaType: "text/csv" });
const CODE = "print(1)\nprint(2)";
const written = (code = CODE): EventBody => says("Coder", `Here:\n\n\`\`\`python\n${code}\n\`\`\``);
const request = (what = CODE): EventBody => ({ type: "approval.requested", agent: "Runner", call: "c1", what, language: "python" });
const allows = (more: object = {}): EventBody =>
  ({ type: "approval.given", call: "c1", approved: true, scope: "call", person: MARIA, ...more }) as EventBody;
const approval = (...after: readonly EventBody[]) =>
  show(logOf(started(), asks("x"), selects("Coder"), written(), request(), ...after), 5, "approval");

test("the result does not say again what stands right above it, and says what stands further up", () => {
  expect(end(selects("Critic"), says("Critic", "It is five."))).not.toContain("five");
  expect(end(selects("Critic"), says("Critic", "It is five."), asks("thanks", "m2"))).toContain("It is five.");
  const report: EventBody = { type: "message.posted", agent: "Runner", text: "7" };
  expect(end(selects("Critic"), says("Critic", "It is five."), selects("Runner"), ran("7", { agent: "Runner" }), report)).toContain(
    "It is five.",
  );
});

test("the result of code names the value and the files, where the last words do not", () => {
  const code = (more: object = {}) => [selects("Runner"), ran("a table\n5050\n", { agent: "Runner", ...more })];
  const judges = (words: string) => [selects("Critic"), says("Critic", words)];
  expect(end(...code(), ...judges("That solves it."))).toContain("The code printed `5050`.");
  expect(end(...code(), ...judges("It is **5050**."))).not.toContain("The code");
  expect(end(...code({ files: [file("sum.csv")] }), ...judges("It is 5050."))).toContain("The code left `sum.csv` (12 kB).");
  expect(
    end(selects("Runner"), ran("boom", { agent: "Runner", outcome: "error", exitCode: 1 }), says("Critic", "It fails.")),
  ).not.toContain("The code");
  expect(end(selects("Runner"), ran("`a` <!channel>", { agent: "Runner" }), says("Critic", "Fine."))).not.toMatch(/<!channel>|`a`/);
});

test("code that stands in the turn above waits folded on its card, and is never shown openly twice", () => {
  const open = approval();
  expect(open.blocks.map(({ type }) => type)).toEqual(["section", "container", "actions"]);
  expect(open.blocks[1]).toMatchObject({ title: { text: "2 lines of python" }, default_collapsed: true });
  expect(JSON.stringify(open.blocks[1])).toContain(String.raw`print(1)\nprint(2)`);
  expect(blockProblems(open.blocks, "message", "/blocks")).toEqual([]);
  const other = show(logOf(started(), asks("x"), selects("Coder"), written("print(3)"), request()), 5, "approval");
  expect(other.blocks.map(({ type }) => type)).toEqual(["section", "rich_text", "actions"]);
  expect(approval(allows()).blocks.map(({ type }) => type)).toEqual(["section", "container", "context"]);
});

test("the title of an approval follows what a person made of the code, which is then shown", () => {
  const edited = approval(allows({ edited: "print(3)" }));
  expect(JSON.stringify(edited.blocks)).toContain("wants to run 1 line of python");
  expect(edited.text).toBe("Runner wants to run 1 line of python: print(3)");
  expect(edited.blocks.map(({ type }) => type)).toEqual(["section", "rich_text", "context"]);
});

test("lines are counted as they were written, also where many empty ones are shown as one mark", () => {
  expect([linesOf("a\nb\n\n"), linesOf(""), linesOf("a\r\nb")]).toEqual([2, 0, 2]);
  const what = `${"x = 1\n".repeat(800)}${"\n".repeat(300)}${"y = 2\n".repeat(800)}`;
  const excerpt = excerptOf(what);
  if (excerpt.kind !== "cut") throw new Error("not cut");
  const shownLines = excerpt.head.split("\n").length - 1 + (excerpt.tail.split("\n").length - 1);
  expect(excerpt.hiddenLines + shownLines).toBe(1_900);
});

test("a name is said once: by Slack where a turn has its persona, in front of the words where it has none", () => {
  const turn = show(logOf(started(), asks("x"), selects("Critic"), says("Critic", "No.")), 4, "turn");
  const about = { team: TEAM, isMember: () => false };
  expect(contentOf(turn, { ...about, withPersona: true })).toMatchObject({ username: "Critic", text: "No." });
  expect(contentOf(turn, { ...about, withPersona: false })).toMatchObject({ text: "Critic: No." });
});

test("a footer is one line, however long the reason is", () => {
  const turn = show(logOf(started(), asks("x"), selects("Critic", "because ".repeat(40)), says("Critic", "No.")), 4, "turn");
  const [, footer] = turn.blocks as [unknown, { readonly text: { readonly text: string } }];
  expect(footer.text.text.length).toBeLessThan(130);
});
