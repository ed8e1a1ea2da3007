import type { LiveTools } from "../../engine/agents/assistant.ts";
import { HUMAN, type EventBody, type Person } from "../../engine/events/events.ts";
import { guardedTool } from "../../engine/guards/guarded.ts";
import type { BudgetLimits } from "../../engine/limits/budget.ts";
import { currentRun, runOfThread, type Transcript } from "../../engine/reading/transcript.ts";
import type { Agent } from "../../engine/team.ts";
import type { Tool } from "../../engine/tool.ts";
import type { Turn } from "../../engine/turn.ts";
import { keyed } from "../../tools/call-key.ts";
import { chooseTools, namesFound, searchName, sizeOf, type ToolRoom } from "../../tools/find-tools.ts";
import { knowledgeTools } from "../../tools/knowledge.ts";
import type { WantedLogin } from "../mcp-servers.ts";
import { readToolRef } from "../tool-names.ts";
import { givenMore } from "./given-more.ts";
import { get, type Parts } from "./parts.ts";
import { toolRoomOf } from "./tool-room.ts";

/** What an agent is made with: its own tools, a sentence about each that is missing, and those that come and go. */
type MakeAgent = (tools: readonly Tool[], missing: readonly string[], liveTools?: LiveTools) => Agent;

/** The agent that is given tools: its name, its model, and how many tools it has besides, its hand-overs among them. */
export interface Handed {
  readonly name: string;
  readonly model: string;
  readonly others: number;
}

/** Makes an agent of its tools. Those of MCP servers are known only when it speaks: see {@link whenReached}. */
export function withTools(agent: Handed, refs: readonly string[], parts: Parts, make: MakeAgent): Agent {
  const held = memoized((tool: Tool) => givenMore(keyed(guardedTool(tool, agent.name, parts.guards)), agent, parts));
  const ofServers = refs.filter((ref) => get(parts.settings.tools, readToolRef(ref).key).kind === "mcp");
  const own = refs.filter((ref) => !ofServers.includes(ref)).map((ref) => held(parts.tool(ref)));
  if (ofServers.length === 0) return make(own, []);
  const { countMax, charsMax } = toolRoomOf(agent.model, parts.settings.models);
  const room = {
    countMax: Math.max(0, countMax - own.length - agent.others),
    charsMax: Math.max(0, charsMax - own.reduce((sum, tool) => sum + sizeOf(tool), 0)),
  };
  return whenReached(agent, ofServers, own, parts, room, held, make);
}

/**
 * An agent that reaches its servers at the beginning of each turn, and looks at their lists before each request: one that was away may be back, and
 * a list may change while it speaks. Without a server it goes on, and its instructions say what is missing. What is more than a request can
 * hold is found by a search.
 */
function whenReached(
  { name }: Handed,
  refs: readonly string[],
  own: readonly Tool[],
  parts: Parts,
  room: ToolRoom,
  held: (tool: Tool) => Tool,
  make: MakeAgent,
): Agent {
  const bare = make(own, []);
  let last: { readonly missing: readonly string[]; readonly agent: Agent } | undefined;
  /** Of each turn under way, those of servers that were there at its beginning. An agent behind a tool may have several at once. */
  const reachable = new WeakMap<Turn, readonly string[]>();
  const taken = own.map((tool) => tool.name);
  const ask = (turn: Turn, asked: readonly string[]) =>
    parts.servers.tools(asked, turn.signal, {
      thread: turn.thread.id,
      agent: name,
      run: runOfThread(turn.thread) ?? "",
      person: startedBy(turn),
    });

  const liveTools: LiveTools = async (turn) => {
    const asked = reachable.get(turn) ?? refs;
    // A server that has gone since keeps its tools: a call says what has become of it.
    const { tools, gone = [] } = await ask(turn, asked);
    const named = distinct([...tools, ...gone].map(held), own);
    const namedCount = asked.filter((ref) => readToolRef(ref).member !== undefined).length;
    const found = foundIn(turn.transcript, name, searchName([...named.map((tool) => tool.name), ...taken]));
    return chooseTools(named, room, found, { namedCount, taken });
  };

  return {
    ...bare,
    async *turn(turn) {
      const { signal } = turn;
      yield { type: "activity", agent: bare.name, doing: "is reaching its tools" };
      const { missing: lacking, away = [], says = [], wanted = [] } = await ask(turn, refs);
      if (signal.aborted) return;
      const wish = loginWish(bare.name, wanted, turn);
      if (wish) {
        yield wish;
        return;
      }
      const missing = [...lacking, ...says];
      const there = refs.filter((ref) => !away.includes(ref));
      reachable.set(turn, there);
      if (!last || !same(missing, last.missing)) last = { missing, agent: make(own, missing, liveTools) };
      yield* last.agent.turn(turn);
    },
  };
}

const startedBy = ({ thread, transcript }: Turn): Person | undefined => currentRun(thread.logs[0] ?? transcript).startedBy;

/**
 * Asks for a login that a server wants, once in a run for all its agents: whoever began it can give it in private, or let the run go on without. Behind a
 * tool nobody is asked.
 */
function loginWish(agent: string, wanted: readonly WantedLogin[], turn: Turn): EventBody | undefined {
  const person = startedBy(turn);
  const started = turn.thread.logs.map((log) => log.events[currentRun(log).startIndex]);
  if (!person || started.some((event) => event?.type === "run.started" && event.unkept)) return undefined;
  const asked = turn.thread.logs.flatMap((log) =>
    log.events.slice(currentRun(log).startIndex).flatMap((event) => (event.type === "handoff.made" && event.login ? [event.login] : [])),
  );
  const next = wanted.find(({ server, share }) => !asked.some((one) => one.server === server && one.share === share));
  if (!next) return undefined;
  const { server, share } = next;
  const whose = share === "person" ? "" : ` It will be used for everybody in this ${share === "place" ? "channel" : share}.`;
  return {
    type: "handoff.made",
    agent,
    to: HUMAN,
    text: `I need a login to use ${server}. Only ${person.name} is given the link for it.${whose}`,
    options: [`Go on without ${server}`],
    login: { server, person, share },
  };
}

/** What searches of this agent have found in the run, the newest first. */
function foundIn(transcript: Transcript, agent: string, search: string): readonly string[] {
  const { startIndex } = currentRun(transcript);
  const outputs = transcript.events
    .slice(startIndex)
    .flatMap((event) => (event.type === "tool.returned" && event.agent === agent && event.tool === search ? [event.output] : []));
  return [...new Set(outputs.toReversed().flatMap(namesFound))];
}

/** Two servers' names and tools can be put together to the same name: the later one is given a number. */
function distinct(tools: readonly Tool[], own: readonly Tool[]): readonly Tool[] {
  const taken = new Set(own.map(({ name }) => name));
  return tools.map((tool) => {
    let { name } = tool;
    for (let count = 2; taken.has(name); count++) name = `${tool.name.slice(0, NAME_CHARS_MAX - 4)}_${count}`;
    taken.add(name);
    return name === tool.name ? tool : { ...tool, name };
  });
}

const NAME_CHARS_MAX = 64;

/** The same again for the same tool, so that whoever compares tools finds them unchanged. */
function memoized(change: (tool: Tool) => Tool): (tool: Tool) => Tool {
  const known = new WeakMap<Tool, Tool>();
  return (tool) => {
    const changed = known.get(tool) ?? change(tool);
    known.set(tool, changed);
    return changed;
  };
}

const same = (some: readonly unknown[], others: readonly unknown[]): boolean =>
  some.length === others.length && some.every((one, index) => one === others[index]);

/** Of a run, what one search may take to make vectors of an index, which others have of it, too: the run is to be left with enough to answer. */
const INDEXING_SHARE = 0.25;

/** What agents look things up with, of these limits; none where nothing is indexed, or their team has no sources. */
export const toolsOfKnowledge = (
  { tokens, usd }: BudgetLimits,
  { knowledge, sources, thread, held }: Pick<Parts, "knowledge" | "sources" | "thread" | "held">,
): readonly Tool[] =>
  knowledge && sources.length > 0
    ? knowledgeTools(knowledge(sources, thread), thread, { held, indexing: { tokens: tokens * INDEXING_SHARE, usd: usd * INDEXING_SHARE } })
    : [];
