import type { OtherWords } from "../../runner/fork.ts";
import type { Asker } from "../access.ts";
import type { RunName } from "../runs/one-run.ts";

/** The seam to whoever runs teams: with what a run can go on, and who may let it. */
export interface Forking {
  /** Teams with which runs of this workspace can go on. */
  teams(workspace: string): Promise<readonly string[]>;
  /** Why they may not fork this run, for them, and kept in the audit log where `isAsked`; nothing where they may. Rejects with `SightUnknown` while nobody can say. */
  refusal(asker: Asker, about: { readonly thread: string; readonly isAsked: boolean }): Promise<string | undefined>;
  /** Whether this person can have it go on in a thread of its own, where people of the run's place read it; nowhere when absent. */
  hasThreads?(asker: Asker, thread: string): Promise<boolean>;
  /** Begins it in a thread of its own; of one that `isShown` the people of its place are told. */
  begin(wish: StudioForkWish): Promise<RunName | { readonly refused: string }>;
}

export interface StudioForkWish {
  readonly from: RunName;
  /** The event after which it goes on. */
  readonly at: number;
  readonly team: string;
  readonly asker: Asker;
  readonly isShown: boolean;
  readonly words: readonly OtherWords[];
  /** By agent. */
  readonly instructions: { readonly [agent: string]: string };
}

/** Names of threads begin with it; those of a terminal name none. */
export const workspaceOf = (thread: string): string => (thread.includes("/") ? (thread.split("/")[0] ?? "") : "terminal");
