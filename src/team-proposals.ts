import { isDeepStrictEqual } from "node:util";
import { dropProposal, proposalOf, type KeptProposal, type TeamProposal } from "./store/proposals/team-proposals.ts";
import type { Decision, Settings } from "./store/settings.ts";
import type { TeamMistake, TeamShelf } from "./team-shelf.ts";

/** What is decided about proposals of changes to teams, wherever somebody does: nothing changes without their yes. */

/** Whether it can still be taken: `changed`, where its team is not any more what it was made of. */
export interface StandingProposal extends TeamProposal {
  readonly state: "open" | "changed";
}

/** `gone`: somebody has decided, or another has taken its place. `mistakes`: the team file does not let teams be so any more. */
export type Taken =
  | { readonly kind: "taken"; readonly revision: number }
  | { readonly kind: "gone" }
  | { readonly kind: "changed" }
  | { readonly kind: "mistakes"; readonly mistakes: readonly TeamMistake[] };

export interface ProposalParts {
  readonly settings: Pick<Settings, "get" | "put">;
  readonly shelf: Pick<TeamShelf, "open" | "get" | "check" | "read" | "put">;
}

/** Which one: that of the team which was made at this time. */
interface Which {
  readonly workspace: string;
  readonly team: string;
  /** ISO 8601, as the proposal has it. */
  readonly at: string;
}

export async function standingProposal(
  { settings, shelf }: Pick<ProposalParts, "settings"> & { readonly shelf: Pick<TeamShelf, "open" | "get" | "read"> },
  { workspace, team }: Omit<Which, "at">,
): Promise<StandingProposal | undefined> {
  const kept = await proposalOf(settings, workspace, team);
  if (!kept) return undefined;
  await shelf.open(workspace);
  return { ...kept.proposal, state: isOf(kept, shelf.get(workspace, team), shelf) ? "open" : "changed" };
}

/** Also where a team was deleted, and another made under its name: its revisions begin anew. */
function isOf({ proposal }: KeptProposal, now: ReturnType<TeamShelf["get"]>, shelf: Pick<TeamShelf, "read">): boolean {
  if (now === undefined || now.fromFile || now.revision !== proposal.revision) return false;
  const before = shelf.read(proposal.before);
  return "mistakes" in before || isDeepStrictEqual(before.team, now.team);
}

/** Puts the team on the shelf as it was proposed, where it is still what it was made of. Whether they may is asked before. */
export async function takeProposal({ settings, shelf }: ProposalParts, which: Which, person: Decision["person"]): Promise<Taken> {
  const { workspace, team } = which;
  const kept = await found(settings, which);
  if (!kept) return { kind: "gone" };
  await shelf.open(workspace);
  if (!isOf(kept, shelf.get(workspace, team), shelf)) return { kind: "changed" };
  const { after, revision, file } = kept.proposal;
  const read = shelf.read(after);
  const mistakes = "mistakes" in read ? read.mistakes : shelf.check(workspace, { name: team, team: read.team }, false);
  if ("mistakes" in read || mistakes.length > 0) return { kind: "mistakes", mistakes };
  const decision = { workspace, person, deed: "edit team as proposed", subject: `team/${team}`, allowed: true, detail: file };
  if (!(await shelf.put({ workspace, name: team, team: read.team, revision, decision }))) return { kind: "changed" };
  // Broken off before this, it says that its team has changed, and can be declined.
  await dropProposal(settings, kept, { workspace, person, deed: "take proposal" });
  return { kind: "taken", revision: shelf.get(workspace, team)?.revision ?? revision + 1 };
}

/** `false`: somebody has decided, or another has taken its place. */
export async function declineProposal(
  { settings }: Pick<ProposalParts, "settings">,
  which: Which,
  person: Decision["person"],
): Promise<boolean> {
  const kept = await found(settings, which);
  return kept !== undefined && dropProposal(settings, kept, { workspace: which.workspace, person, deed: "decline proposal" });
}

async function found(settings: Pick<Settings, "get">, { workspace, team, at }: Which): Promise<KeptProposal | undefined> {
  const kept = await proposalOf(settings, workspace, team);
  return kept?.proposal.at === at ? kept : undefined;
}
