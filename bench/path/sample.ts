import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Program } from "../support/bots.ts";
import type { InstantSlack } from "../support/instant-slack.ts";
import { markOf } from "./instant-model.ts";
import { cpuMs, diskBytes, flushesDuring, type Flushes } from "./process.ts";
import { CHUNKS, onStage, type Stage } from "./stage.ts";

/** What is measured of one process, from its start to its end. */
export interface Task {
  readonly program: Program;
  /** A selector's team takes so many turns on each mention; else there is one. */
  readonly turns?: number;
  readonly cells: readonly Cell[];
  /** Answers before anything but the cold cell is measured. */
  readonly warmUp: number;
}

/** `cold` is measured before the warm-up, `flushes` under strace. */
export type Cell = "cold" | "at10" | "at50" | "chunks" | "flushes" | "team";

/** For each turn. */
export interface Figures {
  readonly cpuMs: number;
  readonly posts: number;
  readonly calls: number;
  readonly diskKb: number;
  readonly flushes?: Flushes;
}

export type Sample = { readonly [cell in Cell]?: Figures };

const CHUNKS_MANY = 200;
const COLD_MENTIONS = 8;
/** Pauses of people in a quiet workspace, shortened: everything that follows an answer at once is over. */
const COLD_PAUSE_MS = 300;
const IDLE_MS = 1_500;
/** No call for so long, and what an answer costs is over. */
const QUIET_MS = 1_500;
/** What goes on for longer, such as edits of cards at the pace of its own, is counted in the next cell, which has as much of its own left over. */
const QUIET_MS_MAX = 6_000;
const ANSWERS_MS_MAX = 120_000;
/** Conversations at once, and rounds of them. */
const ROUNDS: { readonly [cell in Exclude<Cell, "cold">]: { readonly atOnce: number; readonly rounds: number } } = {
  at10: { atOnce: 10, rounds: 4 },
  at50: { atOnce: 50, rounds: 1 },
  chunks: { atOnce: 10, rounds: 2 },
  flushes: { atOnce: 10, rounds: 1 },
  team: { atOnce: 10, rounds: 1 },
};

export const sampleOf = ({ program, turns = 1, cells, warmUp }: Task, place: string): Promise<Sample> =>
  onStage(program, { place, turns }, (stage) => measured({ ...stage, turns }, cells, warmUp));

type Measured = Stage & { readonly turns: number };

async function measured(stage: Measured, cells: readonly Cell[], warmUp: number): Promise<Sample> {
  const { bot, model, folder } = stage;
  await sleep(IDLE_MS); // What its start has left behind.
  const idle = cpuMs(bot.pid);
  await sleep(IDLE_MS);
  const idleMsPerMs = (cpuMs(bot.pid) - idle) / IDLE_MS;
  const sample: { [cell in Cell]?: Figures } = {};
  if (cells.includes("cold")) sample.cold = await figuresOf(stage, COLD_MENTIONS, idleMsPerMs, () => oneByOne(stage, COLD_MENTIONS));
  for (let answered = 0; answered < warmUp; answered += 10 * stage.turns) await atOnce(stage, 10);
  await stage.answers.quiet(QUIET_MS, QUIET_MS_MAX);
  for (const cell of cells) {
    if (cell === "cold") continue;
    const { atOnce: count, rounds } = ROUNDS[cell];
    const work = async () => {
      for (let round = 0; round < rounds; round++) await atOnce(stage, count);
    };
    model.setChunks(cell === "chunks" ? CHUNKS_MANY : CHUNKS);
    let flushes: Flushes | undefined;
    const trace = async () => void (flushes = await flushesDuring(bot.pid, join(folder, "strace.txt"), () => untilQuiet(stage, work)));
    const figures = await figuresOf(stage, count * rounds * stage.turns, idleMsPerMs, cell === "flushes" ? trace : work);
    const each = (value: number) => value / (count * rounds * stage.turns);
    sample[cell] = flushes ? { ...figures, flushes: { all: each(flushes.all), blocking: each(flushes.blocking) } } : figures;
  }
  return sample;
}

async function untilQuiet({ answers }: Stage, work: () => Promise<void>): Promise<void> {
  await work();
  await answers.quiet(QUIET_MS, QUIET_MS_MAX);
}

async function figuresOf(stage: Measured, turns: number, idleMsPerMs: number, work: () => Promise<void>): Promise<Figures> {
  const { bot, answers } = stage;
  answers.takeCounts();
  const before = { cpu: cpuMs(bot.pid), disk: diskBytes(bot.pid) };
  await work();
  const workedAt = performance.now();
  await answers.quiet(QUIET_MS, QUIET_MS_MAX);
  const idle = idleMsPerMs * (performance.now() - workedAt);
  const { calls, posts } = answers.takeCounts();
  return {
    cpuMs: (cpuMs(bot.pid) - before.cpu - idle) / turns,
    posts: posts / turns,
    calls: calls / turns,
    diskKb: (diskBytes(bot.pid) - before.disk) / 1_024 / turns,
  };
}

let conversations = 1_000;

/** So many people ask at once, each in a channel of their own; resolves when all answers are whole. */
async function atOnce(stage: Measured, count: number): Promise<void> {
  const asked = Array.from({ length: count }, () => ++conversations);
  await Promise.all(asked.map((conversation) => ask(stage.slack, conversation)));
  const marks = asked.flatMap((conversation) => Array.from({ length: stage.turns }, (_, turn) => markOf(conversation, turn)));
  await stage.answers.whole(marks, ANSWERS_MS_MAX);
}

async function oneByOne(stage: Measured, count: number): Promise<void> {
  for (let nth = 0; nth < count; nth++) {
    await atOnce(stage, 1);
    await stage.answers.quiet(COLD_PAUSE_MS, QUIET_MS_MAX);
  }
}

async function ask(slack: InstantSlack, conversation: number): Promise<void> {
  const channel = `C${String(conversation).padStart(8, "0")}`;
  const text = `please answer task-${conversation}.0 in a few words`;
  const acked = await slack.mention({ channel, user: "U0MARIA", ts: `${1_767_600_000 + conversation}.000100`, text });
  if (acked === undefined) throw new Error(`the mention of conversation ${conversation} was refused`);
}
