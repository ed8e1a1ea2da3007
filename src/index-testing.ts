import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { conversationOf, type Conversation } from "./config/define/conversation.ts";
import type { Definition, PolicyDefinition, StopDefinition, ToolDefinition } from "./config/registry/definition.ts";
import { describe } from "./engine/limits/termination.ts";
import type { Agent } from "./engine/team.ts";
import type { RunEvent } from "./engine/events/events.ts";
import type { ToolResult } from "./engine/tool.ts";
import { outside } from "./engine/turn.ts";
import { openParley } from "./open-parley.ts";

export { dispatchContract, storeContract } from "./store/contracts/contracts.ts";
export type { FakeClock } from "./store/contracts/fake-clock.ts";
export type { GivenDispatch, GivenStore, Tests } from "./store/contracts/given.ts";

/** What tests of one's own definitions need: a conversation without models, a run with written-down ones, a tool called by itself, the contracts of a store. */

const AT = "2026-01-01T00:00:00.000Z";

/**
 * A conversation for a policy or a stop to read. Each line is `Name: words`; the first is the task, and lines of `person` are a person's.
 * `conversation("User: Plan it.", "Ana: Done.")`
 */
export function conversation(...lines: readonly string[]): Conversation {
  const [task = "User: …"] = lines;
  const person = nameIn(task);
  const events: RunEvent[] = [];
  const add = (event: object) => void events.push({ seq: events.length + 1, at: AT, ...event } as RunEvent);
  add({ type: "run.started", run: "run-1", team: "team", startedBy: { id: person, name: person } });
  for (const line of lines) {
    const name = nameIn(line);
    const text = line.slice(line.indexOf(":") + 1).trim();
    if (name === person) add({ type: "message.posted", person: { id: person, name: person }, text });
    else {
      add({ type: "speaker.selected", agent: name, by: "policy" });
      add({ type: "message.posted", agent: name, text });
    }
  }
  return conversationOf({ events });
}

function nameIn(line: string): string {
  const end = line.indexOf(":");
  if (end <= 0) throw new TypeError(`"${line}" is no line of a conversation; write it as "Name: words".`);
  return line.slice(0, end).trim();
}

/** Whom a policy lets speak next, of agents with these names. */
export function nextSpeaker(
  policy: PolicyDefinition,
  said: Conversation,
  agents: readonly string[],
  settings: object = {},
): readonly string[] {
  const members = agents.map((name): Agent => ({ name, description: `${name}.`, turn: async function* () {} }));
  const built = policy.build(policy.schema.parse(settings), {
    agents: members,
    mayAskHuman: false,
    languages: [],
    within: undefined,
  } as never);
  return built(said.transcript, members).map(({ name }) => name);
}

/** Why a stop would end the run now; nothing where it would go on. */
export function whyStop(stop: StopDefinition, said: Conversation, setting: unknown): string | undefined {
  const [reason] = stop.build(stop.schema.parse(setting), { tools: new Map() })(said.transcript);
  return reason && describe(reason);
}

/**
 * Plays a whole run, with models of `provider: replay`, and gives what was recorded. `teams` is what would stand in a team file; in it,
 * `{ provider: replay, file: replies.yml }` says what `replies` has, by agent.
 */
export async function play(given: {
  readonly teams: object;
  readonly replies?: object;
  readonly task: string;
  readonly team?: string;
  readonly extensions?: readonly Definition[];
}): Promise<readonly RunEvent[]> {
  const cwd = await mkdtemp(join(tmpdir(), "parley-play-"));
  try {
    await writeFile(join(cwd, "replies.yml"), stringify({ replies: given.replies ?? {} }));
    const parley = await openParley({ teams: given.teams, extensions: given.extensions ?? [], cwd, env: {} });
    try {
      return await Array.fromAsync(parley.run(given.task, given.team === undefined ? {} : { team: given.team }));
    } finally {
      await parley.close();
    }
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}

/** Calls a tool as an agent would; files that it gives are counted by their bytes, and kept nowhere. */
export async function callTool(tool: ToolDefinition, args: unknown, settings: object = {}): Promise<ToolResult> {
  const built = tool.build(tool.schema.parse(settings), { name: tool.name, keepFile: async () => "0".repeat(64) } as never);
  return built.run(args, outside(new AbortController().signal), {
    run: "run-1",
    agent: "Ana",
    call: "call-1",
    key: "key-1",
    askedBy: { id: "User", name: "User" },
  });
}
