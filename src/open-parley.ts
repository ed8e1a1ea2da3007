import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import type { Definition } from "./config/registry/definition.ts";
import type { Person, RunEvent } from "./engine/events/events.ts";
import type { Parley } from "./parley.ts";

export interface OpenSettings {
  /** A team file; `parley.yml`, or what PARLEY_FILE names, when neither this nor `team` is there. */
  readonly file?: string;
  /** In its place, what would stand in one. */
  readonly teams?: object;
  /** Definitions that can be named besides those of the file's own extensions. */
  readonly extensions?: readonly Definition[];
  /** Where relative paths begin; the folder of this process when absent. */
  readonly cwd?: string;
  /** Where keys are; the environment of this process and `.env` in `cwd` when absent. */
  readonly env?: { readonly [name: string]: string | undefined };
  /** Where the log is: a file of SQLite, or the address of a store that an extension defines (`SCHEME:…`); in memory when absent. */
  readonly database?: string;
  /** One line about something that is no part of a conversation. Nothing is told when absent. */
  readonly log?: (line: string) => void;
}

/** A Parley in a program, without Slack. */
export interface OpenParley {
  /** The teams that can be named. */
  readonly teams: readonly string[];
  /**
   * Says words in a thread, and gives what is recorded from there on, until the run stops or waits for a person. Again with the same `thread`, it answers
   * the question, or begins the next task there. Leaving the loop early leaves the run going; `signal` stops it.
   */
  run(
    words: string,
    options?: { readonly team?: string; readonly thread?: string; readonly person?: Person; readonly signal?: AbortSignal },
  ): AsyncGenerator<RunEvent, void, void>;
  /** Says yes or no to a call that waits for it (`approval.requested`), and gives what is recorded from there on. */
  approve(
    thread: string,
    answer: { readonly call: string; readonly approved: boolean; readonly person?: Person },
  ): AsyncGenerator<RunEvent, void, void>;
  /** What is recorded of a thread; nothing of one that nobody has spoken in. */
  events(thread: string): Promise<readonly RunEvent[]>;
  /** Ends it within seconds; runs that were going on go on when the same database is opened again. */
  close(): Promise<void>;
}

const NOBODY_IN_PARTICULAR: Person = { id: "program", name: "User" };
const WORKSPACE = "program";

/** Opens a Parley of these settings. Rejects with a `ConfigError`, whose message names each mistake and its mend. */
export async function openParley(settings: OpenSettings = {}): Promise<OpenParley> {
  const [{ createParley, following }, { readEnv }, { databasePath, loadSettings }] = await Promise.all([
    import("./parley.ts"),
    import("./config/env.ts"),
    import("./config/load.ts"),
  ]);
  const cwd = resolve(settings.cwd ?? ".");
  const env = settings.env ?? readEnv(cwd, process.env);
  const loaded = loadSettings({
    env,
    cwd,
    definitions: settings.extensions ?? [],
    ...(settings.file === undefined ? {} : { file: settings.file }),
    ...(settings.teams === undefined ? {} : { data: settings.teams }),
  });
  const parley = await createParley({
    settings: loaded,
    env,
    dbPath: databasePath(settings.database ?? ":memory:", cwd),
    asksAtLimits: false,
    log: settings.log ?? (() => undefined),
  });
  await parley.start();

  const follow = (thread: string, begin: () => Promise<void>, signal?: AbortSignal) =>
    following(parley.runner, { thread, person: NOBODY_IN_PARTICULAR, signal }, begin);

  return {
    teams: [...loaded.teams.keys()],
    run: (words, { team, thread = `program-${randomUUID()}`, person = NOBODY_IN_PARTICULAR, signal } = {}) =>
      follow(thread, () => say(parley, { words, team, thread, person }), signal),
    approve: (thread, { call, approved, person = NOBODY_IN_PARTICULAR }) =>
      follow(thread, async () => {
        if (!(await parley.runner.approve(thread, { call, approved, person }))) throw new Error(`nothing waits for an answer to "${call}"`);
      }),
    events: async (thread) => (await parley.runner.read(thread)).events,
    close: () => parley.stop(),
  };
}

async function say(
  parley: Parley,
  { words, team, thread, person }: { words: string; team: string | undefined; thread: string; person: Person },
): Promise<void> {
  if (team !== undefined && !parley.teams.has(team))
    throw new Error(`there is no team "${team}"; there are ${parley.teams.names().join(", ")}.`);
  const heard = await parley.runner.say({
    thread,
    workspace: WORKSPACE,
    person,
    text: words,
    id: randomUUID(),
    addressed: true,
    ...(team === undefined ? {} : { team }),
  });
  if (heard.kind === "refused") throw new Error(heard.reason);
}
