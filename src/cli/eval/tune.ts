import { createInterface } from "node:readline/promises";
import { describeMistake } from "../../config/config-error.ts";
import { readEnv } from "../../config/env.ts";
import { databasePath, loadSettings, secretNames, type Settings } from "../../config/load.ts";
import { createRedactor } from "../../config/secrets.ts";
import { evaluationRoom, type EvaluationWorld, type Tuned } from "../../parley.ts";
import { readArguments } from "../arguments.ts";
import { print, UsageError, type Io } from "../command.ts";
import { refuseDeadModels } from "../model-reach.ts";
import { EXIT } from "../run/converse-here.ts";
import { table } from "../table.ts";
import { harmless } from "../terminal.ts";
import { worldOf } from "./eval.ts";
import { showProgress } from "./progress.ts";
import { proposed, tunedTeam, tuningDatabase } from "./tuned-team.ts";

export const help = `parley tune TEAM --eval FILE [--workspace ID] [--rounds N] [--model NAME] [--seed S] [--budget-usd X] [--yes] [--json]
            [--file FILE] [--db PATH]

Looks for changes to the descriptions, prompts and rules of a team that make it solve more. Half of the evaluation's cases are seen: a model reads
what failed of them and proposes. What solves most of them is judged on the other half, which no proposal has seen, against the team as it is.
Shows the difference and the numbers before and after, and changes the team's file only with a yes, and only where it helped.

  --eval FILE      the evaluation's file: its cases, scorers and repeats; the seed divides the cases
  --workspace ID   the team is one that people of this workspace have made, in Slack or in the studio: what helped is proposed to them there
  --rounds N       how often something is proposed, each time from the best so far (1 to 10; 1 when absent)
  --model NAME     the model that proposes, by its name in the team file; that of the team's first agent when absent
  --seed S         in place of the file's
  --budget-usd X   for all of it together; what the judgement at the end needs is kept back
  --yes            write the changes where they helped, without asking
  --json           print what came of it as JSON, and nothing else, to stdout; nothing is asked
  --file FILE      the team file; PARLEY_FILE or parley.yml when absent
  --db PATH        where the runs are kept; PARLEY_DB, then the team file's, when absent. With --workspace, where the team is: Parley may run there,
                   and beside a file of SQLite the runs have one of their own (parley-tune.db beside parley.db)

Ctrl-C or a crash loses nothing: the same command goes on where it was, and no call is paid twice.

Exit codes: 0 done, whether something helped or not; 1 an error; 2 bad usage or settings; 3 the budget was used up; 130 Ctrl-C.`;

const options = {
  eval: { type: "string" },
  workspace: { type: "string" },
  rounds: { type: "string" },
  model: { type: "string" },
  seed: { type: "string" },
  "budget-usd": { type: "string" },
  yes: { type: "boolean" },
  json: { type: "boolean" },
  file: { type: "string" },
  db: { type: "string" },
} as const;

const ROUNDS_MAX = 10;

export async function run(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = readArguments(args, { options, allowPositionals: true });
  const [team, ...rest] = positionals;
  if (team === undefined || rest.length > 0 || values.eval === undefined)
    throw new UsageError("Name a team and an evaluation's file: parley tune TEAM --eval FILE. See --help.");
  if (values.workspace !== undefined && values.yes === true)
    throw new UsageError(
      "--yes writes a team's file; a team that people have made is theirs to change: without it, what helped is proposed to them.",
    );
  const rounds = numberIn("rounds", values.rounds, (value) => Number.isInteger(value) && value >= 1 && value <= ROUNDS_MAX) ?? 1;
  const seed = numberIn("seed", values.seed, (value) => Number.isInteger(value) && value >= 0);
  const budgetUsd = numberIn("budget-usd", values["budget-usd"], (value) => value > 0 && Number.isFinite(value));
  const env = readEnv(io.cwd, io.env);
  const teamFile = loadSettings({ env, cwd: io.cwd, ...(values.file === undefined ? {} : { file: values.file }) });
  const room = await evaluationRoom();
  const { settings, written, settingsOf, shelved } = await tunedTeam(team, { workspace: values.workspace, db: values.db }, teamFile, io);
  const own = settings.teams.get(team)?.agents ?? [];
  const model = values.model ?? own.flatMap((agent) => ("model" in agent && typeof agent.model === "string" ? [agent.model] : []))[0];
  if (model === undefined || !settings.models.has(model))
    throw new UsageError(
      `--model names one of ${[...settings.models.keys()].join(", ")}${model === undefined ? "" : `, not "${harmless(model)}"`}.`,
    );
  const source = room.overridden(
    room.readEvaluation(values.eval, { cwd: io.cwd, teamFile: settings }),
    { ...(seed === undefined ? {} : { seed }), ...(budgetUsd === undefined ? {} : { budgetUsd }) },
    settings,
  );
  const judges = source.settings.score.flatMap((scorer) => (scorer.kind === "judge" ? [scorer.model] : []));
  const spoken = [
    ...room.modelsOf(settings, { ...source, variants: [{ label: team, team, models: {} }], settings: { ...source.settings, score: [] } }),
  ];
  const asked = [...spoken.map(([name]) => name), model, ...judges];
  await refuseDeadModels(settings, env, new Map([...settings.models].filter(([name]) => asked.includes(name))));
  if (values.json !== true) for (const warning of settings.warnings) await print(io.stderr, `note: ${describeMistake(warning)}`);
  const stopped = new AbortController();
  const address = databasePath(values.db ?? settings.database, io.cwd);
  const dbPath = shelved ? await tuningDatabase(address) : address;
  const at = { env, dbPath, isBeside: dbPath !== address, io, stopped };
  if (values.json !== true && at.isBeside) io.stderr.write(`The runs are kept in ${harmless(at.dbPath)}.\n`);
  const release = io.onInterrupt(() => (stopped.signal.aborted ? process.exit(EXIT.stopped) : stopped.abort(new Error("interrupted"))));
  const bar = showProgress(io, { isQuiet: values.json === true, hasBudget: source.settings.budgetUsd !== undefined });
  try {
    const tuned = await room.tune({
      team,
      source,
      written,
      cases: room.readCases(source),
      settings,
      settingsOf,
      model,
      rounds,
      file: values.eval,
      within: (around, job) => withParley(around, at, job),
      signal: stopped.signal,
      progress: {
        ...bar,
        step: (line) => {
          bar.end();
          if (values.json !== true) io.stderr.write(`${harmless(line)}\n`);
        },
      },
    });
    bar.end();
    const isWanted = tuned.outcome === "helped" && tuned.text !== undefined;
    if (values.json !== true) await print(io.stdout, harmless(wordsOf(tuned)));
    if (shelved)
      return await propose({ tuned, isWanted, written, shelved, file: values.eval }, teamFile, {
        env,
        address,
        io,
        isJson: values.json === true,
      });
    const isYes = isWanted && (values.yes === true || (values.json !== true && (await saysYes(io, written.shown))));
    if (isYes && tuned.text !== undefined) room.writeSource(written, tuned.text);
    if (values.json === true) await print(io.stdout, JSON.stringify({ ...tuned, applied: isYes }));
    else if (isWanted) await print(io.stdout, isYes ? `${written.shown} was changed.` : "Nothing was changed. --yes writes it.");
    return codeOf(tuned);
  } catch (error) {
    bar.end();
    if (!stopped.signal.aborted || error !== stopped.signal.reason || !/interrupted/.test(String(error))) throw error;
    await print(io.stderr, "Interrupted. The same command goes on from here.");
    return EXIT.stopped;
  } finally {
    release();
  }
}

/** What helped a team that people have made is theirs to take: it is left in the database that they work with, also while Parley runs there. */
async function propose(
  { isWanted, ...what }: Parameters<typeof proposed>[1] & { readonly isWanted: boolean },
  teamFile: Settings,
  { env, address, io, isJson }: Pick<At, "env" | "io"> & { readonly address: string; readonly isJson: boolean },
): Promise<number> {
  const left = isWanted ? await leave() : undefined;
  if (isJson) await print(io.stdout, JSON.stringify({ ...what.tuned, applied: false, proposed: left?.isLeft ?? false }));
  if (left && (!isJson || !left.isLeft)) await print(isJson ? io.stderr : io.stdout, harmless(left.words));
  return codeOf(what.tuned);

  async function leave(): ReturnType<typeof proposed> {
    const { openSettings } = await import("../../parley.ts");
    const { redactAll } = await evaluationRoom();
    const redact = createRedactor(env, secretNames(teamFile));
    const { get, put, close } = await openSettings(address, { own: teamFile.registry.store });
    try {
      return await proposed({ get, put: (change) => put(redactAll(change, redact)) }, what);
    } finally {
      await close();
    }
  }
}

const codeOf = ({ outcome }: Tuned): number => (outcome === "budget" ? EXIT.limit : 0);

interface At {
  readonly env: Io["env"];
  readonly dbPath: string;
  /** It is another database than the one that people work with. */
  readonly isBeside: boolean;
  readonly io: Io;
  readonly stopped: AbortController;
}

/** Each step has settings of its own, and so a Parley of its own, one after the other on the same database. */
async function withParley<T>(
  settings: Settings,
  { env, dbPath, isBeside, io, stopped }: At,
  job: (world: EvaluationWorld, start: (workspace: string) => Promise<void>) => Promise<T>,
): Promise<T> {
  const { createParley } = await import("../../parley.ts");
  const { programsIn } = await evaluationRoom();
  // The file is that of the audit log in the database that people work with: whoever runs there writes it.
  const { file: _, ...audit } = settings.audit;
  const parley = await createParley({
    settings: isBeside ? { ...settings, audit } : settings,
    env,
    dbPath,
    asksAtLimits: false,
    onStoreTrouble: (error) => stopped.abort(error),
    log: (line) => void io.stderr.write(`${harmless(line)}\n`),
  }).catch((error: unknown) => {
    throw isBeside ? withoutBothAtOnce(error, dbPath) : error;
  });
  try {
    return await job(worldOf(parley, settings, programsIn(parley.executor, stopped.signal)), (workspace) => parley.start(workspace));
  } finally {
    await parley.stop();
  }
}

/** The file beside a database is there for tunings alone. */
function withoutBothAtOnce(error: unknown, path: string): unknown {
  if (error instanceof Error && error.name === "StoreError" && error.message.includes("another Parley is running"))
    error.message = `${path}: another \`parley tune\` is at work with this file. Wait for its end, or end it with Ctrl-C: it goes on where it was when it is called again.`;
  return error;
}

const OUTCOMES: { readonly [outcome in Tuned["outcome"]]: string } = {
  helped: "It helped: on cases that nobody had seen the team solves more with these changes, beyond the interval.",
  unclear:
    "That it helps cannot be said: the interval of the difference holds 0, or on so few cases it may be chance (p above 0.05). More cases would tell. Nothing was changed.",
  worse: "It did not help: on cases that nobody had seen the team solves less with these changes. Nothing was changed.",
  none: "Nothing helped: no proposal solved more of the seen cases than the team as it is. Nothing was changed.",
  solved: "There is nothing to mend: the team solves all of the seen cases.",
  budget:
    "The budget was used up before it was known whether something helps. With a larger one the same command goes on. Nothing was changed.",
};

function wordsOf({ team, outcome, seen, heldOut, tried, diff, usd }: Tuned): string {
  const share = (value: number) => `${(value * 100).toFixed(1)}%`;
  const signed = (value: number) => `${value > 0 ? "+" : value < 0 ? "−" : ""}${Math.abs(value * 100).toFixed(1)}`;
  const rows = tried.map(({ round, reason, solved, refused }) => [
    String(round),
    solved === undefined ? "–" : share(solved),
    refused === undefined ? reason : `${reason} (not used: ${refused})`,
  ]);
  const judged = heldOut
    ? [
        `On ${heldOut.cases} cases that no proposal had seen, ${team} solved ${share(heldOut.before.value)} (${share(heldOut.before.low)}–${share(heldOut.before.high)}) before and ${share(heldOut.after.value)} (${share(heldOut.after.low)}–${share(heldOut.after.high)}) after: ${signed(heldOut.difference.value)} points (${signed(heldOut.difference.low)} to ${signed(heldOut.difference.high)}; p = ${heldOut.p.toFixed(3)}).`,
      ]
    : [];
  return [
    ...(rows.length > 0
      ? [
          `Proposals, on ${seen.cases} seen cases (as it is: ${share(seen.before)})\n${table(["round", "solved", "what it mends"], rows, (column) => column < 2)}`,
        ]
      : []),
    ...(diff === undefined ? [] : [diff.trimEnd()]),
    ...judged,
    OUTCOMES[outcome],
    `In all $${usd.toFixed(4)}.`,
  ].join("\n\n");
}

/** Only where somebody is there to say it. */
async function saysYes(io: Io, file: string): Promise<boolean> {
  if (io.stdin.isTTY !== true) return false;
  const lines = createInterface({ input: io.stdin, output: io.stderr });
  try {
    return /^y(es)?$/i.test((await lines.question(`Write this into ${harmless(file)}? [y/N] `)).trim());
  } finally {
    lines.close();
  }
}

function numberIn(name: string, given: string | undefined, isFit: (value: number) => boolean): number | undefined {
  if (given === undefined) return undefined;
  const value = Number(given);
  if (given.trim() === "" || !isFit(value)) throw new UsageError(`--${name} takes ${TAKES[name] ?? "a number"}, not "${harmless(given)}".`);
  return value;
}

const TAKES: { readonly [name: string]: string } = {
  rounds: `a whole number from 1 to ${ROUNDS_MAX}`,
  seed: "a whole number",
  "budget-usd": "US dollars",
};
