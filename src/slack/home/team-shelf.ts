import type { Decision } from "../../store/settings.ts";
import type { TeamCards } from "../render/help-text.ts";

/** The teams of a workspace: those of the team file, and those that its people have made. Who builds and checks teams gives it. */
export interface TeamShelf {
  /** Models and tools that a team can name. */
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

export interface OwnTeam {
  readonly name: string;
  /** As the team file would have it. */
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
