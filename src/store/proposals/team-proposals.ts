import { z } from "zod";
import { SETTING_BYTES_MAX, type Decision, type Settings } from "../settings.ts";

const Interval = z.object({ value: z.number(), low: z.number(), high: z.number() });

/**
 * A change of a team that people have made, as an evaluation has found it to help. It is a setting of the workspace, one for each team: a newer one takes
 * its place, and it goes when somebody has decided. Shares are of 1.
 */
export const TeamProposal = z.object({
  version: z.literal(1),
  /** ISO 8601, UTC: one and the same proposal has one and the same. */
  at: z.string(),
  /** Who had it looked for, as their machine calls them. */
  askedBy: z.string(),
  /** The evaluation's file, as they named it. */
  file: z.string(),
  /** Of the team that it changes. */
  revision: z.int().positive(),
  /** The team as a team file has it. */
  before: z.string(),
  after: z.string(),
  /** As `diff -u` writes it. */
  difference: z.string(),
  /** What whoever wrote the changes says that they mend. */
  reasons: z.array(z.string()),
  /** On cases that no proposal had seen; `difference`: after − before, case by case. */
  heldOut: z.object({ cases: z.int(), before: Interval, after: Interval, difference: Interval, p: z.number() }),
  /** US dollars, for all of it. */
  usd: z.number(),
});
export type TeamProposal = z.output<typeof TeamProposal>;

const KIND = "proposal/";
const proposalName = (team: string): string => `${KIND}${team}`;
/** Which team's proposal a setting is; nothing for another setting. */
export const teamProposed = (setting: string): string | undefined => (setting.startsWith(KIND) ? setting.slice(KIND.length) : undefined);

export interface KeptProposal {
  readonly team: string;
  readonly proposal: TeamProposal;
  /** Of the setting. */
  readonly revision: number;
}

type By = Pick<Decision, "person"> & { readonly workspace: string };

/** Puts it in the place of an earlier one; `large`: it is more than a setting holds. `false`: another came at the same time. */
export async function leaveProposal(
  settings: Pick<Settings, "get" | "put">,
  { workspace, team, proposal, person }: By & { readonly team: string; readonly proposal: TeamProposal },
): Promise<boolean | "large"> {
  if (Buffer.byteLength(JSON.stringify(proposal)) > SETTING_BYTES_MAX) return "large";
  const name = proposalName(team);
  const before = await settings.get(workspace, name);
  const decision = { workspace, person, deed: "propose change", subject: name, allowed: true, detail: proposal.file };
  return settings.put({ name, value: proposal, revision: before?.revision ?? 0, decision });
}

/** What waits for a decision; nothing where there is none, or another Parley has written it. */
export async function proposalOf(settings: Pick<Settings, "get">, workspace: string, team: string): Promise<KeptProposal | undefined> {
  const kept = await settings.get(workspace, proposalName(team));
  return kept && keptIn(kept);
}

/** All of a workspace that wait, by their teams' names. */
export async function proposalsIn(settings: Pick<Settings, "list">, workspace: string): Promise<readonly KeptProposal[]> {
  return (await settings.list(workspace, KIND)).flatMap((kept) => keptIn(kept) ?? []);
}

/** Somebody has decided, and it waits no more. `false`: somebody else has, or another has taken its place. */
export async function dropProposal(
  settings: Pick<Settings, "put">,
  { team, revision }: Pick<KeptProposal, "team" | "revision">,
  { workspace, person, deed }: By & { readonly deed: "take proposal" | "decline proposal" },
): Promise<boolean> {
  const name = proposalName(team);
  return settings.put({ name, value: undefined, revision, decision: { workspace, person, deed, subject: name, allowed: true } });
}

function keptIn({
  name,
  value,
  revision,
}: {
  readonly name: string;
  readonly value: unknown;
  readonly revision: number;
}): KeptProposal | undefined {
  const team = teamProposed(name);
  const { data } = TeamProposal.safeParse(value);
  return team === undefined || !data ? undefined : { team, proposal: data, revision };
}
