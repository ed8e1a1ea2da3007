import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CodeResult } from "../../../src/sandbox/executor.ts";
import { ran } from "../../config/fake-executor.ts";

/** What Maria does in a thread, as soon as it has come so far. */
export interface Step {
  readonly after: "question" | "turn" | "approval" | "end";
  /** Words in the thread, or the label of a button. */
  readonly does: { readonly say: string } | { readonly press: string };
  /** The run may be over before it is said, and then it is talk among people. */
  readonly mayBeLate?: true;
}

export interface StormConversation {
  readonly name: string;
  readonly task: string;
  readonly steps: readonly Step[];
  readonly runs: number;
}

/** Everything that a person can bring about in a thread. */
export const STORM_CONVERSATIONS: readonly StormConversation[] = [
  { name: "talk", task: "@parley talk: is tea better than coffee?", steps: [], runs: 1 },
  { name: "ask", task: "@parley ask: paint the shed", steps: [{ after: "question", does: { say: "Blue, please" } }], runs: 1 },
  { name: "press", task: "@parley ask: paint the door", steps: [{ after: "question", does: { press: "Green" } }], runs: 1 },
  {
    name: "steer",
    task: "@parley talk: and cocoa?",
    steps: [{ after: "turn", does: { say: "Think of the milk" }, mayBeLate: true }],
    runs: 1,
  },
  { name: "stop", task: "@parley talk: and water?", steps: [{ after: "turn", does: { press: "Stop" } }], runs: 1 },
  { name: "code", task: "@parley code: count to three", steps: [], runs: 1 },
  { name: "yes", task: "@parley fetch: read the page", steps: [{ after: "approval", does: { press: "Run once" } }], runs: 1 },
  { name: "no", task: "@parley fetch: read the other page", steps: [{ after: "approval", does: { press: "Deny" } }], runs: 1 },
  { name: "long", task: "@parley long: tell me everything", steps: [], runs: 1 },
  { name: "twice", task: "@parley solo: a first task", steps: [{ after: "end", does: { say: "@parley solo: and a second" } }], runs: 2 },
];

/** Counts, and writes a file. */
export const runsCode = (): CodeResult =>
  ran("1\n2\n3\n", { files: [{ name: "numbers.csv", mediaType: "text/csv", content: new TextEncoder().encode("1,2,3\n") }] });

const agent = (name: string, more: object = {}) => ({ name, description: `${name} of the storm.`, model: "scripted", ...more });
const team = (agents: readonly object[], more: object = {}) => ({
  description: "A team of the storm.",
  agents,
  speakers: { policy: "round-robin" },
  stop: { textMention: "ENOUGH" },
  limits: { turns: 100, minutes: 1_440, tokens: 10_000_000, usd: 100 },
  ...more,
});
const after = (text: string) => ({ text, delayMs: 800 });
const LONG = Array.from({ length: 150 }, (_, index) => `Paragraph ${index + 1}. ${"So it was. ".repeat(16)}`).join("\n\n");

/** `parley.yml` and the replies; no call leaves the machine: the page that is fetched is on it, which the tool refuses. */
export function writeStormTeams(folder: string): void {
  const teams = {
    talk: team([agent("Tea"), agent("Coffee")]),
    ask: team([agent("Guide", { handoffs: ["human"] }), agent("Painter")]),
    code: team([agent("Coder"), { name: "Runner", kind: "code-runner", description: "Runs it.", runs: ["Coder"] }, agent("Critic")]),
    fetch: team([agent("Reader", { tools: ["web"] })]),
    long: team([agent("Writer")]),
    solo: team([agent("Eve")]),
  };
  const file = {
    models: { scripted: { provider: "replay", file: "replies.yml" } },
    tools: { web: { kind: "web-fetch", approval: "always" } },
    sandbox: { executor: "off" },
    teams,
  };
  const question = { toolCalls: [{ name: "transfer_to_human", args: { question: "Which colour?", options: ["Blue", "Green"] } }] };
  const replies = {
    Tea: [after("Tea is *calm* and keeps <!channel> awake."), after("Agreed: both, at their hours. ENOUGH")],
    Coffee: [after("Coffee is quick & strong.")],
    Guide: [{ ...question, delayMs: 500 }, after("The answer was: {{last}}.")],
    Painter: [after("Painted. ENOUGH")],
    Coder: [after("Here it is.\n\n```python\nprint(1)\n```")],
    Critic: [after("It counts. ENOUGH")],
    Reader: [{ toolCalls: [{ name: "web_fetch", args: { url: "http://127.0.0.1:1/" } }], delayMs: 500 }, after("That was all. ENOUGH")],
    Writer: [after(`${LONG}\n\nENOUGH`)],
    Eve: [after("The first is done. ENOUGH"), after("The second is done too. ENOUGH")],
  };
  // YAML reads JSON.
  writeFileSync(join(folder, "parley.yml"), JSON.stringify(file));
  writeFileSync(join(folder, "replies.yml"), JSON.stringify({ replies }));
}
