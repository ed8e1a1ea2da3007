import type { BuiltShelf } from "./config/team-shelf.ts";
import { teamIn, teamOffers } from "./config/build/team-offers.ts";
import type { Settings } from "./config/settings.ts";
import type { Runner } from "./runner/runner.ts";
import type { Settings as KeptSettings } from "./store/settings.ts";
import type { Store } from "./store/store.ts";
import type { Versions } from "./store/records/versions.ts";
import { playgroundWith } from "./studio/teams/playground.ts";
import { lastTeamChange, type Workshop } from "./studio/teams/workshop.ts";
import { declineProposal, standingProposal, takeProposal } from "./team-proposals.ts";

export { keepingVersions } from "./store/records/versions.ts";

/** What the studio of this process makes teams with, but for who may: whoever lets people in knows that. */
export type OpenWorkshop = Omit<Workshop, "refusal">;

/** Decisions that are read to say who was faster. */
const DECISIONS_READ = 500;

export function openWorkshop(parts: {
  readonly settings: Settings;
  readonly shelf: BuiltShelf;
  readonly kept: Pick<KeptSettings, "decisions" | "get" | "put">;
  readonly versions: Versions;
  readonly runner: Runner;
  readonly store: Pick<Store, "load" | "note" | "swapNote" | "exclusively">;
}): OpenWorkshop {
  const { settings, shelf, kept, versions } = parts;
  let offers: OpenWorkshop["offers"] | undefined;
  return {
    shelf,
    // A schema is made for it, and who opens no editor needs none.
    get offers() {
      return (offers ??= teamOffers(settings, shelf));
    },
    teamIn: (snapshot, name) => teamIn(snapshot, name, settings),
    versions: async (workspace, name) =>
      (await versions.of(workspace, `team/${name}`)).map(({ revision, at, value }) => ({
        revision,
        at,
        ...(value === undefined ? {} : { team: value }),
      })),
    async lastChange(workspace, name) {
      return lastTeamChange(await kept.decisions(workspace, { limit: DECISIONS_READ }), name);
    },
    proposals: {
      of: (workspace, team) => standingProposal({ settings: kept, shelf }, { workspace, team }),
      take: (which, { id, name }) => takeProposal({ settings: kept, shelf }, which, { id, name }),
      decline: (which, { id, name }) => declineProposal({ settings: kept }, which, { id, name }),
    },
    playground: playgroundWith({ ...parts, runner: async () => parts.runner, notes: parts.store }),
  };
}
