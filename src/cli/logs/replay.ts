import { readEnv } from "../../config/env.ts";
import { loadSettings, type Settings } from "../../config/load.ts";
import { languagesThen } from "../../config/build/snapshot.ts";
import { BUILT_IN } from "../../config/built-in/built-in.ts";
import { ConfigError } from "../../config/config-error.ts";
import type { Registry } from "../../config/registry/registry.ts";
import type { RunEvent } from "../../parley.ts";
import { replay } from "../../replay/replay.ts";
import { settingsThen } from "../../replay/settings-then.ts";
import { readArguments } from "../arguments.ts";
import { print, UsageError, type Io } from "../command.ts";
import { noSuchRun } from "./export.ts";
import { readHere } from "../own-stores.ts";
import { findRun } from "./find-run.ts";
import { harmless } from "../terminal.ts";

export const help = `parley replay RUN [--db PATH] [--file FILE]

Plays a run again, with the team as it was when the run began: who speaks, what a reply leads to, when it stops. No model, no tool and no
code is run; what they said is taken from the log, as are the words and the times. Every event must come out again as it was recorded.
RUN is as for parley export.

  --db PATH     the database; PARLEY_DB, then the team file's, when absent
  --file FILE   the team file, for a run whose settings are not in the database; PARLEY_FILE or parley.yml when absent

A run of which words were forgotten cannot be played again, which is said.

Exit codes: 0 identical, or forgotten; 1 an event differs, or there is no such run; 2 bad usage or settings.`;

export async function run(args: readonly string[], io: Io): Promise<number> {
  const options = { db: { type: "string" }, file: { type: "string" } } as const;
  const { values, positionals } = readArguments(args, { options, allowPositionals: true });
  const [wanted, ...rest] = positionals;
  if (wanted === undefined || rest.length > 0)
    throw new UsageError("Name one run: parley replay RUN. parley replay last takes the newest.");
  const store = await readHere(io, values.db);
  try {
    const found = await findRun(store, wanted);
    const started = found?.log[found.start];
    if (!found || started?.type !== "run.started") {
      await print(io.stderr, noSuchRun(wanted));
      return 1;
    }
    const forgotten = found.log.slice(found.start, found.end).filter((event) => event.forgotten !== undefined);
    if (forgotten.length > 0) {
      await print(io.stdout, forgottenLine(forgotten, found.end - found.start));
      return 0;
    }
    const kept = started.teamHash === undefined ? undefined : await store.file(started.teamHash);
    const snapshot = kept && Buffer.from(kept).toString("utf8");
    const settings = snapshot === undefined ? settingsNow(values.file, started.team, io) : readThen(snapshot, registryNow(values.file, io));
    if (!kept) await print(io.stderr, `note: the settings of this run are not in the database; those of ${settings.file} are used.`);
    const difference = await replay(found, settings, snapshot === undefined ? undefined : languagesThen(snapshot));
    if (difference === undefined) {
      await print(io.stdout, `${found.end - found.start} events, identical`);
      return 0;
    }
    await print(io.stdout, harmless(difference));
    return 1;
  } finally {
    await store.close();
  }
}

/** What was said is what a run is played with. */
const forgottenLine = (forgotten: readonly RunEvent[], all: number): string =>
  `${forgotten.length} of ${all} events were forgotten (${[...new Set(forgotten.map((event) => event.forgotten?.slice(0, 10)))].join(", ")}), so this run cannot be played again. Its numbers, times and costs are there: parley export, parley costs.`;

function readThen(snapshot: string, registry: Registry): Settings {
  try {
    return settingsThen(snapshot, registry);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`The settings with which the run began cannot be read: ${why}.`);
  }
}

/** What the team file's extensions add; without a team file that can be read, what comes with Parley. */
function registryNow(file: string | undefined, io: Io): Registry {
  try {
    return loadSettings({ env: readEnv(io.cwd, io.env), cwd: io.cwd, ...(file === undefined ? {} : { file }) }).registry;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return BUILT_IN;
  }
}

function settingsNow(file: string | undefined, team: string, io: Io): Settings {
  const settings = loadSettings({ env: readEnv(io.cwd, io.env), cwd: io.cwd, ...(file === undefined ? {} : { file }) });
  if (settings.teams.has(team)) return settings;
  throw new UsageError(`The run had the team "${harmless(team)}", which ${settings.file} has not. Name the file that has it with --file.`);
}
