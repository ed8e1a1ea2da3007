import type { Parley, studioRoom } from "../parley.ts";
import { readEnv, type Env } from "../config/env.ts";
import { ConfigError } from "../config/config-error.ts";
import { loadSettings, secretNames, type Settings } from "../config/load.ts";
import { createRedactor } from "../config/secrets.ts";
import type { BuiltShelf } from "../config/team-shelf.ts";
import type { Io } from "./command.ts";
import type { KeptAt } from "./own-stores.ts";

type CreateStudio = Awaited<ReturnType<typeof studioRoom>>["createStudio"];
export type Studio = Awaited<ReturnType<CreateStudio>>;
type Turns = NonNullable<Parameters<CreateStudio>[0]["turns"]>;
export type OpenWorkshop = Omit<Workshop, "refusal"> & Partial<Pick<Workshop, "refusal">>;
type Workshop = NonNullable<ReturnType<NonNullable<Parameters<CreateStudio>[0]["workshop"]>>>;
type Rebuilding = NonNullable<Parameters<CreateStudio>[0]["rebuilding"]>;

/** Whoever runs the command: on loopback they may see all that is there. */
export const OWNER = { id: "owner", name: "You" };

/** The studio on loopback over what is kept there; both are closed together. Rejects where the port is taken, and nothing is left open. */
export async function openStudio(
  { path, own }: KeptAt,
  {
    port,
    io,
    rebuilding,
    turns,
    teams,
    forks,
    workshop,
    shelf,
    channelNames,
    onEntered,
  }: {
    readonly port: number;
    readonly io: Pick<Io, "stderr">;
    readonly rebuilding: Rebuilding;
    /** Those that this process takes, seen while they come; none when absent. */
    readonly turns?: Turns;
    /** Whose forks run in this process, beside the database, when nobody else runs them. */
    readonly teams?: { readonly settings: Settings; readonly env: Env } | undefined;
    /** Who runs forks on that database; nobody when absent. */
    readonly forks?: Parley["forks"];
    /** What teams are made with; who runs the command may do all of it that it can do where it says nothing else. */
    readonly workshop: () => OpenWorkshop | undefined;
    /** Whose teams are tried in this process, beside the database, as forks are. */
    readonly shelf?: BuiltShelf | undefined;
    /** What the channels of a workspace are called, by id; their ids are shown when absent. */
    readonly channelNames?: { readonly workspace: string; readonly now: () => ReadonlyMap<string, string> };
    readonly onEntered?: () => void;
  },
): Promise<{ readonly studio: Studio; close(): Promise<void> }> {
  const parley = await import("../parley.ts");
  const { actingHere, createStudio, forkingHere, forksBeside, openLogs, ownersAccess } = await parley.studioRoom();
  const log = (line: string): void => void io.stderr.write(`${line}\n`);
  const kept = await openLogs(path, { own });
  const beside = teams && forksBeside({ logs: kept, teams: [...teams.settings.teams.keys()], open: () => openBench(teams, log) });
  const { logs = kept } = beside ?? {};
  const playground = shelf && beside?.playground(shelf);
  const close = async (): Promise<void> => {
    await beside?.close();
    await kept.close();
  };
  const forking = forks && forkingHere({ ...forks, beside: parley.threadBeside, refusal: async () => undefined });
  const acting =
    forks &&
    actingHere({
      runner: forks.runner,
      decisions: forks.decisions,
      isHere: (thread) => !parley.placeOf(thread),
      refusal: async () => undefined,
    });
  try {
    const here = beside
      ? { turns: beside.turns, forking: beside.forking, acting: beside.acting }
      : { ...(turns ? { turns } : {}), ...(forking ? { forking } : {}), ...(acting ? { acting } : {}) };
    const made = (): Workshop | undefined => {
      const found = workshop();
      return found && { refusal: async () => undefined, ...found, ...(playground ? { playground } : {}) };
    };
    const more = { ...here, workshop: made, ...(onEntered ? { onEntered } : {}) };
    const access: typeof ownersAccess = channelNames
      ? { sightOf: async () => ({ kind: "all", names: parley.placeNames(channelNames.workspace, channelNames.now()) }) }
      : ownersAccess;
    const studio = await createStudio({ logs, access, port, rebuilding, log, ...more });
    return {
      studio,
      async close() {
        await studio.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Runs the forks: in memory. */
async function openBench(
  { settings, env }: { readonly settings: Settings; readonly env: Env },
  log: (line: string) => void,
): Promise<Parley> {
  const { createParley } = await import("../parley.ts");
  const parley = await createParley({ settings, env, dbPath: ":memory:", asksAtLimits: true, log });
  await parley.start();
  return parley;
}

/** With what the requests of this team file's runs are put together again. */
export const rebuildingOf = ({ settings, env }: { readonly settings: Settings; readonly env: Env }): Rebuilding => ({
  registry: settings.registry,
  env,
  redact: createRedactor(env, secretNames(settings)),
});

/** The team file that is here, or why there is none that can be read: a database can be looked at without it. */
export function teamsHere(io: Pick<Io, "cwd" | "env">): { readonly settings: Settings; readonly env: Env } | { readonly without: string } {
  const env = readEnv(io.cwd, io.env);
  try {
    return { settings: loadSettings({ env, cwd: io.cwd }), env };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { without: error.message };
  }
}

/** With what requests are put together again where there is none. */
export function rebuildingWithout(io: Pick<Io, "cwd" | "env">): Rebuilding {
  const env = readEnv(io.cwd, io.env);
  return { env, redact: createRedactor(env) };
}
