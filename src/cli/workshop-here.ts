import { buildTeams } from "../config/build.ts";
import type { Settings } from "../config/settings.ts";
import { teamIn, teamOffers } from "../config/build/team-offers.ts";
import { createTeamShelf } from "../config/team-shelf.ts";
import type { Io } from "./command.ts";
import type { OpenWorkshop } from "./open-studio.ts";
import { readKept, type KeptAt } from "./own-stores.ts";

const READS_ONLY =
  "This studio only reads. Save the team as a file, or change it where Parley runs: in App Home, or in the studio of `parley start --studio`.";

/** The teams of this file and of the shelf of that database, to look at and to try changes on: nothing is saved and nothing runs. */
export function workshopHere(settings: Settings, kept: KeptAt, io: Pick<Io, "stderr">): OpenWorkshop {
  const teams = buildTeams(settings, {
    // They are built to be looked at: nobody needs a key for that.
    createModel: (_settings, name) => ({ name, call: () => Promise.reject(new Error("nothing runs here")) as never }),
    executor: {
      capabilities: { grade: "off", label: "", languages: [], hint: "" },
      open: () => Promise.reject(new Error("nothing runs here")),
      close: async () => undefined,
    },
    keepFile: () => Promise.reject(new Error("nothing runs here")),
    servers: { tools: async () => ({ tools: [], missing: [], away: [] }), close: async () => undefined },
  });
  const shelf = createTeamShelf({
    settings,
    teams,
    keep: {
      async list(workspace, prefix) {
        const store = await readKept(kept);
        try {
          return await store.settings.list(workspace, prefix);
        } finally {
          await store.close();
        }
      },
      put: async () => false,
      follow: () => () => undefined,
    },
    log: (line) => void io.stderr.write(`${line}\n`),
  });
  return {
    shelf,
    offers: teamOffers(settings, shelf),
    teamIn: (snapshot, name) => teamIn(snapshot, name, settings),
    home: "terminal",
    versions: async () => [],
    lastChange: async () => undefined,
    refusal: async (_asker, { deed }) => (deed === "export" ? undefined : READS_ONLY),
  };
}
