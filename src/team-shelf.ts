import type { Decision } from "./store/settings.ts";

/** What people see of teams, and how they make their own: the words that who builds teams and who shows them have for each other. */

/** A team as people see it before it talks. */
export interface TeamCard {
  readonly name: string;
  readonly description: string;
  /** Everybody who may speak: the one who leads aloud and the members of teams inside, too. */
  readonly agents: readonly AgentCard[];
  readonly limits: { readonly turns: number; readonly minutes: number; readonly tokens: number; readonly usd: number };
  /** Words with which agents end a run; people need not see them. */
  readonly stopWords: readonly string[];
}

export interface AgentCard {
  readonly name: string;
  /** `:mag:`, an emoji character, or the https address of a picture. One is chosen by the name when absent. */
  readonly icon?: string;
  readonly description: string;
  /** It runs code and has no model; its face is a gear when none is given. */
  readonly runsCode?: boolean;
}

/** The teams that this installation has. */
export interface TeamCards {
  readonly cards: readonly TeamCard[];
  readonly default: string;
  /** Made by people, and not to be used any more: said where somebody asks for one. None when absent. */
  readonly broken?: readonly BrokenTeam[];
}

/** A team that people have made and that cannot be used as the team file is now; `why` is one sentence. */
export interface BrokenTeam {
  readonly name: string;
  readonly why: string;
}

/** The teams of a workspace: those of the team file, and those that its people have made. Who builds and checks teams gives it. */
export interface TeamShelf {
  /** Models and tools that a team can name: those of the file, within its ceilings. */
  readonly models: readonly string[];
  readonly tools: readonly string[];
  /** The most that a team which people make may have. */
  readonly ceilings: {
    readonly turns: number;
    readonly minutes: number;
    readonly tokens: number;
    readonly usd: number;
    readonly code: "off" | "ask" | "auto";
  };
  /** Reads what a workspace has. Until then it has the teams of the file. */
  open(workspace: string): Promise<void>;
  /** For people: as it is at each look. */
  in(workspace: string): TeamCards;
  /** Those of the file first, then by name. */
  list(workspace: string): readonly ShelvedTeam[];
  get(workspace: string, name: string): ShelvedTeam | undefined;
  /** What stands against this team under this name; `isNew`: nobody else may have the name. Nothing is kept. */
  check(workspace: string, own: OwnTeam, isNew: boolean): readonly TeamMistake[];
  /** The team in a text of YAML, or what is wrong with it. */
  read(text: string): OwnTeam | { readonly mistakes: readonly TeamMistake[] };
  /** YAML that {@link read} reads. */
  write(own: OwnTeam): string;
  /** Keeps a team that has been checked, or takes it away (`team` absent). `false`: somebody else was faster. */
  put(change: {
    readonly workspace: string;
    readonly name: string;
    readonly team: unknown;
    readonly revision: number;
    readonly decision: Decision;
  }): Promise<boolean>;
}

/** A team that people have made outside of the team file, as that file would have it: the keys of `teams` as they are written there. */
export interface OwnTeam {
  readonly name: string;
  readonly team: unknown;
}

export interface ShelvedTeam extends OwnTeam {
  /** Of the team file: only to be read here. */
  readonly fromFile: boolean;
  /** Of what is kept; 0 for one of the file. */
  readonly revision: number;
  /** Why it cannot be used any more, where the team file has changed since. */
  readonly mistakes: readonly TeamMistake[];
}

/** What is wrong with a team; `path` begins below it, such as `agents[0].model`. */
export interface TeamMistake {
  readonly path: string;
  readonly line?: number;
  readonly message: string;
}
