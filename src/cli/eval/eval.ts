import { resolve } from "node:path";
import { describeMistake } from "../../config/config-error.ts";
import { readEnv } from "../../config/env.ts";
import { databasePath, loadSettings, type Settings } from "../../config/load.ts";
import { evaluationRoom, systemClock, type EvaluationWorld, type Parley } from "../../parley.ts";
import { readArguments } from "../arguments.ts";
import { print, UsageError, type Io } from "../command.ts";
import { refuseDeadModels } from "../model-reach.ts";
import { harmless } from "../terminal.ts";
import { EXIT } from "../run/converse-here.ts";
import { baselineOf, give } from "./given-report.ts";
import { showProgress } from "./progress.ts";

export const help = `parley eval FILE [--teams A,B] [--cases N] [--repeats N] [--seed S] [--concurrency N] [--budget-usd X]
                 [--baseline ID|REPORT] [--people FILE] [--new] [--json] [--html OUT] [--junit OUT] [--file FILE] [--db PATH]
parley eval show [ID] [--baseline ID|REPORT] [--json] [--html OUT] [--junit OUT] [--db PATH]
parley eval sample [ID] [--cases N] [--seed S] [--db PATH]
parley eval list [--db PATH]
parley eval schema
parley eval export [--out FILE] [--workspace ID] [--team TEAM] [--db PATH]

Has teams work on cases whose right answers are known, and says what that shows: the share that each team solved, with its interval, what
a solved case costs, and whether one team is better than another. FILE is YAML: cases, teams, score. docs/evaluation.md tells all of it.

  --teams A,B       these teams of the team file, in place of the file's
  --cases N         so many of the cases, drawn by the seed
  --repeats N       runs of each case
  --seed S          of the cases that are drawn, and of the intervals
  --concurrency N   runs at once
  --budget-usd X    when so much is spent, no further run begins
  --baseline B      an earlier evaluation's id, or a file that --json wrote: says what has changed, and exits with 1 when a team is worse
  --people FILE     what people said of answers, as sample's CSV has it: judges are held against it
  --new             begin anew, also where one of the same was interrupted
  --json            print the report as JSON, and nothing else, to stdout
  --html OUT        write the report as a page that needs nothing else
  --junit OUT       write it as JUnit's XML
  --file FILE       the team file; PARLEY_FILE or parley.yml when absent
  --db PATH         where the runs are kept; PARLEY_DB, then the team file's, when absent

Every case is a run like any other: parley export, replay, runs and studio show it. Ctrl-C or a crash loses nothing: the same command goes
on where it was, and no call is paid twice. show prints an earlier report again (the newest without ID), list says which there are. sample draws answers (30) for people to judge and
prints them as CSV: they write yes or no under good. schema writes the JSON Schema of FILE, for editors; evals/eval.schema.json is a copy of it.
export writes the results that people have kept in Slack as cases, one JSON object a line, to stdout or to --out.

Exit codes: 0 done; 1 an error, an answer that could not be scored, or a team that is worse than the baseline; 2 bad usage or settings; 3 the budget was used up; 130 Ctrl-C.`;

const options = {
  teams: { type: "string" },
  cases: { type: "string" },
  repeats: { type: "string" },
  seed: { type: "string" },
  concurrency: { type: "string" },
  "budget-usd": { type: "string" },
  baseline: { type: "string" },
  people: { type: "string" },
  new: { type: "boolean" },
  json: { type: "boolean" },
  html: { type: "string" },
  junit: { type: "string" },
  out: { type: "string" },
  workspace: { type: "string" },
  team: { type: "string" },
  file: { type: "string" },
  db: { type: "string" },
} as const;

export async function run(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readArguments(args, { options, allowPositionals: true });
  const [first, second, ...rest] = positionals;
  if (first === undefined || rest.length > 0) throw new UsageError("Name the evaluation's file: parley eval FILE. See --help.");
  if (first === "list" || first === "show" || first === "sample") {
    const { list, show, sample } = await import("./kept.ts");
    if (first === "list") return list(values.db, io);
    return first === "show" ? show(second ?? "last", values, io) : sample(second ?? "last", { db: values.db, ...numbersOf(values) }, io);
  }
  if (first === "schema") {
    await print(io.stdout, JSON.stringify((await evaluationRoom()).jsonSchemaOfEvaluation(), null, 2));
    return 0;
  }
  if (first === "export" && second === undefined) return (await import("./export.ts")).exportCases(values, io);
  if (second !== undefined) throw new UsageError("Name one file: parley eval FILE. See --help.");
  return evaluateFile(first, values, io);
}

type Values = ReturnType<typeof readArguments<{ options: typeof options; allowPositionals: true }>>["values"];

async function evaluateFile(file: string, values: Values, io: Io): Promise<number> {
  const env = readEnv(io.cwd, io.env);
  const teamFile = loadSettings({ env, cwd: io.cwd, ...(values.file === undefined ? {} : { file: values.file }) });
  const room = await evaluationRoom();
  const { cases: casesMax, ...numbers } = numbersOf(values);
  const source = room.overridden(room.readEvaluation(file, { cwd: io.cwd, teamFile }), { ...numbers, ...teamsOf(values) }, teamFile);
  const cases = room.readCases(source);
  const people = values.people === undefined ? [] : room.readPeople(resolve(io.cwd, values.people), values.people);
  const settings = room.withEvaluatedTeams(teamFile, source);
  await refuseDeadModels(settings, env, room.modelsOf(settings, source));
  if (values.json !== true) for (const warning of settings.warnings) await print(io.stderr, `note: ${describeMistake(warning)}`);
  const dbPath = databasePath(values.db ?? settings.database, io.cwd);
  const stopped = new AbortController();
  const release = io.onInterrupt(() => (stopped.signal.aborted ? process.exit(EXIT.stopped) : stopped.abort(new Error("interrupted"))));
  const { createParley } = await import("../../parley.ts");
  const parley = await createParley({
    settings,
    env,
    dbPath,
    asksAtLimits: false,
    onStoreTrouble: (error) => stopped.abort(error),
    log: (line) => void io.stderr.write(`${harmless(line)}\n`),
  });
  const progress = showProgress(io, { isQuiet: values.json === true, hasBudget: source.settings.budgetUsd !== undefined });
  try {
    // Before anything is paid for: its name may be wrong, and what begins now is the last one by then.
    const baseline = await baselineOf(values.baseline, parley.store, io);
    const report = await room.runEvaluation(worldOf(parley, settings, room.programsIn(parley.executor, stopped.signal)), {
      source,
      cases,
      file,
      people,
      anew: values.new === true,
      signal: stopped.signal,
      begun: async (evaluation, isResumed) => {
        progress.begun(evaluation, isResumed);
        await parley.start(room.workspaceOf(evaluation.id));
      },
      tell: progress.tell,
      waits: progress.waits,
      ...(casesMax === undefined ? {} : { casesMax }),
    });
    progress.end();
    const code = await give(report, values, baseline, io);
    return code !== 0 ? code : report.state === "budget" ? EXIT.limit : report.state === "unscored" ? EXIT.failed : 0;
  } catch (error) {
    progress.end();
    if (!stopped.signal.aborted || error !== stopped.signal.reason || !/interrupted/.test(String(error))) throw error;
    await print(io.stderr, "Interrupted. The same command goes on from here.");
    return EXIT.stopped;
  } finally {
    release();
    await parley.stop();
  }
}

export function worldOf({ runner, store, teams }: Parley, settings: Settings, runProgram: EvaluationWorld["runProgram"]): EvaluationWorld {
  const stopWords = (team: string) => teams.cards.find(({ name }) => name === team)?.stopWords ?? [];
  return { runner, store, settings, snapshot: (team) => teams.snapshot(team), stopWords, runProgram, clock: systemClock };
}

const teamsOf = ({ teams }: Values): { readonly teams?: readonly string[] } =>
  teams === undefined
    ? {}
    : {
        teams: teams
          .split(",")
          .map((team) => team.trim())
          .filter(Boolean),
      };

function numbersOf(values: Values) {
  const read = (name: "cases" | "repeats" | "seed" | "concurrency" | "budget-usd", isFit: (value: number) => boolean, what: string) => {
    const given = values[name];
    if (given === undefined) return undefined;
    const value = Number(given);
    if (given.trim() === "" || !isFit(value)) throw new UsageError(`--${name} takes ${what}, not "${harmless(given)}".`);
    return value;
  };
  const isCount = (value: number) => Number.isInteger(value) && value > 0;
  const numbers = {
    cases: read("cases", isCount, "a whole number from 1"),
    repeats: read("repeats", isCount, "a whole number from 1"),
    seed: read("seed", (value) => Number.isInteger(value) && value >= 0, "a whole number"),
    concurrency: read("concurrency", isCount, "a whole number from 1"),
    budgetUsd: read("budget-usd", (value) => value > 0 && Number.isFinite(value), "US dollars"),
  };
  return Object.fromEntries(Object.entries(numbers).filter(([, value]) => value !== undefined)) as {
    readonly [name in keyof typeof numbers]?: number;
  };
}
