import { createModelFor, type CreateModel } from "./config/build/models.ts";
import type { Env } from "./config/env.ts";
import type { PlayedScript } from "./config/file/script.ts";
import { leftoversOf } from "./config/leftovers.ts";
import type { Settings } from "./config/load.ts";
import type { Clock } from "./engine/clock.ts";
import { isWorker, type Role } from "./engine/role.ts";
import { createGates, type Gates } from "./models/gated.ts";
import { lessonsIn } from "./models/refusals/kept-lessons.ts";
import { editNote } from "./store/notes.ts";
import { shareOf } from "./store/share.ts";
import type { Store } from "./store/store.ts";

export interface ModelsOfProcess {
  readonly createModel: CreateModel;
  /** One line for each reply of a replay file that nobody of this team has asked for since the process began. */
  leftovers(team: string): readonly string[];
}

/**
 * The models of a process, wired: the gates by which they take turns, what they have learnt of their servers, and the files of those whose words are
 * written down. `replied` is told of each reply.
 */
export function openModels(
  settings: Settings,
  given: {
    readonly role: Role;
    readonly store: Store;
    readonly env: Env;
    readonly clock: Clock;
    readonly replied?: Gates["replied"];
    readonly log: (line: string) => void;
  },
): ModelsOfProcess {
  const { role, store, env, clock, replied, log } = given;
  const scripts: PlayedScript[] = [];
  const createModel = createModelFor({
    env,
    clock,
    // Doors ask a model for a summary alone.
    gates: createGates(settings.providers, clock, shareOf(store, isWorker(role) ? "turns" : undefined), replied),
    registry: settings.registry,
    readFile: (hash) => store.file(hash),
    keepFile: (content) => store.putFile(content),
    onScript: (script) => void scripts.push(script),
    lessons: lessonsIn({ note: (key) => store.note(key), editNote: (key, change) => editNote(store, key, change) }),
    log,
  });
  return { createModel, leftovers: (team) => leftoversOf(settings, team, scripts) };
}
