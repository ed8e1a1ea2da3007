import { buildTeams, type BuildDeps, type Teams } from "./config/build.ts";
import { createModelFor } from "./config/build/models.ts";
import type { Env } from "./config/env.ts";
import type { PlayedScript } from "./config/file/script.ts";
import { foreignAgents } from "./config/foreign-agents.ts";
import { leftoversOf } from "./config/leftovers.ts";
import type { Settings } from "./config/load.ts";
import type { Clock } from "./engine/clock.ts";
import type { Memory } from "./engine/memory.ts";
import { touchedIn } from "./engine/reading/touched.ts";
import type { Gates } from "./models/gated.ts";
import { lessonsIn } from "./models/refusals/kept-lessons.ts";
import { scopeOf } from "./slack/words/accounts.ts";
import { editNote } from "./store/notes.ts";
import type { Store } from "./store/store.ts";

interface TeamsParts extends Pick<BuildDeps, "executor" | "servers" | "search" | "knowledge"> {
  readonly settings: Settings;
  readonly env: Env;
  readonly clock: Clock;
  /** Takes secrets out of what agents elsewhere say. */
  readonly redact: (text: string) => string;
  readonly log: (line: string) => void;
  readonly gates: Gates;
  /** Where files, lessons about models and what a thread has read are. */
  readonly store: Pick<Store, "load" | "note" | "swapNote" | "putFile" | "file">;
  readonly memory: Memory;
}

/** The teams of the settings, and what nobody has asked of their replay files since the process began, one line for each reply. */
interface OpenTeams {
  readonly teams: Teams;
  leftovers(team: string): readonly string[];
}

/** The teams of a process, with their models. Throws {@link ConfigError} for a model that cannot be had, as without a key. */
export function openTeams({ settings, env, clock, redact, log, gates, store, memory, ...given }: TeamsParts): OpenTeams {
  const scripts: PlayedScript[] = [];
  const files = filesIn(store);
  const createModel = createModelFor({
    env,
    clock,
    gates,
    registry: settings.registry,
    ...files,
    onScript: (script) => void scripts.push(script),
    lessons: lessonsIn({ note: (key) => store.note(key), editNote: (key, change) => editNote(store, key, change) }),
    log,
  });
  const teams = buildTeams(settings, {
    ...given,
    createModel,
    ...files,
    notes: { memory, scopeOf, touchedIn: async (thread) => touchedIn({ events: await store.load(thread, 0) }) },
    web: { env },
    foreign: foreignAgents({ env, clock, redact }),
  });
  return { teams, leftovers: (team) => leftoversOf(settings, team, scripts) };
}

/** The files of a store, as tools and agents keep and read them. */
export const filesIn = (store: Pick<Store, "putFile" | "file">): Pick<BuildDeps, "keepFile"> & Required<Pick<BuildDeps, "readFile">> => ({
  keepFile: (content) => store.putFile(content),
  readFile: (hash) => store.file(hash),
});
