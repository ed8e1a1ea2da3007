import { randomUUID } from "node:crypto";
import { userInfo } from "node:os";
import { createInterface, type Interface } from "node:readline";
import { describeMistake } from "../config/config-error.ts";
import { readEnv } from "../config/env.ts";
import { databasePath, loadSettings } from "../config/load.ts";
import { nearest } from "../config/nearest.ts";
import type { StopSettings } from "../config/schema.ts";
import type { currentRun, Parley, RunEvent } from "../parley.ts";
import { print, readArguments, UsageError, type Io } from "./command.ts";
import { createTerminal, harmless, wantsColours } from "./terminal.ts";

export const help = `parley run [--team TEAM] [--file FILE] [--db PATH] [--json] "task"

Works on one task in this terminal, with the same engine as in Slack.

  --team TEAM   which team; the file's default team when absent
  --file FILE   the team file; PARLEY_FILE or parley.yml when absent
  --db PATH     keep the log in this database; in memory when absent
  --json        print one stored event a line, and nothing else, to stdout

An agent's question is asked at the prompt; a number chooses an option. When stdin is not a terminal, each of its lines answers one
question; when there are no more lines, the run is left waiting, and with --db it stays in the database.
Ctrl-C stops the run and records it; a second Ctrl-C ends at once.

Exit codes: 0 the team came to its end, or waits for an answer; 1 an error; 2 bad usage or settings; 3 a limit stopped it; 130 Ctrl-C.`;

const EXIT = { done: 0, failed: 1, limit: 3, stopped: 130 } as const;

export async function run(args: readonly string[], io: Io): Promise<number> {
  const options = { team: { type: "string" }, file: { type: "string" }, db: { type: "string" }, json: { type: "boolean" } } as const;
  const { values, positionals } = readArguments(args, { options, allowPositionals: true });
  const task = positionals.join(" ").trim();
  if (!task) throw new UsageError('Say what to do: parley run "your task". See --help.');
  const env = readEnv(io.cwd, io.env);
  const settings = loadSettings({ env, cwd: io.cwd, ...(values.file === undefined ? {} : { file: values.file }) });
  const team = values.team ?? settings.defaultTeam;
  if (!settings.teams.has(team)) throw new UsageError(unknownTeam(team, settings.file, [...settings.teams.keys()]));
  if (!values.json) for (const warning of settings.warnings) await print(io.stderr, `note: ${describeMistake(warning)}`);

  const { createParley } = await import("../parley.ts"); // Here, so that --help and a mistake in the settings are answered at once.
  const dbPath = databasePath(values.db ?? ":memory:", io.cwd);
  const parley = await createParley({ settings, env, dbPath, log: (line) => void io.stderr.write(`${line}\n`) });
  try {
    const stop = settings.teams.get(team)?.stop;
    return await converseHere(parley, { team, task, json: values.json === true, asks: !endsAtQuestion(stop) }, io);
  } finally {
    await parley.stop();
  }
}

interface Conversation {
  readonly team: string;
  readonly task: string;
  readonly json: boolean;
  /** Whether a question is put to the person; a team may end at its questions instead. */
  readonly asks: boolean;
}

/** Starts the run and follows it until it stops or nobody can answer. */
async function converseHere(parley: Parley, { team, task, json, asks }: Conversation, io: Io): Promise<number> {
  const { runner } = parley;
  const { currentRun: readRun } = await import("../parley.ts");
  const thread = `terminal-${randomUUID()}`;
  const person = { id: "terminal", name: personName() };
  const pauses = pausesOf();
  const terminal = createTerminal({ colours: wantsColours(io.stdout, io.env), live: io.stdout.isTTY === true });
  const unfollow = runner.follow((where, item) => {
    if (where !== thread) return;
    if (json && "seq" in item) io.stdout.write(`${JSON.stringify(item)}\n`);
    if (!json) io.stdout.write(terminal.show(item));
    if ("seq" in item) pauses.see(item);
  });
  const answers = createAnswers(io, !json);
  let interrupts = 0;
  const release = io.onInterrupt(() => {
    if (++interrupts > 1) process.exit(EXIT.stopped);
    io.stderr.write("\nStopping. Ctrl-C again ends at once.\n");
    answers.close();
    void runner.stop(thread, person);
  });
  answers.onInterrupt(() => process.kill(process.pid, "SIGINT"));
  const say = (text: string, addressed: boolean) =>
    runner.say({ thread, workspace: "terminal", person, text, id: randomUUID(), addressed, team });

  try {
    await parley.start();
    const heard = await say(task, true);
    if (heard.kind === "refused") {
      await print(io.stderr, heard.reason);
      return 2;
    }
    for (;;) {
      const pause = await pauses.next();
      if (pause.type === "run.stopped") {
        if (!json) await print(io.stdout, summary(readRun(await runner.read(thread))));
        return EXIT[pause.outcome];
      }
      if (!asks) continue; // The end follows the question in the log.
      const answer = await answers.next(pause.options ?? []);
      if (answer === undefined) {
        if (interrupts > 0) continue;
        await print(
          io.stderr,
          `The run waits for an answer to: ${harmless(pause.text)}\nThere is nobody to give it: run this in a terminal, or put the answers into stdin, one a line.`,
        );
        return 0;
      }
      await say(answer, false);
    }
  } finally {
    release();
    unfollow();
    answers.close();
  }
}

type Pause = Extract<RunEvent, { type: "run.stopped" | "handoff.made" }>;

/** The events at which a run cannot go on by itself, in the order in which they are recorded. */
function pausesOf(): { see(event: RunEvent): void; next(): Promise<Pause> } {
  const seen: Pause[] = [];
  let wake: (() => void) | undefined;
  return {
    see(event) {
      if (event.type !== "run.stopped" && !(event.type === "handoff.made" && event.to === "human")) return;
      seen.push(event);
      wake?.();
    },
    async next() {
      if (seen.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return seen.shift() as Pause;
    },
  };
}

/** Whether a question to a person is itself the team's goal, so that the run stops at it. */
const endsAtQuestion = (stop: StopSettings | undefined): boolean => stop?.handoff === "human" || (stop?.any ?? []).some(endsAtQuestion);

interface Answers {
  /** The next line that a person gives; `undefined` when there is none and there will be none. */
  next(options: readonly string[]): Promise<string | undefined>;
  onInterrupt(listener: () => void): void;
  close(): void;
}

/** Reads stdin only when something is asked, so that a run without questions does not wait for it. */
function createAnswers(io: Io, prompt: boolean): Answers {
  const lines: string[] = [];
  let reader: Interface | undefined;
  let closed = false;
  let interrupted = (): void => undefined;
  let wake = (): void => undefined;

  function open(): Interface {
    const terminal = io.stdin.isTTY === true;
    const made = createInterface({ input: io.stdin, terminal, ...(terminal ? { output: io.stderr } : {}) });
    made.on("line", (text) => {
      if (text.trim() !== "") lines.push(text.trim());
      wake();
    });
    made.on("close", () => {
      closed = true;
      wake();
    });
    made.on("SIGINT", () => interrupted());
    return made;
  }

  return {
    async next(options) {
      if (!closed) reader ??= open();
      while (lines.length === 0 && !closed) {
        const waited = new Promise<void>((resolve) => (wake = resolve));
        if (prompt && io.stdin.isTTY)
          reader?.setPrompt(options.length > 0 ? `answer (1-${options.length}, or your own words): ` : "answer: ");
        if (prompt && io.stdin.isTTY) reader?.prompt();
        await waited;
      }
      const text = lines.shift();
      return text === undefined ? undefined : chosen(text, options);
    },
    onInterrupt: (listener) => (interrupted = listener),
    close() {
      closed = true;
      reader?.close();
      wake();
    },
  };
}

/** A number stands for an option; anything else for itself. */
const chosen = (text: string, options: readonly string[]): string => (/^\d{1,2}$/.test(text) ? (options[Number(text) - 1] ?? text) : text);

function summary({ turns, usage, priced, elapsedMs }: ReturnType<typeof currentRun>): string {
  const money = usage.usd > 0 || priced ? `, $${usage.usd.toFixed(4)}${priced ? "" : " or more"}` : ", price unknown";
  return `  ${turns} ${turns === 1 ? "turn" : "turns"}, ${usage.inputTokens + usage.outputTokens} tokens${money}, ${(elapsedMs / 1000).toFixed(1)} s`;
}

function unknownTeam(team: string, file: string, teams: readonly string[]): string {
  const guess = nearest(team, teams);
  return `${file} has no team "${team}"; it has ${teams.join(", ")}. ${guess ? `Did you mean "${guess}"?` : ""}`.trim();
}

function personName(): string {
  try {
    return userInfo().username || "you";
  } catch {
    return "you"; // A container may run as a user without a name.
  }
}
