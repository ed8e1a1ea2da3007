import type { z } from "zod";
import { type Asker, seesWorkspace, type Sight } from "../access.ts";
import type { ProposalAnswer, ProposalBody, ProposalDone } from "../api/proposal-shapes.ts";
import { NotDone } from "../api/route.ts";
import type { TeamProposals, TeamWish, Workshop } from "./workshop.ts";

interface Named {
  readonly workspace: string;
  readonly name: string;
}

interface By {
  readonly asker: Asker;
  readonly sight: Sight;
}

/** For whoever sees the workspace; for others there is nothing. Rejects with {@link NotDone} where somebody may not do what they want, or was not the first. */
export interface StudioProposals {
  of(named: Named, by: By): Promise<ProposalAnswer | undefined>;
  decide(named: Named, wanted: z.infer<typeof ProposalBody>, by: By): Promise<ProposalDone | undefined>;
}

export function createStudioProposals(workshopNow: () => Workshop | undefined): StudioProposals {
  /** Rejects where they may not; it is in the audit log then. */
  async function opened(
    { workspace, name }: Named,
    deed: TeamWish["deed"],
    { asker, sight }: By,
  ): Promise<{ readonly workshop: Workshop; readonly proposals: TeamProposals | undefined } | undefined> {
    const workshop = seesWorkspace(sight, workspace) ? workshopNow() : undefined;
    if (!workshop) return undefined;
    const no = await workshop.refusal(asker, { deed, workspace, subject: `team/${name}`, isAsked: true });
    if (no !== undefined) throw new NotDone(403, "not_allowed", no);
    return { workshop, proposals: workshop.proposals };
  }

  return {
    async of(named, by) {
      const found = await opened(named, "export", by);
      if (!found) return undefined;
      const standing = await found.proposals?.of(named.workspace, named.name);
      if (!standing) return {};
      const { version: _, difference: __, ...proposal } = standing;
      return { proposal };
    },
    async decide(named, { at, take }, by) {
      const found = await opened(named, "editTeams", by);
      if (!found?.proposals) return undefined;
      const { workspace, name } = named;
      const which = { workspace, team: name, at };
      const person = { id: by.asker.id, name: by.asker.name };
      if (!take) {
        if (!(await found.proposals.decline(which, person))) throw new NotDone(409, "gone", GONE);
        return { mistakes: [] };
      }
      const taken = await found.proposals.take(which, person);
      switch (taken.kind) {
        case "taken":
          return { revision: taken.revision, mistakes: [] };
        case "mistakes":
          return { mistakes: [...taken.mistakes] };
        case "gone":
          throw new NotDone(409, "gone", GONE);
        case "changed": {
          const last = await found.workshop.lastChange(workspace, name);
          const who = last ? `${last.person} has changed the team (${last.deed}, ${last.at.slice(11, 16)} UTC)` : "The team was changed";
          throw new NotDone(409, "changed", `${who} since this was found: it does not fit any more. parley tune looks anew.`);
        }
      }
    },
  };
}

const GONE = "Somebody has decided on it already, or a newer one has taken its place.";
