import type { BudgetLimits } from "../../engine/limits/budget.ts";
import type { AskForeign } from "../../engine/agents/foreign.ts";
import type { RunCode } from "../../engine/agents/code/run-block.ts";
import type { Knowledge } from "../../engine/knowledge.ts";
import type { Leak } from "../../engine/events/events.ts";
import type { Memory } from "../../engine/memory.ts";
import type { Model } from "../../engine/model.ts";
import type { Search } from "../../engine/search.ts";
import type { Team } from "../../engine/team.ts";
import type { Tool } from "../../engine/tool.ts";
import type { Executor } from "../../sandbox/executor.ts";
import type { KeepFile, ReadFile } from "../sandbox/code-run.ts";
import type { Guard } from "../../engine/guards/guard.ts";
import type { KnowledgeSettings } from "../schema/knowledge.ts";
import type { SandboxSettings } from "../schema/sandbox.ts";
import type { ToolSettings } from "../schema/tools.ts";
import type { PageCache } from "../../tools/page-cache.ts";
import type { WebDeps } from "../../tools/web.ts";
import type { Env } from "../env.ts";
import type { McpServers } from "../mcp-servers.ts";

/** What the agents of one thread are made of. */
export interface Parts {
  readonly settings: {
    readonly models: ReadonlyMap<string, unknown>;
    readonly tools: ReadonlyMap<string, ToolSettings>;
    readonly sandbox: SandboxSettings;
  };
  readonly thread: string;
  readonly executor: Executor;
  readonly keepFile: KeepFile;
  readonly readFile: ReadFile;
  /** In place of the executor, for the agent of this name. */
  readonly runCode: ((agent: string) => RunCode) | undefined;
  readonly servers: Pick<McpServers, "tools">;
  readonly notes: Notebook | undefined;
  /** Absent where there is no workspace to search. */
  readonly search: Search | undefined;
  /** What a team looks things up in, by its sources, in this thread; absent where nothing is indexed. */
  readonly knowledge: LookUp | undefined;
  /** Those of the team. */
  readonly sources: readonly KnowledgeSettings[];
  readonly web: Web;
  /** What looks at words before they go anywhere, of the file and of the teams that this is inside. */
  readonly guards: readonly Guard[];
  modelNamed(name: string): Model;
  /** A model that is none of the file's own, such as one that makes vectors, within the budgets of those. */
  held(model: Model): Model;
  /** How an agent is asked that is elsewhere. */
  foreign(agent: ForeignAt): AskForeign;
  /** The tool of this entry of the file. */
  tool(entry: string): Tool;
  /** The same model, which keeps within no budget. */
  unlimited(name: string): Model;
  /** A team that is the participant of this name, or behind the tool of this name: with a log of its own. It keeps within the budgets around it, too. */
  teamInside(name: string, within: string): Team;
  /** The same parts, for agents that also keep within limits of their own: of the team that they are in. */
  within(limits: BudgetLimits): Parts;
  /** The same, for an agent behind a tool: with a log of its own. */
  inside(limits: BudgetLimits): Parts;
  /** The same parts, for those of a team: these guards look on its words, too, and it looks things up in these. */
  ofTeam(own: { readonly guards: readonly Guard[]; readonly sources: readonly KnowledgeSettings[] }): Parts;
}

/** What tools of the web are given of this program. */
export interface Web {
  /** Where keys are, and the address of a search engine. */
  readonly env: Env;
  readonly reach: WebDeps;
  /** Pages that were read, for their next parts. */
  readonly pages: PageCache;
}

/** Where an agent is that somebody else runs, as the team file says. */
export interface ForeignAt {
  readonly name: string;
  readonly url: string;
  readonly headersEnv?: { readonly [header: string]: string } | undefined;
  readonly timeoutSeconds: number;
}

/** What agents of a thread look things up in. */
export type LookUp = (sources: readonly KnowledgeSettings[], thread: string) => Knowledge;

/** Where agents with memory keep their notes. */
export interface Notebook {
  readonly memory: Memory;
  /** The scope that a thread belongs to. */
  scopeOf(thread: string): string;
  /** What has come into a thread: notes that were kept there may hold it. */
  touchedIn(thread: string): Promise<readonly (keyof Leak)[]>;
}

export function get<Value>(map: ReadonlyMap<string, Value>, name: string): Value {
  const value = map.get(name);
  if (value === undefined) throw new Error(`nothing is named "${name}" here; loading should have said so`);
  return value;
}
