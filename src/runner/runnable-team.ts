import { createHash } from "node:crypto";
import type { ActionPolicy, RunLimits } from "../engine/events/events.ts";
import type { Team } from "../engine/team.ts";
import { currentRun, type Transcript } from "../engine/reading/transcript.ts";
import { isStoreTrouble } from "./store-trouble.ts";
import type { Store } from "../store/store.ts";

export interface Teams {
  /**
   * The team as one thread sees it: from `snapshot` where that is given, else from the settings of now. Throws an error for people when it
   * cannot be built.
   */
  build(team: string, thread: string, snapshot?: string): RunnableTeam;
  /** All that the settings of now say of this team, as canonical JSON without secrets. Absent where teams come from no file. */
  readonly snapshot?: (team: string) => string;
  /** Which models a team of these settings speaks with: the same text for the same ones. Absent where teams come from no file. */
  readonly modelsIn?: (snapshot: string) => string | undefined;
  /** Whether the turns of this team are not shown, but kept in a file. */
  readonly isQuiet?: (team: string) => boolean;
  /** Whether a run of this team runs code and calls tools; `auto` when absent. */
  readonly policy?: (team: string) => { readonly code: ActionPolicy; readonly tools: ActionPolicy };
  has(team: string): boolean;
  /** Why there is none of this name, where more is to be said than that; one sentence. */
  readonly whyNot?: (team: string) => string | undefined;
  names(): readonly string[];
  readonly default: string;
  /** With those that people have made in this workspace; their runs go on from their snapshots. Absent where people make none. */
  readonly of?: (workspace: string) => Promise<Pick<Teams, "has" | "whyNot" | "names" | "snapshot" | "isQuiet" | "policy" | "default">>;
}

export interface RunnableTeam extends Team {
  /** How long a run may take, the waiting for people aside. Its limits say so too, but only when something is recorded. */
  readonly minutesMax?: number;
  /** What its limits are as long as nobody raises them, so that people can be told when one comes near. */
  readonly limitsAtFirst?: RunLimits;
  /** How long a question to people waits before the run goes on without an answer; for as long as it takes when absent. */
  readonly answerWithinMinutes?: number;
  /** How long a call waits for a person's yes before it is taken for a no; for as long as it takes when absent. */
  readonly approveWithinMinutes?: number;
}

/** The team that the run of this log began with, also when its settings have changed since or are gone; or why it cannot be had. */
export async function teamOfRun(
  transcript: Transcript,
  { teams, store, thread }: { readonly teams: Teams; readonly store: Pick<Store, "file">; readonly thread: string },
): Promise<RunnableTeam | { readonly name: string; readonly error: unknown }> {
  const run = currentRun(transcript);
  const name = run.team ?? teams.default;
  const started = transcript.events[run.startIndex];
  const hash = started?.type === "run.started" ? started.teamHash : undefined;
  try {
    const now = teams.has(name) ? teams.snapshot?.(name) : undefined;
    if (hash === undefined || (now !== undefined && hash === sha256(now))) return teams.build(name, thread);
    const kept = await store.file(hash);
    if (!kept) throw new Error("they are not in this database");
    return teams.build(name, thread, Buffer.from(kept).toString("utf8"));
  } catch (error) {
    if (isStoreTrouble(error)) throw error;
    return { name, error };
  }
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
