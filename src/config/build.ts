import { guardedAgent, guardedModel } from "../engine/guards/guarded.ts";
import type { Guard, KeptFiles } from "../engine/guards/guard.ts";
import { createBudget, type BudgetLimits } from "../engine/limits/budget.ts";
import { reserving } from "../engine/limits/reserving.ts";
import type { Model } from "../engine/model.ts";
import { closer, summarizer } from "../engine/agents/closer.ts";
import type { ActionPolicy, RunLimits } from "../engine/events/events.ts";
import { capsOf } from "../engine/limits/run-limits.ts";
import type { RunCode } from "../engine/agents/code/run-block.ts";
import type { AskForeign } from "../engine/agents/foreign.ts";
import type { Search } from "../engine/search.ts";
import type { Agent, Team } from "../engine/team.ts";
import { withFallback } from "../models/fallback.ts";
import type { Executor } from "../sandbox/executor.ts";
import { createPageCache } from "../tools/page-cache.ts";
import { PUBLIC_WEB } from "../tools/web.ts";
import { buildAgent } from "./build/agents.ts";
import type { TeamCard } from "../team-shelf.ts";
import { cardOf } from "./build/cards.ts";
import { chainOf } from "./build/chain.ts";
import { modelsInUse } from "./build/models-in-use.ts";
import { closingModel } from "./build/closing-model.ts";
import { get, type ForeignAt, type LookUp, type Notebook, type Parts, type Web } from "./build/parts.ts";
import { policyOf } from "./build/policy.ts";
import { modelsThen, readSnapshot, snapshotOf } from "./build/snapshot.ts";
import { stancesOf } from "./build/stances.ts";
import { speakersOf } from "./build/speakers.ts";
import { conditionOf } from "./build/stop.ts";
import type { KeepFile, ReadFile } from "./sandbox/code-run.ts";
import { ConfigError } from "./config-error.ts";
import type { GuardSettings } from "./schema/guards.ts";
import type { Settings } from "./settings.ts";
import type { McpServers } from "./mcp-servers.ts";
import type { CreateModel } from "./build/models.ts";

/** The teams of the settings, ready to talk. */
export interface Teams {
  /**
   * The team for one thread; the same team and thread give an equal one each time. Built from `snapshot` where that is given, else from the current
   * settings. Throws for a name that {@link has} does not know; and an error for people where a snapshot cannot be used any more.
   */
  build(team: string, thread: string, snapshot?: string): TimedTeam;
  /** Everything that the current settings, or `around`, say of this team, as canonical JSON without secrets. */
  snapshot(team: string, around?: Settings): string;
  /** A text that is the same for two snapshots exactly where their teams use the same models with the same settings. */
  modelsIn(snapshot: string): string | undefined;
  /** Whether Slack shows only the card, the questions and the result. */
  isQuiet(team: string): boolean;
  /** The rules for code and tools in a run of it: the strictest of its own and of the teams inside it. */
  policy(team: string): { readonly code: ActionPolicy; readonly tools: ActionPolicy };
  has(name: string): boolean;
  names(): string[];
  readonly default: string;
  readonly cards: readonly TeamCard[];
}

/** A team that tells its limits, of which the one on minutes holds also while nothing is recorded. */
interface TimedTeam extends Team {
  readonly minutesMax: number;
  readonly limitsAtFirst: RunLimits;
  readonly answerWithinMinutes?: number;
  readonly approveWithinMinutes: number;
}

export interface BuildDeps {
  /** Called once for each model that a team uses; agents share it. */
  readonly createModel: CreateModel;
  readonly executor: Executor;
  readonly keepFile: KeepFile;
  /** Reads files that people posted; without it, code gets none of them. */
  readonly readFile?: ReadFile;
  /** The file's MCP servers; without it, a file that has some cannot be used. */
  readonly servers?: Pick<McpServers, "tools">;
  /** Asks agents that run elsewhere; without it, none can be asked. */
  readonly foreign?: (agent: ForeignAt) => AskForeign;
  /** Without it, agents keep no notes. */
  readonly notes?: Notebook;
  /** Without it, agents cannot search what people said elsewhere. */
  readonly search?: Search;
  /** Without it, teams have no documents to look things up in. */
  readonly knowledge?: LookUp;
  /** By default: no environment, so no key for a search of the web; the public web; and a page cache of this process. */
  readonly web?: Partial<Web>;
  /** For a replay, which knows what was decided and done: takes the place of parts of a team. */
  readonly recorded?: {
    /** In place of a leader; `within`: the participant inside which it leads. */
    leader(leader: Agent, within: string | undefined): Agent;
    /** In place of an agent; `within`: the participant inside which it speaks. */
    member(agent: Agent, within: string | undefined): Agent;
    /** In place of the executor, for the agent of this name. */
    runCode(agent: string): RunCode;
  };
}

/** How many earlier settings a process keeps built, for runs that began with them. */
const SNAPSHOTS_KEPT_MAX = 100;

/** Builds the teams of the settings. Each model in use is made once and shared, so what it lacks is known before anybody talks. Throws `ConfigError`. */
export function buildTeams(settings: Settings, deps: BuildDeps): Teams {
  const servers = deps.servers ?? noServers(settings);
  const web: Web = { env: {}, reach: PUBLIC_WEB, pages: createPageCache(), ...deps.web };
  const shared = { readFile: async () => undefined, ...deps, servers, web };
  const now = builderOf(settings, shared);
  const before = new Map<string, ReturnType<typeof builderOf>>();
  const ofNow = new Map<string, string>();

  function builderBefore(snapshot: string) {
    const known = before.get(snapshot) ?? builderOf(readSnapshot(snapshot, settings), shared);
    before.set(snapshot, known);
    const [oldest] = before.keys();
    if (oldest !== undefined && before.size > SNAPSHOTS_KEPT_MAX) before.delete(oldest);
    return known;
  }

  return {
    build: (name, thread, snapshot) => (snapshot === undefined ? now : builderBefore(snapshot))(name, thread),
    snapshot(name, around = settings) {
      const { languages } = deps.executor.capabilities;
      if (around !== settings) return snapshotOf(around, name, languages);
      // Settings stay as they are; what the sandbox runs is known once it has been asked.
      const key = JSON.stringify([name, languages]);
      const known = ofNow.get(key) ?? snapshotOf(settings, name, languages);
      ofNow.set(key, known);
      return known;
    },
    modelsIn: modelsThen,
    isQuiet: (name) => settings.teams.get(name)?.quiet ?? false,
    policy: (name) => policyOf(settings, name),
    has: (name) => settings.teams.has(name),
    names: () => [...settings.teams.keys()],
    default: settings.defaultTeam,
    cards: [...settings.teams].map(([name, team]) => cardOf(name, team, settings.teams)),
  };
}

/** Makes the models of these settings, and with them teams. */
function builderOf(
  settings: Settings,
  {
    createModel,
    executor,
    keepFile,
    readFile,
    servers,
    foreign = outOfReach,
    notes,
    search,
    knowledge,
    web,
    recorded,
  }: BuildDeps & Required<Pick<BuildDeps, "servers" | "readFile">> & { readonly web: Web },
) {
  const { registry } = settings;
  const guardsOf = (written: readonly GuardSettings[]): Guard[] =>
    written.map((one) => ({ name: one.guard, at: one.at, ...get(registry.guard, one.guard).build(one) }));
  const files: KeptFiles = { read: readFile, keep: keepFile };
  const models = new Map([...modelsInUse(settings)].map((name) => [name, createModel(get(settings.models, name), name, settings.file)]));

  function buildTeam(name: string, thread: string): TimedTeam {
    const ready = (model: string): Model => reserving(get(models, model));
    const chained = (model: string, held: (one: string) => Model): Model => {
      const [first = model, ...others] = chainOf(settings.models, model);
      return withFallback(held(first), others.map(held));
    };
    /** `depth`: of the log in which they speak, among the thread's. */
    const partsAt = (depth: number, limited: (model: Model) => Model, guards: readonly Guard[], sources: Parts["sources"] = []): Parts => {
      const limitedTo = (limits: BudgetLimits, at: number) => {
        const budget = createBudget(limits, at);
        return partsAt(at, (model) => limited(budget.within(model)), guards, sources);
      };
      return {
        settings,
        guards,
        thread,
        executor,
        keepFile,
        readFile,
        runCode: recorded?.runCode,
        servers,
        foreign,
        notes,
        search,
        knowledge,
        sources,
        web,
        modelNamed: (model) =>
          guardedModel(
            chained(model, (one) => limited(ready(one))),
            guards,
            files,
          ),
        held: (model) => limited(reserving(model)),
        unlimited: (model) => guardedModel(chained(model, ready), guards, files),
        tool(entry) {
          const tool = get(settings.tools, entry);
          return get(registry.tool, tool.kind).build(tool, { ...this, name: entry });
        },
        teamInside: (team, within) => teamOf(team, partsAt(depth + 1, limited, guards), within),
        within: (limits) => limitedTo(limits, depth),
        inside: (limits) => limitedTo(limits, depth + 1),
        ofTeam: (own) => partsAt(depth, limited, [...guards, ...own.guards], own.sources),
      };
    };
    return teamOf(name, partsAt(0, (model) => model, guardsOf(settings.guards))); // prettier-ignore
  }

  function teamOf(name: string, parts: Parts, within?: string): TimedTeam {
    const team = get(settings.teams, name);
    const held = parts.within(team.limits).ofTeam({ guards: guardsOf(team.guards), sources: team.knowledge ?? [] });
    const guarded = (agent: Agent): Agent => guardedAgent(agent, held.guards, files);
    const last = closingModel(team, settings.models);
    const agents = team.agents.map((settings) => {
      const agent = buildAgent(settings, team, held, registry);
      return guarded(recorded?.member(agent, within) ?? agent);
    });
    return {
      name,
      agents,
      nextSpeakers: speakersOf(team, agents, held, registry, (leader) => guarded(recorded?.leader(leader, within) ?? leader), within),
      stopWhen: team.stop ? conditionOf(team.stop, registry, settings) : () => [],
      limits: capsOf(team.limits),
      limitsAtFirst: team.limits,
      minutesMax: team.limits.minutes,
      // Beyond the budget, which is used up when it is asked.
      ...(last === undefined ? {} : { closer: guarded(closer(held.unlimited(last))) }),
      ...summarizing(within === undefined ? last : undefined, team, (model) => guarded(summarizer(held.modelNamed(model)))),
      // The answer of a team inside is one among the words outside.
      ...(within === undefined ? { stances: stancesOf(team, held).map(guarded) } : {}),
      approveWithinMinutes: team.approveWithinMinutes,
      ...(team.answerWithinMinutes === undefined ? {} : { answerWithinMinutes: team.answerWithinMinutes }),
    };
  }

  return buildTeam;
}

/** Of the team as a whole: what a team inside came to is a word among others. */
const summarizing = (
  model: string | undefined,
  { summaryFromTurns }: { readonly summaryFromTurns: number | "never" },
  agentOf: (model: string) => Agent,
): Pick<Team, "summarizer"> =>
  model === undefined || summaryFromTurns === "never" ? {} : { summarizer: { agent: agentOf(model), fromTurns: summaryFromTurns } };

const outOfReach: NonNullable<BuildDeps["foreign"]> =
  ({ name }) =>
  async () => ({
    kind: "failed",
    error: { kind: "unavailable", message: `This program reaches no agents that are elsewhere, as ${name} is.` },
  });

function noServers({ tools, file }: Settings): Pick<McpServers, "tools"> {
  const mistakes = [...tools].flatMap(([name, { kind }]) =>
    kind === "mcp" ? [{ file, path: `tools.${name}`, message: "this program starts no MCP servers; take the server out." }] : [],
  );
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return { tools: async () => ({ tools: [], missing: [] }) };
}
