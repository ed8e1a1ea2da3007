import type { Mistake } from "./config-error.ts";
import type { Script } from "./file/script.ts";
import type { Registry } from "./registry/registry.ts";
import type { ProviderModel, Providers } from "./schema/models.ts";
import type { SandboxSettings } from "./schema/sandbox.ts";
import type { TeamFile, TeamSettings } from "./schema/team-file.ts";
import type { ToolSettings } from "./schema/tools.ts";

/** A model with its choice made; a scripted one with its script read. */
export type ModelSettings =
  Exclude<ProviderModel, { provider: "replay" }> | (Extract<ProviderModel, { provider: "replay" }> & { readonly script: Script });

/** A checked team file and what it includes, with every choice made and every path absolute. Holds no secret. */
export interface Settings {
  /** The team file, as people are told of it. */
  readonly file: string;
  /** All that can be named in it: what comes with Parley and what its extensions add. */
  readonly registry: Registry;
  readonly models: ReadonlyMap<string, ModelSettings>;
  /** By model: the variables that are not set, and with one of which its own or another candidate would have been taken. */
  readonly keysMissing: ReadonlyMap<string, readonly string[]>;
  readonly tools: ReadonlyMap<string, ToolSettings>;
  readonly teams: ReadonlyMap<string, TeamSettings>;
  readonly defaultTeam: string;
  /** For every team, those that people make included. */
  readonly guards: TeamFile["guards"];
  readonly providers: Providers;
  readonly sandbox: SandboxSettings;
  readonly slack: TeamFile["slack"];
  readonly budgets: TeamFile["budgets"];
  /** What people in Slack can set at most. */
  readonly ceilings: TeamFile["ceilings"];
  readonly retention: TeamFile["retention"];
  /** `file`: an absolute path. */
  readonly audit: TeamFile["audit"];
  /** `channel`: a channel, or `WORKSPACE/CHANNEL`. */
  readonly alerts: TeamFile["alerts"];
  /** Absolute path, or `:memory:`. */
  readonly database: string;
  /** What will work, but perhaps not as it was meant. */
  readonly warnings: readonly Mistake[];
}
