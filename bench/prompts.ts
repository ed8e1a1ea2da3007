/**
 * What is sent to models, and how much of it a provider's prompt cache can have: `npm run bench -- prompts`. Four agents debate for forty turns,
 * led by a selector, as a team file has them; the models answer at once, so nothing is asked of a provider and the numbers are the same on
 * every machine. A request's cacheable part is what it has in common, from its first character, with a request that the same agent sent
 * before. The naive prompt is the same conversation as it is often sent: the whole history in one message, under a header that changes.
 * Tokens are estimated at four characters each. Exits with 1 when a target is missed.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildTeams } from "../src/config/build.ts";
import { loadSettings } from "../src/config/load.ts";
import { isEvent, type EventBody, type RunEvent } from "../src/engine/events/events.ts";
import type { Model, ModelRequest } from "../src/engine/model.ts";
import { converse } from "../src/engine/loop.ts";
import { SELECTOR } from "../src/engine/reading/spender.ts";
import { createOffExecutor } from "../src/sandbox/off.ts";
import { turnOn } from "../test/support/turn.ts";

const TURNS = 40;
const NAMES = ["Advocate", "Sceptic", "Economist", "Engineer"];
const TASK = "Should our town of forty thousand replace its gas network by district heating within fifteen years? Argue, then agree.";
const CHARS_PER_TOKEN = 4;
const MESSAGE_CHARS = 900; // A paragraph or two, as debaters write them.
const TARGETS = { cacheableShare: 0.8, selectorCallsPerTurn: 1, movedShareMax: 0.25 };

const rows: Record<string, object> = {};
const debate = await played(`{ policy: selector, mayAskHuman: false }`, "");
const agents = debate.filter(({ agent }) => agent !== SELECTOR);
const whole = measured(agents.map(asText));
rows["agents, whole conversation"] = row(whole, agents.length);
rows["agents, naive prompt"] = row(measured(agents.map(naive)), agents.length);
for (const context of ["{ lastMessages: 20 }", "{ tokens: 4000 }"])
  rows[`agents, context: ${context}`] = row(measured((await played("{ policy: round-robin }", context)).map(asText)), TURNS);
const chosen = measured(debate.filter(({ agent }) => agent === SELECTOR).map(asText));
rows["selector, asked every turn"] = row(chosen, TURNS);
const rules = NAMES.map((name, index) => `{ after: ${name}, next: [${NAMES[(index + 1) % NAMES.length]}] }`).join(", ");
const ruled = (await played(`{ policy: selector, mayAskHuman: false, candidates: [${rules}] }`, "")).filter(
  ({ agent }) => agent === SELECTOR,
);
rows["selector, one candidate by rule"] = row(measured(ruled.map(asText)), TURNS);
const oneAfter = `{ policy: selector, mayAskHuman: false, rules: [{ after: Advocate, next: Sceptic }, { after: Economist, next: Engineer }] }`;
const halfRuled = (await played(oneAfter, "")).filter(({ agent }) => agent === SELECTOR);
rows["selector, a rule for two of four"] = row(measured(halfRuled.map(asText)), TURNS);
console.table(rows);
verdict(
  "cacheable share of the agents' prompts, at least",
  whole.cacheable / whole.sent,
  TARGETS.cacheableShare,
  (is, target) => is >= target,
);
verdict(
  "requests that do not begin as the one before ÷ all, at most",
  whole.moved / agents.length,
  TARGETS.movedShareMax,
  (is, target) => is <= target,
);
verdict("selector calls a turn, at most", chosen.requests / TURNS, TARGETS.selectorCallsPerTurn, (is, target) => is <= target);

interface Sent {
  readonly agent: string;
  /** In the order in which a provider reads it. What is for this call alone comes behind `stable`. */
  readonly text: string;
  readonly stable: string;
}

interface Measured {
  readonly requests: number;
  readonly sent: number;
  readonly cacheable: number;
  /** Requests whose beginning is not that of the agent's last one. */
  readonly moved: number;
}

function measured(requests: readonly Sent[]): Measured {
  const before = new Map<string, Sent[]>();
  let [sent, cacheable, moved] = [0, 0, 0];
  for (const request of requests) {
    const earlier = before.get(request.agent) ?? [];
    sent += request.text.length / CHARS_PER_TOKEN;
    cacheable += Math.max(0, ...earlier.map((one) => commonLength(one.text, request.text))) / CHARS_PER_TOKEN;
    const last = earlier.at(-1);
    if (last && !request.text.startsWith(last.stable)) moved++;
    before.set(request.agent, [...earlier, request]);
  }
  return { requests: requests.length, sent, cacheable, moved };
}

function commonLength(one: string, other: string): number {
  let at = 0;
  while (at < one.length && at < other.length && one.charCodeAt(at) === other.charCodeAt(at)) at++;
  return at;
}

function row({ requests, sent, cacheable, moved }: Measured, turns: number): object {
  return {
    "calls a turn": Number((requests / turns).toFixed(2)),
    "tokens sent": Math.round(sent),
    "tokens a turn": Math.round(sent / turns),
    cacheable: sent === 0 ? "–" : `${Math.round((cacheable / sent) * 100)}%`,
    "windows moved": moved,
  };
}

/** Tools, instructions, messages: the order in which prompts are put together. */
function asText({ agent, tools, system, messages, stable = messages.length }: ModelRequest): Sent {
  const head = `${JSON.stringify(tools)}\n${system}\n`;
  const parts = messages.map((message) => `${message.role}: ${message.text}\n`);
  return { agent, text: head + parts.join(""), stable: head + parts.slice(0, stable).join("") };
}

function naive({ agent, tools, system, messages }: ModelRequest, index: number): Sent {
  const history = messages.map((message) => (message.role === "assistant" ? `${agent}: ${message.text}` : message.text)).join("\n\n");
  const text = `Turn ${index + 1} of ${TURNS}. It is ${agent}'s turn.\n${system}\n${JSON.stringify(tools)}\nThe conversation so far:\n${history}\n`;
  return { agent, text, stable: text };
}

/** Everything that the models were asked in a debate with these speakers. */
async function played(speakers: string, context: string): Promise<readonly ModelRequest[]> {
  const folder = mkdtempSync(join(tmpdir(), "parley-bench-"));
  try {
    writeFileSync(join(folder, "none.yml"), "replies: {}\n");
    writeFileSync(join(folder, "parley.yml"), teamFile(speakers, context));
    const asked: ModelRequest[] = [];
    const teams = buildTeams(loadSettings({ env: {}, cwd: folder }), {
      createModel: () => debater(asked),
      executor: createOffExecutor(""),
      keepFile: async () => "",
    });
    const events: RunEvent[] = [];
    const record = (body: EventBody) => void events.push({ ...body, seq: events.length + 1, at: new Date(events.length).toISOString() });
    record({ type: "run.started", run: "r", team: "debate", startedBy: { id: "U1", name: "Maria" } });
    record({ type: "message.posted", person: { id: "U1", name: "Maria" }, text: TASK });
    for await (const item of converse(teams.build("debate", "t"), turnOn({ events }))) if (isEvent(item)) record(item);
    return asked;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function teamFile(speakers: string, context: string): string {
  const agents = NAMES.map(
    (name) =>
      `{ name: ${name}, description: Speaks as the ${name.toLowerCase()}., model: m, instructions: "${`Argue as the ${name.toLowerCase()} would, with numbers. `.repeat(8)}"${context && `, context: ${context}`} }`,
  );
  return `models: { m: { provider: replay, file: none.yml }, fast: { provider: replay, file: none.yml } }
sandbox: { executor: off }
teams:
  debate:
    description: Four who argue.
    speakers: ${speakers}
    agents: [${agents.join(", ")}]
    limits: { turns: ${TURNS}, tokens: 50000000, minutes: 60 }
`;
}

/** Says a paragraph, or who is next: the one after the last of those offered. */
function debater(asked: ModelRequest[]): Model {
  return {
    name: "debater",
    // oxlint-disable-next-line require-yield -- It has no delta to show.
    async *call(request) {
      asked.push(request);
      const usage = { inputTokens: 1, outputTokens: 1 };
      if (!request.answer) {
        const words = `${request.agent}'s argument number ${asked.length} weighs cost against comfort. `;
        return {
          kind: "answer",
          text: words.repeat(Math.ceil(MESSAGE_CHARS / words.length)).slice(0, MESSAGE_CHARS),
          toolCalls: [],
          usage,
        };
      }
      const { enum: offered = [] } = (request.answer.schema["properties"] as { next: { enum?: readonly string[] } }).next;
      const names = NAMES.filter((name) => offered.includes(name));
      const next = names[asked.length % names.length];
      return { kind: "answer", text: JSON.stringify({ next, reason: "", instruction: "", progress: true }), toolCalls: [], usage };
    },
  };
}

function verdict(what: string, is: number, target: number, holds: (is: number, target: number) => boolean): void {
  if (!holds(is, target)) process.exitCode = 1;
  console.log(`${holds(is, target) ? "met   " : "MISSED"} ${what} ${target}: ${is.toFixed(2)}`);
}
