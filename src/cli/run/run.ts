import { randomBytes, randomUUID } from "node:crypto";
import { reachable } from "../../config/build/snapshot.ts";
import { describeMistake } from "../../config/config-error.ts";
import { readEnv } from "../../config/env.ts";
import { databasePath, loadSettings, type Settings } from "../../config/load.ts";
import { nearest } from "../../engine/reading/nearest.ts";
import type { StopSettings } from "../../config/schema/stop.ts";
import type { Parley } from "../../parley.ts";
import { readArguments } from "../arguments.ts";
import { print, UsageError, type Io } from "../command.ts";
import { KEY_BYTES, readLoginKeys } from "../start/oauth-door.ts";
import { refuseDeadModels } from "../model-reach.ts";
import { converseHere, EXIT } from "./converse-here.ts";
import { readHere } from "../own-stores.ts";
import type { ForkPoint } from "../../parley.ts";
import { findForkPoint, writeForkHere } from "./fork.ts";
import { refuseStrangers } from "./strangers.ts";
import { harmless } from "../terminal.ts";

export const help = `parley run [--team TEAM] [--file FILE] [--db PATH] [--json [--deltas]] "task"
parley run --fork RUN@N [--team TEAM] [--file FILE] [--db PATH] [--json [--deltas]] ["words"]

Works on one task in this terminal, with the same engine as in Slack.

  --team TEAM   which team; the file's default team when absent
  --file FILE   the team file; PARLEY_FILE or parley.yml when absent
  --db PATH     keep the log in this database; in memory when absent
  --json        print one stored event a line, and nothing else, to stdout
  --deltas      with --json, also what is shown while it comes and not stored: lines without a seq, of the types text.delta, reasoning.delta
                and activity; the event that follows holds all of it
  --fork RUN@N  begin with a copy of that run up to its event N (its last one without @N) in a new thread, and go on from there with TEAM
                (its own when absent). RUN is as for parley export, and is looked for in --db, or else in PARLEY_DB or the team file's
                database, which is only read then. The words, when there are any, are said next: an answer, steering, or a new task

An agent's question is asked at the prompt; a number chooses an option; a tool that needs a yes is allowed with y. While agents talk, a
line that is typed is read by the next speaker. When stdin is not a terminal, each of its lines answers one question; when there are no
more lines, the run is left waiting, and with --db it stays in the database.
When a limit is reached, it is asked whether to raise it, to finish with a summary, or to stop; where stdin is no terminal, it stops.
Ctrl-C stops the run and records it; a second Ctrl-C ends at once.

Replies of a replay file that a run at its end has not asked for are an error.

Exit codes: 0 the team came to its end, or waits for an answer; 1 an error; 2 bad usage or settings; 3 a limit stopped it; 130 Ctrl-C.`;

export async function run(args: readonly string[], io: Io): Promise<number> {
  const options = {
    team: { type: "string" },
    file: { type: "string" },
    db: { type: "string" },
    json: { type: "boolean" },
    deltas: { type: "boolean" },
    fork: { type: "string" },
  } as const;
  const { values, positionals } = readArguments(args, { options, allowPositionals: true });
  const json = values.json === true;
  if (values.deltas && !json) throw new UsageError("--deltas adds lines to those of --json; name both.");
  const task = positionals.join(" ").trim() || undefined;
  if (!task && values.fork === undefined) throw new UsageError('Say what to do: parley run "your task". See --help.');
  const env = readEnv(io.cwd, io.env);
  const settings = loadSettings({ env, cwd: io.cwd, ...(values.file === undefined ? {} : { file: values.file }) });
  if (values.team !== undefined) checkTeam(values.team, settings);
  const point = values.fork === undefined ? undefined : await forkPoint(values.fork, values.db, io);
  const team = values.team ?? point?.team ?? settings.defaultTeam;
  checkTeam(team, settings);
  if (point && !point.running && !task)
    throw new UsageError(`The run had ended at event ${point.seq}. Give the fork a new task, or fork at an earlier event.`);
  await refuseDeadModels(settings, env, reachable(settings, team).models);
  if (!json) for (const warning of settings.warnings) await print(io.stderr, `note: ${describeMistake(warning)}`);

  const { createParley } = await import("../../parley.ts"); // Here, so that --help and a mistake in the settings are answered at once.
  const dbPath = databasePath(values.db ?? ":memory:", io.cwd);
  // Whoever sits here makes room and runs it again; a server waits instead.
  const trouble = Promise.withResolvers<never>();
  trouble.promise.catch(() => undefined);
  const parley = await createParley({
    settings,
    env,
    dbPath,
    asksAtLimits: io.stdin.isTTY === true,
    // A login is given anew in each run, unless there is a key to keep it under.
    loginKeys: env["PARLEY_TOKEN_KEY"]?.trim() ? readLoginKeys(env) : [randomBytes(KEY_BYTES)],
    loginAt: { host: "127.0.0.1", port: 0 },
    onLogin: (server, url) => void io.stderr.write(harmless(`To connect ${server}, open ${url}\n`)),
    onStoreTrouble: trouble.reject,
    log: (line) => void io.stderr.write(`${harmless(line)}\n`),
  });
  try {
    await refuseStrangers(parley, { dbPath, workspace: "terminal" }, io);
    const asks = !endsAtQuestion(settings.teams.get(team)?.stop);
    const thread = point ? await fork(parley, point, { team, json, isKept: values.db !== undefined }, io) : `terminal-${randomUUID()}`;
    const code = await converseHere(
      parley,
      { thread, team, task, json, deltas: values.deltas === true, asks, trouble: trouble.promise },
      io,
    );
    // What a fork begins with was said elsewhere.
    return code === EXIT.done && !point ? await endOfScript(parley, { thread, team }, io) : code;
  } finally {
    await parley.stop();
  }
}

async function forkPoint(wanted: string, db: string | undefined, io: Io): Promise<ForkPoint> {
  const store = await readHere(io, db);
  try {
    return await findForkPoint(store, wanted);
  } finally {
    await store.close();
  }
}

async function fork(
  parley: Parley,
  point: ForkPoint,
  { json, ...how }: { team: string; json: boolean; isKept: boolean },
  io: Io,
): Promise<string> {
  const { thread, events } = await writeForkHere(parley, point, how);
  if (json) for (const event of events) await print(io.stdout, JSON.stringify(event));
  else await print(io.stderr, harmless(`Forked ${point.run} (${point.team}) after its event ${point.seq}; ${how.team} goes on.`));
  return thread;
}

function checkTeam(team: string, { file, teams }: Settings): void {
  if (teams.has(team)) return;
  const guess = nearest(team, teams.keys());
  throw new UsageError(
    `${file} has no team "${harmless(team)}"; it has ${[...teams.keys()].join(", ")}. ${guess ? `Did you mean "${guess}"?` : ""}`.trim(),
  );
}

/** A run that has come to its end has played its replay files out; where it has not, the script and the run have parted. */
async function endOfScript(parley: Parley, { thread, team }: { thread: string; team: string }, io: Io): Promise<number> {
  const last = (await parley.runner.read(thread)).events.at(-1);
  // Where a question is open, or ended the run, its answer goes on with the script.
  const isOver = last?.type === "run.stopped" && !last.reasons.some(({ kind }) => kind === "handoff");
  if (!isOver) return EXIT.done;
  const left = parley.leftovers(team);
  if (left.length === 0) return EXIT.done;
  const lines = left.map((line) => `\n  ${harmless(line)}`).join("");
  await print(
    io.stderr,
    `The run has ended, and the replay file has replies left:${lines}\nTake them out, or find out why nobody asked for them.`,
  );
  return EXIT.failed;
}

/** Whether a question to a person is itself the team's goal, so that the run stops at it. */
const endsAtQuestion = (stop: StopSettings | undefined): boolean => stop?.handoff === "human" || (stop?.any ?? []).some(endsAtQuestion);
