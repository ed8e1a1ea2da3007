import { setTimeout as sleep } from "node:timers/promises";
import { randomOf } from "../../chance.ts";
import { expectedOf, looksAs, violationsOf, type Expected } from "../compare.ts";
import type { NamedPoint, Outcome } from "../stage.ts";
import { chunks, hasComeToRest, spread, withoutKills } from "../suite.ts";
import type { Weather } from "./network.ts";
import { FROZEN_MS, playTogether, type OutcomeTogether, type PlayTogether } from "./stage.ts";
import type { Trouble } from "./troubles.ts";
import { openWorld, PLAYS_MAX, PROCESSES_MAX, type World } from "./world.ts";

export interface TogetherSuite {
  /** Steps at which a process is killed, and some at which one stands still instead. */
  readonly points: number;
  /** Instants at which the way between a process and the server is cut. */
  readonly partitions: number;
  readonly seed: number;
  /** Plays side by side: each thing that happens to the server happens to all of them. */
  readonly playsAtOnce: number;
  /** Plays before all others, one at a time; see {@link TogetherReport.handovers}. */
  readonly handovers?: number;
  /** So long (ms) after the suite has begun no play begins any more. */
  readonly beginsForMs?: number;
  /** Steps that were not reached, since something else came before, are come to in plays with fewer of them, once. */
  readonly triesAgain?: boolean;
  readonly image: string | undefined;
  readonly onPlayed?: (played: PlayedTogether) => void;
}

export interface PlayedTogether {
  readonly processes: number;
  readonly points: PlayTogether["points"];
  readonly troubles: readonly Trouble[];
  readonly reached: readonly NamedPoint[];
  readonly deaths: readonly string[];
  readonly violations: readonly string[];
  readonly log: readonly string[];
  /** See {@link OutcomeTogether.evidence}; nothing where nothing was violated. */
  readonly evidence: readonly string[];
  /** Of models, beyond those of the undisturbed play. */
  readonly paidTwice: number;
  readonly inFlight: number;
  readonly unmissedMs: number;
  readonly nextSteps: OutcomeTogether["nextSteps"];
}

export interface TogetherReport {
  readonly steps: number;
  /** Plays that there was no time for. */
  readonly notBegun: number;
  readonly checked: number;
  readonly plays: readonly PlayedTogether[];
  /** Of the server, by name. */
  readonly befell: readonly string[];
  /** Plays in which nothing happened but that one process was told to end or killed: what is measured there comes of nothing else. */
  readonly handovers: readonly PlayedTogether[];
  /** What this machine lets one do. */
  readonly has: { readonly [what in Weather | "disk"]: boolean };
}

const POINTS_PER_PLAY = 12;
/** Of so many points one at which a process does not end, but stands still. */
const FREEZES_AT_EACH = 4;
/** A play lasts about so long (real ms); what happens at random does so meanwhile. */
const PLAY_MS = 24_000;
const APART_MS = [2_000, 16_000] as const;
const LOSSY_MS = 6_000;
const SLOW_MS = 6_000;
const FULL_MS = 3_000;
/** As a part of {@link PLAY_MS}, between two things that happen to the server: from, and up to so much more. The first two come in the shortest play. */
const SOON = [0.15, 0.2] as const;
const SELDOM = [0.3, 0.3] as const;
/** By turns, each alone. */
const HANDOVERS: readonly Trouble[] = [
  { kind: "stop", process: 0, afterMs: 0, isAtWork: true },
  { kind: "kill", process: 1, afterMs: 0, isAtWork: true },
];
/** Each thread's messages once, what is in it, status, session, log and its numbers; and what is left in the tables. */
const CHECKS_PER_CONVERSATION = 6;
const CHECKS_PER_PLAY = 12;

/** Has all conversations undisturbed, by one process and by two, and then many times by two and three with all that may happen. */
export async function togetherSuite(suite: TogetherSuite): Promise<TogetherReport> {
  const world = await openWorld();
  const startedAtMs = performance.now();
  const isLate = () => suite.beginsForMs !== undefined && performance.now() - startedAtMs > suite.beginsForMs;
  try {
    const random = randomOf(suite.seed);
    const [alone, undisturbed] = await Promise.all([withoutKills({ image: suite.image }), undisturbedIn(world, suite)]);
    const expected = expectedOf(alone);
    const apart = violationsOf(undisturbed, expected);
    if (apart.length > 0) throw new Error(`without kills two processes on Postgres differ from one on SQLite: ${apart.join("; ")}`);
    const ofAll = { expected, calls: undisturbed.calls.made };
    const handovers: PlayedTogether[] = [];
    for (let play = 0; play < (suite.handovers ?? 0); play++) {
      const troubles = HANDOVERS.filter((_trouble, index) => index === play % HANDOVERS.length);
      handovers.push(await withTroubles({ processes: 2, troubles, world, slot: 0, image: suite.image }, ofAll));
    }
    const plays = planned(suite, undisturbed, { random, hasNetwork: world.network?.can.has("apart") === true });
    const played: PlayedTogether[] = [];
    const befell: string[] = [];
    const begunAtMs = new Map<number, number>();
    const next = async (slot: number) => {
      for (let plan = plays[0]; plan && !isLate(); plan = plays[0]) {
        plays.shift();
        begunAtMs.set(slot, performance.now());
        const one = await withTroubles({ ...plan, world, slot, image: suite.image }, ofAll);
        suite.onPlayed?.(one);
        played.push(one);
      }
      begunAtMs.delete(slot);
    };
    const over = new AbortController();
    const weather = befall(world, {
      random,
      befell,
      over: over.signal,
      // One that is late is let come to its end.
      isToRest: () => [...begunAtMs.values()].some((atMs) => performance.now() - atMs > 2 * PLAY_MS),
    });
    const playAll = () => Promise.all(Array.from({ length: Math.min(suite.playsAtOnce, PLAYS_MAX) }, (_, slot) => next(slot)));
    try {
      await playAll();
      if (suite.triesAgain)
        plays.push(...withFewer(played.flatMap(({ points = [], reached }) => points.filter((point) => !reached.includes(point)))));
      await playAll();
    } finally {
      over.abort();
      await weather;
    }
    const checked = (played.length + handovers.length) * (expected.size * CHECKS_PER_CONVERSATION + CHECKS_PER_PLAY);
    const can = (weather: Weather) => world.network?.can.has(weather) === true;
    const has = { apart: can("apart"), lossy: can("lossy"), disk: world.fillDisk !== undefined };
    return { steps: undisturbed.steps.length, notBegun: plays.length, checked, plays: played, befell, handovers, has };
  } finally {
    await world.remove();
  }
}

export const undisturbedIn = (world: World, { image }: Pick<TogetherSuite, "image">): Promise<OutcomeTogether> =>
  playTogether({ world, slot: 0, processes: 2, reportsSteps: true, image, hasEnded: hasComeToRest() });

/** One play; to have it again, hand in the same. */
export async function withTroubles(
  given: Omit<PlayTogether, "hasEnded"> & { readonly troubles: readonly Trouble[] },
  { expected, calls }: { readonly expected: ReadonlyMap<string, Expected>; readonly calls: number },
): Promise<PlayedTogether> {
  const outcome = await playTogether({ ...given, hasEnded: looksAsExpected(expected) });
  const { processes, points, troubles } = given;
  const { deaths, reached, log, unmissedMs, nextSteps } = outcome;
  const paidTwice = outcome.calls.made - calls;
  const { inFlight } = outcome.calls;
  const paid = paidTwice > inFlight ? [`${paidTwice} calls of models were made twice, and only ${inFlight} were in flight`] : [];
  const violations = [...violationsOf(outcome, expected), ...paid];
  const evidence = violations.length > 0 ? outcome.evidence : [];
  return { processes, points, troubles, deaths, reached, log, evidence, unmissedMs, nextSteps, paidTwice, inFlight, violations };
}

/** To be asked again and again: a conversation is looked through where something in it is new. Whoever asks is Slack for all processes, too. */
function looksAsExpected(expected: ReadonlyMap<string, Expected>): PlayTogether["hasEnded"] {
  const looked = new Map<string, { readonly shown: string; readonly isSo: boolean }>();
  return (played) => {
    const { name } = played.conversation;
    const shown = JSON.stringify([played.thread, played.status, played.session]);
    const before = looked.get(name);
    if (before?.shown === shown) return before.isSo;
    const wanted = expected.get(name);
    const isSo = wanted !== undefined && looksAs(played, wanted);
    looked.set(name, { shown, isSo });
    return isSo;
  };
}

type Plan = Pick<PlayTogether, "processes" | "points"> & { readonly troubles: readonly Trouble[] };

function planned(
  { points, partitions }: TogetherSuite,
  { steps }: Outcome,
  { random, hasNetwork }: { readonly random: () => number; readonly hasNetwork: boolean },
): Plan[] {
  const count = Math.ceil(points / POINTS_PER_PLAY);
  // Of the points of each play some, and not all points of some plays.
  const chosen = spread(steps, points, random).map((point, index) => ({
    ...point,
    freezes: Math.floor(index / count) % FREEZES_AT_EACH === 2,
  }));
  return Array.from({ length: count }, (_, play) => {
    const processes = play % 2 === 0 ? 2 : PROCESSES_MAX;
    const afterMs = () => Math.floor(1_000 + random() * PLAY_MS);
    const process = () => Math.floor(random() * processes);
    const apart = Array.from(
      { length: hasNetwork ? Math.floor(((play + 1) * partitions) / count) - Math.floor((play * partitions) / count) : 0 },
      () => ({
        kind: "apart" as const,
        process: process(),
        afterMs: afterMs(),
        forMs: Math.floor(APART_MS[0] + random() * (APART_MS[1] - APART_MS[0])),
      }),
    );
    return {
      processes,
      points: chosen.filter((_point, index) => index % count === play),
      troubles: [
        ...apart,
        { kind: "kill", process: process(), afterMs: afterMs() },
        { kind: "freeze", process: process(), afterMs: afterMs(), forMs: FROZEN_MS },
        { kind: "stop", process: process(), afterMs: afterMs() },
        { kind: "cut", afterMs: afterMs() },
        play % 2 === 0
          ? { kind: "lossy", process: process(), afterMs: afterMs(), forMs: LOSSY_MS }
          : { kind: "slow", afterMs: afterMs(), forMs: SLOW_MS },
      ],
    };
  });
}

const withFewer = (points: NonNullable<PlayTogether["points"]>): Plan[] =>
  chunks(points, POINTS_PER_PLAY / 2).map((some, play) => ({ processes: play % 2 === 0 ? 2 : PROCESSES_MAX, points: some, troubles: [] }));

/** What happens to the server, by turns, while plays are under way. */
async function befall(
  world: World,
  given: { readonly random: () => number; readonly befell: string[]; readonly over: AbortSignal; readonly isToRest: () => boolean },
): Promise<void> {
  const { random, befell, over, isToRest } = given;
  const pause = (ms: number) => sleep(ms, undefined, { signal: over }).catch(() => undefined);
  for (let turn = 0; !over.aborted; turn++) {
    const [from, more] = turn < 2 ? SOON : SELDOM;
    await pause(PLAY_MS * (from + random() * more));
    if (over.aborted) return;
    if (isToRest()) continue;
    if (turn % 2 === 0) {
      await world.restart();
      befell.push("server restarted");
    } else if (world.fillDisk) {
      const free = world.fillDisk();
      befell.push("disk full");
      await pause(FULL_MS);
      free();
    }
  }
}
