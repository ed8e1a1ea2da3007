/**
 * What the prompts of a debate cost: `npm run bench -- prompts`. Four agents debate for forty turns, led by a selector, as a team file has them; the
 * models answer at once with the same words each time, so that the numbers are the same on every machine. Tokens are counted with a real tokenizer
 * (o200k), schemas and tools among them; a model of a provider's cache says which of them are paid in full and which at a tenth (test/support/paid.ts).
 * Beside Parley as it is: Parley at an earlier version, its own code out of git; a triage of OpenAI's Agents SDK and AutoGen's SelectorGroupChat on
 * the same words, rebuilt from their documented defaults (support/other-prompts.ts). What the models write is the same for all and not counted.
 * Exits with 1 when a target is missed.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { turnIn } from "../src/engine/turn.ts";
import type { EventBody, RunEvent } from "../src/engine/events/events.ts";
import type { Model, ModelRequest } from "../src/engine/model.ts";
import { DEBATERS, ORDER, reasonOf, said, TASK, TURNS } from "./support/debate.ts";
import { earlierParley } from "./support/earlier-parley.ts";
import { autogenPrompts, triagePrompts } from "./support/other-prompts.ts";
import { paid, type Paid, type Prompt } from "../test/support/paid.ts";
import { verdict } from "./support/verdict.ts";

const TARGETS = { toEarlier: 0.7, toTriage: 0.8, toAutogen: 0.75, selectorShare: 0.3, boundToNone: 1 };
/** Windows that are a part of the debate, and hold more than a provider's cache begins with. */
const BOUNDS = ["{ lastMessages: 10 }", "{ lastMessages: 20 }", "{ lastMessages: 30 }", "{ tokens: 2000 }", "{ tokens: 4000 }", "{ tokens: 6000 }", "{ head: 4, tail: 16 }"]; // prettier-ignore

/** The parts of Parley that are asked, of one version. */
interface Version {
  readonly buildTeams: (settings: unknown, deps: object) => { build(team: string, thread: string): unknown };
  readonly loadSettings: (options: object) => unknown;
  readonly converse: (...args: readonly unknown[]) => AsyncGenerator<EventBody | { readonly type: string }, void, void>;
  readonly isEvent: (item: { readonly type: string }) => boolean;
  readonly createOffExecutor: (why: string) => unknown;
  /** What a turn is handed beside the team. */
  readonly turn: (events: readonly RunEvent[]) => readonly unknown[];
  /** A model as its teams want one. */
  readonly model: (model: Model) => unknown;
}

const now = await version(join(import.meta.dirname, ".."), ["engine/loop.ts", "engine/events/events.ts"], {
  turn: (events) => [turnIn({ id: "t", transcript: { events } }, new AbortController().signal)],
  model: (model) => model,
});
const earlier = await version(earlierParley(), ["engine/run.ts", "engine/events.ts"], {
  turn: (events) => [{ events }, new AbortController().signal],
  model: (model) => () => model,
});

const rows: Record<string, object> = {};
const measured = (name: string, prompts: readonly Prompt[]): Paid => {
  const one = paid(prompts);
  const share = (part: number, all: number) => `${Math.round((part / all) * 1_000) / 10}%`;
  rows[name] = {
    calls: one.calls,
    tokens: one.tokens,
    cached: share(one.cached, one.tokens),
    "paid units": Math.round(one.units),
    "selector, of tokens": share(one.selectorTokens, one.tokens),
    "selector, of units": share(one.selectorUnits, one.units),
  };
  return one;
};
const own = measured("Parley", await played(now, ""));
const before = measured("Parley at 7204482", await played(earlier, ""));
const triage = measured("OpenAI-Agents triage", triagePrompts());
const autogen = measured("AutoGen SelectorGroupChat", autogenPrompts());
const bounded: { readonly bound: string; readonly units: number }[] = [];
for (const bound of BOUNDS) bounded.push({ bound, units: measured(`Parley, context: ${bound}`, await played(now, bound)).units });
console.table(rows);
verdict("paid units ÷ those at 7204482", own.units / before.units, TARGETS.toEarlier);
verdict("paid units ÷ a triage's", own.units / triage.units, TARGETS.toTriage);
verdict("paid units ÷ AutoGen's", own.units / autogen.units, TARGETS.toAutogen);
verdict("selector's share of the tokens", own.selectorTokens / own.tokens, TARGETS.selectorShare);
for (const { bound, units } of bounded) verdict(`paid units with ${bound} ÷ without a bound`, units / own.units, TARGETS.boundToNone);

/** `places`: where that version has what lies elsewhere now. */
async function version(root: string, places: readonly string[], own: Pick<Version, "turn" | "model">): Promise<Version> {
  const from = async (path: string): Promise<object> => (await import(pathToFileURL(join(root, "src", path)).href)) as object;
  const parts = await Promise.all(["config/build.ts", "config/load.ts", "sandbox/off.ts", ...places].map(from));
  return Object.assign({ ...own }, ...parts) as Version;
}

/** Everything that the models were asked in the debate, as a provider reads it. */
async function played(parley: Version, context: string): Promise<readonly Prompt[]> {
  const folder = mkdtempSync(join(tmpdir(), "parley-bench-"));
  try {
    writeFileSync(join(folder, "none.yml"), "replies: {}\n");
    writeFileSync(join(folder, "parley.yml"), teamFile(context || "all"));
    const asked: Prompt[] = [];
    const teams = parley.buildTeams(parley.loadSettings({ env: {}, cwd: folder }), {
      createModel: (_: unknown, name: string) => parley.model(debater(name, asked)),
      executor: parley.createOffExecutor(""),
      keepFile: async () => "",
    });
    const events: RunEvent[] = [];
    const record = (body: EventBody) => void events.push({ ...body, seq: events.length + 1, at: new Date(events.length).toISOString() });
    record({ type: "run.started", run: "r", team: "debate", startedBy: { id: "U1", name: "Maria" } });
    record({ type: "message.posted", person: { id: "U1", name: "Maria" }, text: TASK });
    for await (const item of parley.converse(teams.build("debate", "t"), ...parley.turn(events)))
      if (parley.isEvent(item)) record(item as EventBody);
    const speakers = events.flatMap((event) => (event.type === "message.posted" && "agent" in event ? [event.agent] : []));
    if (speakers.join() !== ORDER.join()) throw new Error(`they did not speak in their order: ${speakers.join(", ")}`);
    return asked;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function teamFile(context: string): string {
  const agents = DEBATERS.map(
    ({ name, description, instructions }) =>
      `{ name: ${name}, description: "${description}", model: m, instructions: "${instructions}", context: ${context} }`,
  );
  return `models: { m: { provider: replay, file: none.yml }, fast: { provider: replay, file: none.yml } }
sandbox: { executor: off }
teams:
  debate:
    description: Four who argue.
    speakers: { policy: selector, model: fast, mayAskHuman: false }
    agents: [${agents.join(", ")}]
    limits: { turns: ${TURNS}, tokens: 50000000, minutes: 60 }
`;
}

/** Says what stands in the debate, or who is next in it. */
function debater(model: string, asked: Prompt[]): Model {
  const isSelector = model === "fast";
  return {
    name: model,
    // oxlint-disable-next-line require-yield -- It has no delta to show.
    async *call(request) {
      const turn = asked.filter(({ by }) => by === "agent").length;
      asked.push({ by: isSelector ? "selector" : "agent", model, parts: partsOf(request) });
      const text = isSelector ? JSON.stringify({ next: ORDER[turn], reason: reasonOf(turn), instruction: "", progress: true }) : said(turn);
      return { kind: "answer", text, toolCalls: [], usage: { inputTokens: 1, outputTokens: 1 } };
    },
  };
}

function partsOf({ tools, system, messages, answer }: ModelRequest): readonly string[] {
  return [
    ...(answer ? [JSON.stringify({ name: answer.name, strict: true, schema: answer.schema })] : []),
    ...(tools.length > 0 ? [JSON.stringify(tools)] : []),
    `system: ${system}`,
    ...messages.map(({ role, text }) => `${role}: ${text}`),
  ];
}
