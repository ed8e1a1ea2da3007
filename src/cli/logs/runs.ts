import { isHalted } from "../../engine/events/limits-fold.ts";
import { tokensOf } from "../../engine/limits/usage.ts";
import type { RunState } from "../../engine/reading/run-state.ts";
import type { RunEvent } from "../../parley.ts";
import { readArguments } from "../arguments.ts";
import { print, UsageError, type Io } from "../command.ts";
import { moneyOf } from "../cost.ts";
import { table } from "../table.ts";
import { harmless } from "../terminal.ts";
import { readHere } from "../own-stores.ts";

export const help = `parley runs [--state STATE] [--team TEAM] [--limit N] [--db PATH] [--json]

Lists runs, the threads that were active last first: since when, in what state, of which team, by whom, for how much, and the task.
parley export RUN writes one out, also while Parley runs.

  --state STATE  those alone that are running, waiting (for a person), paused, at-limit, done, limit, stopped or failed;
                 the first four go on, the others have ended so
  --team TEAM    those of this team alone
  --limit N      so many at most; 20 when absent
  --db PATH      the database; PARLEY_DB, then the team file's, when absent
  --json         one line as JSON each

Exit codes: 0 told; 1 the database cannot be read; 2 bad usage or settings.`;

const STATES = ["running", "waiting", "paused", "at-limit", "done", "limit", "stopped", "failed"] as const;
type State = (typeof STATES)[number];

const LIMIT_DEFAULT = 20;
const LIMIT_MAX = 100_000;
/** More than a busy workspace has in years. */
const THREADS_MAX = 1_000_000;
const TASK_CHARS_SHOWN = 60;

interface Listed {
  readonly run: string;
  readonly thread: string;
  readonly startedAt: string;
  readonly state: State;
  readonly team: string;
  readonly startedBy: string;
  readonly spent: Pick<RunState, "turns" | "usage" | "priced">;
  readonly task: string;
}

export async function run(args: readonly string[], io: Io): Promise<number> {
  const text = { type: "string" } as const;
  const { values } = readArguments(args, { options: { state: text, team: text, limit: text, db: text, json: { type: "boolean" } } });
  const state = STATES.find((one) => one === values.state);
  if (values.state !== undefined && state === undefined)
    throw new UsageError(`--state is one of ${STATES.join(", ")}, not "${values.state}".`);
  const limit = readLimit(values.limit);
  const store = await readHere(io, values.db);
  const found: Listed[] = [];
  try {
    for (const { thread } of await store.recent(THREADS_MAX)) {
      if (found.length >= limit) break;
      const runs = (await runsIn(thread, await store.load(thread, 0))).toReversed();
      found.push(
        ...runs.filter((one) => (state === undefined || one.state === state) && (values.team === undefined || one.team === values.team)),
      );
    }
  } finally {
    await store.close();
  }
  const shown = found.slice(0, limit);
  if (values.json) for (const one of shown) await print(io.stdout, JSON.stringify(asJson(one)));
  else await print(io.stdout, shown.length === 0 ? "There are no such runs." : listed(shown));
  return 0;
}

function readLimit(given: string | undefined): number {
  if (given === undefined) return LIMIT_DEFAULT;
  const limit = /^\d{1,6}$/.test(given) ? Number(given) : 0;
  if (limit >= 1 && limit <= LIMIT_MAX) return limit;
  throw new UsageError(`--limit is a number from 1 to ${LIMIT_MAX}, not "${given}".`);
}

/** The runs of one log, in their order. What a team inside says of itself is part of the run around it. */
async function runsIn(thread: string, log: readonly RunEvent[]): Promise<readonly Listed[]> {
  const { currentRun, isWaiting } = await import("../../parley.ts");
  const starts = log.flatMap((event, index) => (event.type === "run.started" && event.within === undefined ? [index] : []));
  return starts.flatMap((start, at) => {
    const events = log.slice(start, starts[at + 1] ?? log.length);
    const [started] = events;
    if (started?.type !== "run.started") return [];
    const now = currentRun({ events });
    const ended = events.findLast((event) => event.type === "run.stopped" && event.within === undefined);
    const { run: id, team, startedBy, at: startedAt } = started;
    const spent = { turns: now.turns, usage: now.usage, priced: now.priced };
    const state = ended?.type === "run.stopped" ? ended.outcome : stateOf(now, isWaiting({ events }));
    return [{ run: id, thread, startedAt, state, team, startedBy: startedBy.name, spent, task: taskIn(log, start) }];
  });
}

function stateOf(run: RunState, waits: boolean): State {
  if (run.pausedBy) return "paused";
  if (isHalted(run)) return "at-limit";
  return waits ? "waiting" : "running";
}

/** It is said right before or after the start. */
function taskIn(log: readonly RunEvent[], start: number): string {
  const said = [log[start - 1], ...log.slice(start + 1, start + 4)].find((event) => event?.type === "message.posted" && "person" in event);
  return said?.type === "message.posted" ? said.text : "";
}

const minuteOf = (iso: string): string => iso.slice(0, 16).replace("T", " ");

function listed(runs: readonly Listed[]): string {
  const rows = runs.map(({ run, startedAt, state, team, startedBy, spent, task }) => {
    const words = harmless(task).replaceAll(/\s+/g, " ").trim();
    const about = words.length > TASK_CHARS_SHOWN ? `${words.slice(0, TASK_CHARS_SHOWN - 1).toWellFormed()}…` : words;
    return [minuteOf(startedAt), state, harmless(team), harmless(startedBy), String(spent.turns), moneyOf(spent), harmless(run), about];
  });
  return table(["since (UTC)", "state", "team", "started by", "turns", "cost", "run", "task"], rows, (column) => column === 4);
}

function asJson({ spent: { turns, usage, priced }, ...run }: Listed): object {
  return { ...run, turns, tokens: tokensOf(usage), ...(priced || usage.usd > 0 ? { usd: usage.usd } : {}), priced };
}
