import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** A conversation that is had twice, once undisturbed and once with kills. */
export interface Conversation {
  readonly name: string;
  readonly task: string;
  /** What the person does next, when the thread has a message of this kind: says words, or presses the button with this label until it is heard. */
  readonly replies: readonly Reply[];
  readonly runs: number;
  /** In the direct messages of the person with the app, where turns grow while they are written. */
  readonly direct?: true;
}

export type Reply = { readonly after: Kind } & ({ readonly text: string } | { readonly press: string });

/** The kind of a message, as its metadata says. */
type Kind = "question" | "approval" | "end";

/**
 * All that a thread can show: turns, a selector, code and its files, questions answered in words and by a button, hand-overs, turns in several
 * parts and as a file, turns that grow in a direct message, a second run, approvals given and denied, tools of an MCP server, agents that speak side by side.
 */
export const CONVERSATIONS: readonly Conversation[] = [
  { name: "talk", task: "@parley talk: is tea better than coffee?", replies: [], runs: 1 },
  { name: "code", task: "@parley code: count to three", replies: [], runs: 1 },
  { name: "ask", task: "@parley ask: paint the shed", replies: [{ after: "question", text: "Blue, please" }], runs: 1 },
  { name: "pass", task: "@parley pass: where is my parcel?", replies: [], runs: 1 },
  { name: "long", task: "@parley long: tell me everything", replies: [], runs: 1 },
  { name: "twice", task: "@parley twice: a first task", replies: [{ after: "end", text: "@parley twice: and a second" }], runs: 2 },
  { name: "press", task: "@parley ask: paint the door", replies: [{ after: "question", press: "Green" }], runs: 1 },
  { name: "yes", task: "@parley act: do it", replies: [{ after: "approval", press: "Run once" }], runs: 1 },
  { name: "no", task: "@parley act: do the other", replies: [{ after: "approval", press: "Deny" }], runs: 1 },
  { name: "direct", task: "direct: tell me of plums", replies: [], runs: 1, direct: true },
  { name: "both", task: "@parley both: read it from two sides", replies: [], runs: 1 },
];

/** Writes `parley.yml` and the replies into the folder. Without an image, code is not run. `mcpUrl`: a server with the tool `echo`. */
export function writeTeams(folder: string, image: string | undefined, mcpUrl: string): void {
  const sandbox = image === undefined ? { executor: "off" } : { executor: "docker", image, memoryMb: 128, timeoutSeconds: 20 };
  // YAML reads JSON.
  const file = { models: MODELS, tools: toolsAt(mcpUrl), teams: TEAMS, sandbox, budgets: { workspaceUsdPerDay: USD_NEVER_SPENT } };
  writeFileSync(join(folder, "parley.yml"), JSON.stringify(file));
  writeFileSync(join(folder, "replies.yml"), JSON.stringify({ replies: REPLIES }));
}

const toolsAt = (url: string) => ({
  far: { kind: "mcp", url, ...UNHURRIED, approval: "never" },
  asked: { kind: "mcp", url, ...UNHURRIED, approval: "always" },
});
/** The server is in the process of the test, which is busy; and seconds are fifths of them here. An agent is told of one that is not there. */
const UNHURRIED = { startTimeoutSeconds: 600, callTimeoutSeconds: 600 };
const price = { inputPerMTokUsd: 1, outputPerMTokUsd: 5 };
const MODELS = {
  scripted: { provider: "replay", file: "replies.yml", price },
  slow: { provider: "replay", file: "replies.yml", wordDelayMs: 60, price },
};
/** Money is set aside for each call where there is a budget. */
const USD_NEVER_SPENT = 1_000;
/** Never reached, also where minutes are seconds. */
const LIMITS = { turns: 100, minutes: 1_000, tokens: 10_000_000, usd: 100 };

const agent = (name: string, more: object = {}) => ({ name, description: `${name} of the test.`, model: "scripted", ...more });
const team = (agents: readonly object[], speakers: object = { policy: "round-robin" }) => ({
  description: "A team of the test.",
  agents,
  speakers,
  stop: { textMention: "ENOUGH" },
  limits: LIMITS,
});

/** Begun again after a kill, it would hear what the one beside it has said meanwhile. */
const BESIDE = { hears: [{ from: "user" }, { from: "Opener" }] };

const TEAMS = {
  talk: team([agent("Tea"), agent("Coffee")], { policy: "selector", model: "scripted" }),
  code: team([
    agent("Coder"),
    { name: "Runner", kind: "code-runner", description: "Runs it.", runs: ["Coder"], icon: ":gear:" },
    agent("Critic"),
  ]),
  ask: team([agent("Guide", { handoffs: ["human"], icon: ":compass:" }), agent("Painter")]),
  pass: team([agent("Front", { handoffs: ["Back"] }), agent("Back", { handoffs: ["Front"] })], { policy: "swarm" }),
  long: team([agent("Writer"), agent("Editor")]),
  twice: team([agent("Eve")]),
  direct: team([agent("Plum", { model: "slow", icon: ":grapes:" }), agent("Pit", { model: "slow" })]),
  act: team([agent("Actor", { tools: ["far/echo", "asked/fail"] })]),
  both: team([agent("Opener"), agent("Left", BESIDE), agent("Right", BESIDE), agent("Closer")], {
    policy: "graph",
    entry: "Opener",
    edges: [
      { from: "Opener", to: "Left" },
      { from: "Opener", to: "Right" },
      { from: "Left", to: "Closer" },
      { from: "Right", to: "Closer" },
    ],
  }),
};

/** Long enough, in the time of the test, to be killed in the middle of. */
const after = (text: string) => ({ text, delayMs: 500 });
const paragraphs = (name: string, chars: number) =>
  Array.from({ length: Math.ceil(chars / 200) }, (_, index) => `${name}, paragraph ${index + 1}. ${"So it was. ".repeat(16)}`).join("\n\n");

const PROGRAM = `import time, pathlib
for number in (1, 2, 3):
    print(number, flush=True)
    time.sleep(0.1)
pathlib.Path("out/numbers.csv").write_text("1,2,3\\n")`;

const REPLIES = {
  selector: [
    { next: "Tea", reason: "it was named first", delayMs: 300 },
    { next: "Coffee", reason: "to hear the other side", delayMs: 300 },
    { next: "Tea", reason: "for the last word", delayMs: 300 },
  ],
  Tea: [after("Tea is *calm* and keeps <!channel> awake."), after("Agreed: both, at their hours. ENOUGH")],
  Coffee: [after("Coffee is quick & strong.")],
  Coder: [after(`Here it is.\n\n\`\`\`python\n${PROGRAM}\n\`\`\``)],
  Critic: [after("It counts. ENOUGH")],
  Guide: [
    {
      toolCalls: [{ name: "transfer_to_human", args: { question: "Which colour?", options: ["Blue", "Green"] } }],
      text: "One thing first.",
      delayMs: 500,
    },
    after("The answer was: {{last}}."),
  ],
  Painter: [after("Painted. ENOUGH")],
  Front: [{ toolCalls: [{ name: "transfer_to_back" }], text: "Back knows.", delayMs: 500 }, after("It is in Back's hands. ENOUGH")],
  Back: [{ toolCalls: [{ name: "transfer_to_front" }], delayMs: 500 }],
  Writer: [after(paragraphs("The first volume", 18_000))],
  Editor: [after(`${paragraphs("The second volume", 40_000)}\n\nENOUGH`)],
  Actor: [
    { toolCalls: [{ name: "far__echo", args: { text: "heard" } }], text: "First I listen.", delayMs: 300 },
    { toolCalls: [{ name: "asked__fail", args: {} }], delayMs: 300 },
    after("That was all. ENOUGH"),
  ],
  Plum: [`A plum is a fruit of some species in Prunus.\n\n${"It is eaten fresh and dried. ".repeat(12)}`],
  Pit: [`In it there is a stone.\n\n- ${"Nobody eats that. ".repeat(12)}\n\nENOUGH`],
  Opener: [after("Read this.")],
  Left: [after("From the left it is fine.")],
  Right: [{ text: "From the right it is fine, too.", delayMs: 2_500 }],
  Closer: [after("Agreed. ENOUGH")],
  Eve: [after("The first is done. ENOUGH"), after("The second is done too. ENOUGH")],
};
