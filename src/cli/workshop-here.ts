import { buildTeams } from "../config/build.ts";
import { readEnv } from "../config/env.ts";
import { secretNames } from "../config/load.ts";
import { createRedactor } from "../config/secrets.ts";
import type { Settings } from "../config/settings.ts";
import { teamIn, teamOffers } from "../config/build/team-offers.ts";
import { createTeamShelf, type BuiltShelf, type Keep } from "../config/team-shelf.ts";
import { systemClock } from "../engine/clock.ts";
import type { Parley, StoreReader } from "../parley.ts";
import type { Io } from "./command.ts";
import type { OpenWorkshop } from "./open-studio.ts";
import { readKept, type KeptAt } from "./own-stores.ts";

type StoreSettings = Parley["settings"];

/** As App Home and the studio name them; see `OpenWorkshop.lastChange`. */
const DECISIONS_READ = 500;
const PREFIX = "team/";

/**
 * The teams of this file and of the shelf of that database, for whoever runs the command: they are saved there where no other process has it. What runs
 * them for a trial, whoever opens the studio adds.
 */
export function workshopHere(
  settings: Settings,
  kept: KeptAt,
  io: Pick<Io, "cwd" | "env" | "stderr">,
): OpenWorkshop & { readonly shelf: BuiltShelf } {
  const teams = buildTeams(settings, {
    // They are built to be looked at: nobody needs a key for that.
    createModel: (_settings, name) => ({ name, call: () => Promise.reject(new Error("nothing runs here")) as never }),
    executor: {
      capabilities: { grade: "off", label: "", languages: [], hint: "" },
      open: () => Promise.reject(new Error("nothing runs here")),
      close: async () => undefined,
    },
    keepFile: () => Promise.reject(new Error("nothing runs here")),
    servers: { tools: async () => ({ tools: [], missing: [], away: [] }) },
  });
  const redact = createRedactor(readEnv(io.cwd, io.env), secretNames(settings));

  async function reading<T>(read: (store: StoreReader) => Promise<T>): Promise<T> {
    const store = await readKept(kept);
    try {
      return await read(store);
    } finally {
      await store.close();
    }
  }

  let last: Promise<unknown> = Promise.resolve();
  /** Opened for one write: of SQLite nobody else has it meanwhile, nor another write of this one. Rejects with StoreError where somebody has. */
  function writing<T>(write: (keep: Pick<Keep, "put">) => Promise<T>): Promise<T> {
    const own = last.then(() => writingAlone(write));
    last = own.catch(() => undefined);
    return own;
  }

  async function writingAlone<T>(write: (keep: Pick<Keep, "put">) => Promise<T>): Promise<T> {
    const { openStore, studioRoom } = await import("../parley.ts");
    const { keepingVersions, redactedPorts } = await studioRoom();
    const { store, settings: own } = redactedPorts(await openStore(kept.path, { own: kept.own, role: "reader" }), redact);
    try {
      return await write(keepingVersions(own, { prefix: PREFIX, store, clock: systemClock }).settings);
    } finally {
      await store.close();
    }
  }

  /** Why nothing can be saved there now. */
  async function whyNoWriting(): Promise<string | undefined> {
    const { isPostgres } = await import("../parley.ts");
    if (isPostgres(kept.path)) return undefined;
    try {
      await writing(async () => undefined);
      return undefined;
    } catch (error) {
      return `Nothing can be saved there now: ${error instanceof Error ? error.message : String(error)} Where Parley runs on it, App Home and the studio of \`parley start --studio\` save teams.`;
    }
  }

  const shelf = createTeamShelf({
    settings,
    teams,
    keep: {
      list: (workspace, prefix) => reading((store) => store.settings.list(workspace, prefix)),
      put: (change) => writing((keep) => keep.put(change)),
      follow: () => () => undefined,
    },
    log: (line) => void io.stderr.write(`${line}\n`),
  });
  const proposals: Pick<StoreSettings, "get" | "put"> = {
    get: (workspace, name) => reading((store) => store.settings.get(workspace, name)),
    put: (change) => writing((keep) => keep.put(change)),
  };
  const deciding = async () => (await import("../parley.ts")).studioRoom();
  return {
    shelf,
    offers: teamOffers(settings, shelf),
    teamIn: (snapshot, name) => teamIn(snapshot, name, settings),
    home: "terminal",
    async versions(workspace, name) {
      const { versionsIn } = await (await import("../parley.ts")).studioRoom();
      const versions = await reading((store) => versionsIn(store, workspace, `${PREFIX}${name}`));
      return versions.map(({ revision, at, value }) => ({ revision, at, ...(value === undefined ? {} : { team: value }) }));
    },
    async lastChange(workspace, name) {
      const { lastTeamChange } = await (await import("../parley.ts")).studioRoom();
      return lastTeamChange(await reading((store) => store.settings.decisions(workspace, { limit: DECISIONS_READ })), name);
    },
    proposals: {
      of: async (workspace, team) => (await deciding()).standingProposal({ settings: proposals, shelf }, { workspace, team }),
      take: async (which, { id, name }) => (await deciding()).takeProposal({ settings: proposals, shelf }, which, { id, name }),
      decline: async (which, { id, name }) => (await deciding()).declineProposal({ settings: proposals }, which, { id, name }),
    },
    refusal: async (_asker, { deed }) => (deed === "editTeams" ? whyNoWriting() : undefined),
  };
}
