import type { declineProposal, standingProposal, takeProposal } from "../../team-proposals.ts";
import type { RecordedDecision } from "../../store/settings.ts";
import type { OwnTeam, TeamMistake, TeamShelf } from "../../team-shelf.ts";
import type { Asker } from "../access.ts";

/** What the studio makes teams with: the shelf, what a team can name, what it was before, and who may do what with it. */
export interface Workshop {
  readonly shelf: Pick<TeamShelf, "ceilings" | "open" | "in" | "list" | "get" | "check" | "read" | "write" | "put">;
  readonly offers: TeamOffers;
  /** The text of a team in the settings with which a run began; nothing where this version cannot read them. */
  teamIn(snapshot: string, name: string): string | undefined;
  /** Those that a team of this name was kept as, newest first. */
  versions(workspace: string, name: string): Promise<readonly TeamVersion[]>;
  /** Who has changed it last, and when; nothing where nobody is known to have. */
  lastChange(workspace: string, name: string): Promise<TeamChange | undefined>;
  /** Why they may not, for them, and kept in the audit log where `isAsked`; nothing where they may. Rejects with `SightUnknown` while nobody can say. */
  refusal(asker: Asker, wish: TeamWish): Promise<string | undefined>;
  /** The workspace of whoever runs the studio, where it is one's own; people who have signed in have theirs. */
  readonly home?: string;
  /** Changes that were found to help and wait for somebody to take them; absent where this process changes no team. */
  readonly proposals?: TeamProposals;
  /** Where a team that is not kept yet is tried; nothing where this process runs none. */
  readonly playground?: Playground;
}

export interface TeamProposals {
  of(workspace: string, team: string): ReturnType<typeof standingProposal>;
  take(which: ProposalNamed, person: Asker): ReturnType<typeof takeProposal>;
  decline(which: ProposalNamed, person: Asker): ReturnType<typeof declineProposal>;
}

type ProposalNamed = Parameters<typeof takeProposal>[1];

export interface TeamWish {
  /** `start`: in the playground. */
  readonly deed: "editTeams" | "export" | "start";
  readonly workspace: string;
  /** On what, for the audit log. */
  readonly subject: string;
  /** Whether they want it now; else they are only told beforehand. */
  readonly isAsked: boolean;
}

/** What a team can name. */
export interface TeamOffers {
  readonly models: readonly { readonly name: string; readonly provider: string; readonly model: string }[];
  readonly tools: readonly { readonly name: string; readonly kind: string; readonly description: string }[];
  /** JSON Schema (draft 2020-12) of a text that holds one team: `teams: { NAME: … }`. */
  readonly schema: object;
}

export interface TeamVersion {
  readonly revision: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Absent: it was taken away then. */
  readonly team?: unknown;
}

export interface TeamChange {
  readonly person: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly deed: string;
}

/** Runs of teams that are not kept, in the store like any run and held to the same limits, without a place where people talk. */
export interface Playground {
  /** Begins a run; or what is wrong with the team, or why it cannot begin. */
  begin(wish: PlayWish): Promise<Played>;
}

export interface PlayWish {
  readonly workspace: string;
  readonly person: Asker;
  readonly own: OwnTeam;
  readonly task: string;
  /** For every agent and whoever leads, in place of those that the team names. */
  readonly model?: string;
  /** The run whose recorded words its agents say, in place of their models'. */
  readonly recorded?: { readonly thread: string; readonly seq: number };
}

export type Played =
  | { readonly thread: string; readonly seq: number }
  | { readonly mistakes: readonly TeamMistake[] }
  /** For whoever asked. */
  | { readonly refused: string };

/** The place of a person's runs in the playground; the name of such a run's thread is longer by its last part. */
export const playgroundOf = (workspace: string, person: string): string => `${workspace}/playground/${person}`;

/** Whether a thread is of the playground; and where it is, whether it is this person's. */
export const isPlayed = (thread: string): boolean => thread.split("/")[1] === "playground";
export const isPlayedBy = (thread: string, person: string): boolean => {
  const [workspace = "", playground, of, ...rest] = thread.split("/");
  return playground === "playground" && of === person && rest.length === 1 && workspace !== "";
};

/** Of decisions, newest first. */
export function lastTeamChange(decisions: readonly RecordedDecision[], name: string): TeamChange | undefined {
  const last = decisions.find(({ deed, subject, allowed }) => allowed && subject === `team/${name}` && CHANGES.test(deed));
  return last && { person: last.person.name, at: last.at, deed: last.deed };
}

/** As App Home and the studio name what they do to a team. */
const CHANGES = /^(create|edit|add|delete|import|drop|remove) /;
