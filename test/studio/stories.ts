import type { EventBody, SentRequest } from "../../src/engine/events/events.ts";
import { ADA } from "./studio.ts";

/** Text that would be markup, an address, a script or a trick of the eye somewhere. */
export const HOSTILE =
  "<img src=x onerror=alert(1)><script>alert(2)</script> [go](javascript:alert(3)) </textarea>\"'` \u202Egnp.exe \u001B[31mred @channel <!channel> ![x](http://evil.example/p.png)";

const usage = { inputTokens: 2_400, outputTokens: 180, cachedTokens: 1_900, usd: 0.0061 };
const CODE = "```python\nfrom statistics import median\nprint(median([3, 1, 2]))\n```";

const sent = ({ words, ms, failed }: { readonly words: string; readonly ms: number; readonly failed?: string }): SentRequest => ({
  body: "0".repeat(64),
  model: `${words}smart`,
  upToSeq: 2,
  without: [`${words}temperature`],
  at: "2026-01-05T09:00:00.000Z",
  ...(failed === undefined ? { firstMs: ms / 4 } : { failed }),
  ms,
});

/** A run as a coding team has it, with all that a timeline shows. */
export const codingRun = ({ hash = "", hostile = false } = {}): readonly EventBody[] => {
  const text = (words: string): string => (hostile ? `${HOSTILE} ${words}` : words);
  const name = hostile ? "<b>Coder</b>" : "Coder";
  return [
    { type: "run.started", run: "r1", team: hostile ? "<i>team</i>" : "coding", startedBy: hostile ? { id: "U1", name: HOSTILE } : ADA },
    {
      type: "message.posted",
      person: hostile ? { id: "U1", name: HOSTILE } : ADA,
      text: text("Write a median function and find its bug."),
      id: "m1",
    },
    {
      type: "speaker.selected",
      agent: name,
      by: "selector",
      reason: text("there is nothing to review yet"),
      instruction: text("Write it."),
      candidates: [name, text("Runner")],
      usage: { inputTokens: 400, outputTokens: 20, usd: 0.0004, sent: [sent({ words: text(""), ms: 640 })] },
    },
    {
      type: "message.posted",
      agent: name,
      text: text(`Here is a **first version**:\n\n${CODE}\n\n| case | result |\n|---|---|\n| odd | fine |\n| even | *wrong* |`),
      model: "claude-sonnet-5-5",
      usage: {
        ...usage,
        calls: 2,
        sent: [sent({ words: text(""), ms: 1_100, failed: text("overloaded") }), sent({ words: text(""), ms: 4_200 })],
      },
      notices: [text("Asked again: the server was overloaded.")],
    },
    { type: "speaker.selected", agent: "Runner", by: "policy" },
    {
      type: "code.ran",
      agent: "Runner",
      source: { seq: 4, block: 0 },
      language: "python",
      outcome: "error",
      exitCode: 1,
      output: text("Traceback (most recent call last):\n  ZeroDivisionError: division by zero"),
      elapsedMs: 840,
      executor: "container",
      files: hash ? [{ hash, name: hostile ? HOSTILE : "plot.png", mediaType: "image/png", bytes: 95 }] : [],
    },
    { type: "message.posted", agent: "Runner", text: text("It failed: division by zero.") },
    { type: "speaker.selected", agent: "Critic", by: "selector", reason: text("the code failed") },
    {
      type: "tool.called",
      agent: "Critic",
      call: "c1",
      tool: hostile ? "<u>tool</u>" : "web_search",
      args: JSON.stringify({ query: text("median of an even list") }),
      usage,
    },
    { type: "tool.returned", agent: "Critic", call: "c1", tool: "web_search", output: text("The mean of the two middle values.") },
    {
      type: "message.posted",
      agent: "Critic",
      text: text("The median of an *even* list is the mean of the two in the middle."),
      model: "claude-sonnet-5-5",
      usage,
    },
    { type: "limit.neared", run: "r1", limit: "turns", used: 4, of: 5 },
    { type: "handoff.made", agent: "Critic", to: "human", text: text("Shall it take the lower one?"), options: [text("yes"), "no"] },
  ];
};

/** A long run: so many events of turns with words, tools and choices. */
export function longRun(events: number): readonly EventBody[] {
  const all: EventBody[] = [
    { type: "run.started", run: "long", team: "debate", startedBy: ADA },
    { type: "message.posted", person: ADA, text: "Argue for a long while.", id: "m1" },
  ];
  for (let nth = 0; all.length < events - 1; nth++) {
    const agent = ["Optimist", "Sceptic", "Judge"][nth % 3] ?? "Judge";
    all.push(
      { type: "speaker.selected", agent, by: "selector", reason: `point ${nth} is open`, usage },
      { type: "message.posted", agent, text: `Point **${nth}**: ${"a claim and its grounds. ".repeat(1 + (nth % 9))}`, model: "m", usage },
    );
  }
  return [...all.slice(0, events - 1), { type: "run.stopped", run: "long", outcome: "limit", reason: "1,000 turns", reasons: [] }];
}
