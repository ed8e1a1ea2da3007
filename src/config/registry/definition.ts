import type { z } from "zod";
import type { Clock } from "../../engine/clock.ts";
import type { ContextStrategy } from "../../engine/reading/context.ts";
import type { Model } from "../../engine/model.ts";
import type { Agent, SpeakerPolicy, TerminationCondition } from "../../engine/team.ts";
import type { Tool } from "../../engine/tool.ts";
import type { Path, Report, Surroundings } from "../checks/report.ts";
import type { ModelParts } from "../build/model-parts.ts";
import type { Parts } from "../build/parts.ts";
import type { ContextSettings } from "../schema/assistant.ts";
import type { TeamSettings } from "../schema/team-file.ts";
import type { ToolSettings } from "../schema/tools.ts";
import type { Guard } from "../../engine/guards/guard.ts";

/**
 * Something that a team file can name. What comes with Parley and what a stranger's file adds are the same kind of object; the schema of the team
 * file, its JSON form and the building are derived from all of them together.
 */
export type Definition =
  | PolicyDefinition
  | StopDefinition
  | AgentDefinition
  | ToolDefinition
  | ModelDefinition
  | GuardDefinition
  | ScorerDefinition
  | StoreDefinition;

export type DefinitionKind = Definition["defines"];

interface Base<Kind extends string, Schema extends z.ZodType> {
  readonly defines: Kind;
  /** As the team file says it. */
  readonly name: string;
  /** Of what stands beside the name; its description is what editors show. */
  readonly schema: Schema;
  /** Teams that people make, in Slack or elsewhere, cannot name it. */
  readonly onlyInFile?: boolean;
}

/** What a check looks at, and how it tells of what it finds: `path` is where the thing stands in its team. */
export interface Found {
  readonly team: TeamSettings;
  readonly path: Path;
  readonly around: Surroundings;
  readonly report: Report;
}

/** `speakers: { policy: NAME }`. */
export interface PolicyDefinition<Schema extends z.ZodObject = z.ZodObject> extends Base<"policy", Schema> {
  /** Whether it decides by itself when the work is done; a team without a `stop` is warned of otherwise. */
  readonly endsByItself?: boolean;
  /** Whoever has the floor keeps it; an agent that speaks twice in a row has forgotten to hand over. */
  readonly keepsFloor?: boolean;
  build(settings: z.output<Schema>, parts: PolicyParts): SpeakerPolicy;
  check?(settings: z.output<Schema>, found: Found): void;
}

export interface PolicyParts {
  readonly agents: readonly Agent[];
  /** Whether one of the agents may ask people; a policy that may not be silent about it says so in its own settings. */
  readonly mayAskHuman: boolean;
  /** Labels of code blocks that can be run. */
  readonly languages: readonly string[];
  /** The participant, or the tool, behind which the team is. */
  readonly within: string | undefined;
  model(name: string): Model;
  /** The model of a policy that names none: the one called `fast`, else that of the first agent with one. */
  anyModel(): Model;
  context(settings: ContextSettings): ContextStrategy;
  /** The policy of a team that this agent leads: it speaks after everyone, and its turn ends with who is next. */
  led(leader: Agent): SpeakerPolicy;
}

/** `stop: { NAME: … }`. */
export interface StopDefinition<Schema extends z.ZodType = z.ZodType> extends Base<"stop", Schema> {
  build(settings: z.output<Schema>, parts: StopParts): TerminationCondition;
  check?(settings: z.output<Schema>, found: Found): void;
}

export interface StopParts {
  readonly tools: ReadonlyMap<string, ToolSettings>;
}

/** An agent with `kind: NAME`; what every agent has (name, icon, description, hears) is not in its schema. */
export interface AgentDefinition<Schema extends z.ZodObject = z.ZodObject> extends Base<"agent", Schema> {
  /** Of an agent that names no kind. */
  readonly isDefault?: boolean;
  build(settings: z.output<Schema> & AgentNamed, parts: AgentParts): Agent;
  check?(settings: z.output<Schema> & AgentNamed, found: Found): void;
}

export interface AgentNamed {
  readonly name: string;
  readonly description: string;
}

export interface AgentParts extends Parts {
  readonly team: TeamSettings;
}

/** An entry under `tools` with `kind: NAME`. */
export interface ToolDefinition<Schema extends z.ZodObject = z.ZodObject> extends Base<"tool", Schema> {
  /** Can be named by agents without an entry of its own under `tools`. */
  readonly needsNoEntry?: boolean;
  /** `name`: of the entry, by which models call it. */
  build(settings: z.output<Schema>, parts: Parts & { readonly name: string }): Tool;
  check?(settings: z.output<Schema>, found: Omit<Found, "team">): void;
}

/** An entry under `models` with `provider: NAME`. */
export interface ModelDefinition<Schema extends z.ZodObject = z.ZodObject> extends Base<"model", Schema> {
  /** Throws `ModelSettingsError` where none can be made, as without a key. */
  build(settings: z.output<Schema>, parts: ModelParts): Model;
}

/** `guards: [{ guard: NAME }]`; where it looks (`at`) is not in its schema. */
export interface GuardDefinition<Schema extends z.ZodObject = z.ZodObject> extends Base<"guard", Schema> {
  build(settings: z.output<Schema>): Pick<Guard, "look" | "lookAtFile">;
}

/** `score: [{ kind: code, scorer: NAME, with: … }]` in the file of an evaluation. */
export interface ScorerDefinition<Schema extends z.ZodObject = z.ZodObject> extends Base<"scorer", Schema> {
  /** Of the code that says so, where it is known: another one is another scorer. See `codeDigest`. */
  readonly code?: string;
  /** What it gives rejects where nothing can be said. */
  build(settings: z.output<Schema>): (answer: ScoredAnswer) => Promise<Scored>;
}

/** An answer to a case of an evaluation, as a scorer of one's own is given it. */
export interface ScoredAnswer {
  /** The last words of an agent; none where nobody spoke. */
  readonly answer: string;
  /** The case's name, what it asks for, what it expects, and every other field that its file has. */
  readonly case: string;
  readonly task: string;
  readonly expected: unknown;
  readonly fields: { readonly [name: string]: unknown };
  /** What the run took. `usd` is absent where a price is not known. */
  readonly turns: number;
  readonly tokens: number;
  readonly seconds: number;
  readonly usd?: number;
}

export interface Scored {
  readonly passed: boolean;
  /** One line for people: what was expected, and what was found. */
  readonly why: string;
}

/** `database: NAME:…`. What it opens is the store's business: whoever opens it looks at it. */
export interface StoreDefinition {
  readonly defines: "store";
  readonly name: string;
  open(address: string, clock: Clock): unknown;
}
