import { ACTIONS } from "../../../src/slack/words/blocks.ts";
import { AT_REST, expectedOf, looksAs, violationsOf, type Expected } from "./compare.ts";
import { play, type Death, type NamedPoint, type Outcome, type Play } from "./stage.ts";
import { randomOf } from "../chance.ts";
import { isOfKind } from "../slack/thread.ts";

export interface CrashSuite {
  /** How many of the steps that an undisturbed run takes are killed at. */
  readonly points: number;
  /** The steps of one conversation, which is had alone; of all at once when absent. */
  readonly only?: string;
  /** How many lives end at a random instant, each by its own seed. */
  readonly randomDeaths: number;
  readonly seed: number;
  /** An image of the local engine; without one, code is not run. */
  readonly image: string | undefined;
  readonly onPlayed?: (played: CrashPlay) => void;
}

/** All conversations with some kills; what is in it is enough to have it again. */
export interface CrashPlay {
  readonly points: Play["points"];
  readonly deaths: readonly Death[];
  /** Of the points. */
  readonly reached: readonly NamedPoint[];
  /** How the lives ended, in order. */
  readonly ended: readonly string[];
  readonly violations: readonly string[];
  readonly log: readonly string[];
}

export interface CrashReport {
  /** Steps of the undisturbed run: how many there are to be killed at. */
  readonly steps: number;
  readonly kills: number;
  /** Threads and logs compared with the undisturbed ones. */
  readonly checked: number;
  readonly plays: readonly CrashPlay[];
}

/** Kills in one play: each is a start, which is what a play costs. */
const KILLS_PER_PLAY = 20;
const RANDOM_KILLS_PER_PLAY = 6;
/** What is wrong in so many is not waited for in all the others, each of which would stand still for a minute and more. */
const VIOLATED_PLAYS_MAX = 3;
/** Plays side by side. A life waits about half of its time, for its Slack and for its clock: three of them keep a small machine's two cores busy. */
const PLAYS_AT_ONCE = 3;
/** Real ms in which nothing changes any more after the last end, without kills: some times the pause between two edits of a card. */
const QUIET_MS = 3_000;
/** A life of the undisturbed run, and its start. */
const LIFE_MS = 2_500;

/** Has all conversations once undisturbed and many times with kills, and tells each difference; ends early where too many plays have one. */
export async function crashSuite(suite: CrashSuite): Promise<CrashReport> {
  const random = randomOf(suite.seed);
  const undisturbed = await withoutKills(suite);
  const expected = expectedOf(undisturbed);
  const chosen = spread(undisturbed.steps, suite.points, random);
  const plays: Pick<Play, "points" | "deaths">[] = [
    ...chunks(chosen, KILLS_PER_PLAY).map((points) => ({ points })),
    ...chunks(deathsOf(suite.randomDeaths, undisturbed.steps.length, random), RANDOM_KILLS_PER_PLAY).map((deaths) => ({ deaths })),
  ];
  const played: CrashPlay[] = [];
  const next = async () => {
    const isBroken = () => played.filter(({ violations }) => violations.length > 0).length >= VIOLATED_PLAYS_MAX;
    for (let kills = plays.shift(); kills && !isBroken(); kills = plays.shift()) {
      const one = await withKills(kills, expected, suite);
      suite.onPlayed?.(one);
      played.push(one);
    }
  };
  const playAll = () => Promise.all(Array.from({ length: PLAYS_AT_ONCE }, next));
  await playAll();
  // What one kill made unreachable is reached in a play with fewer of them.
  const unreached = chosen.filter((point) => !played.some(({ reached }) => reached.includes(point)));
  plays.push(...chunks(unreached, KILLS_PER_PLAY / 2).map((points) => ({ points })));
  await playAll();
  const checked = played.length * expected.size * CHECKS_PER_CONVERSATION;
  return { steps: undisturbed.steps.length, checked, kills: played.reduce((sum, { ended }) => sum + ended.length, 0), plays: played };
}

/** Each message once, the thread, the status line, the session, the log, its numbers; see `violationsOf`. */
const CHECKS_PER_CONVERSATION = 6;

export type Cast = Pick<Play, "image" | "only">;

/** Whether a conversation has ended and nothing has changed in it for a while; to be asked again and again. */
export function hasComeToRest(): Play["hasEnded"] {
  const ended = new Map<string, { readonly shown: string; readonly atMs: number }>();
  return ({ conversation, thread, status, session }) => {
    if (thread.filter((message) => isOfKind(message, "end")).length < conversation.runs) return false;
    // On a machine that is busy elsewhere that may take longer than the rest.
    if (status !== "" || (session !== undefined && session !== AT_REST)) return false;
    const shown = JSON.stringify([thread, status, session]);
    // A card is still to be told that its run is over.
    if (shown.includes(`"${ACTIONS.stop}"`)) return false;
    const before = ended.get(conversation.name);
    if (before?.shown === shown) return Date.now() - before.atMs >= QUIET_MS;
    ended.set(conversation.name, { shown, atMs: Date.now() });
    return false;
  };
}

export async function withoutKills({ image, only }: Cast): Promise<Outcome> {
  const undisturbed = await play({ image, only, reportsSteps: true, hasEnded: hasComeToRest() });
  if (undisturbed.trouble.length > 0) throw new Error(`without kills: ${undisturbed.trouble.join("; ")}`);
  return undisturbed;
}

/** One play; to have it again, hand in its kills. */
export async function withKills(
  { points = [], deaths = [] }: Pick<Play, "points" | "deaths">,
  expected: ReadonlyMap<string, Expected>,
  { image, only }: Cast,
): Promise<CrashPlay> {
  const outcome = await play({
    image,
    only,
    points,
    deaths,
    hasEnded(played) {
      const wanted = expected.get(played.conversation.name);
      return wanted !== undefined && looksAs(played, wanted);
    },
  });
  const { deaths: ended, reached, log } = outcome;
  return { points, deaths, ended, reached, log, violations: violationsOf(outcome, expected) };
}

/** Steps of every kind and every conversation before a second of the same; which of a kind, chance decides. */
export function spread(steps: readonly NamedPoint[], count: number, random: () => number): NamedPoint[] {
  const kinds = new Map<string, NamedPoint[]>();
  for (const step of shuffled(steps, random)) {
    if (step.conversation === "") continue; // Before anybody has said anything; random instants hit those.
    const kind = `${step.what} ${step.conversation}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), step]);
  }
  const byWhat = Map.groupBy(kinds.values(), ([first]) => first?.what ?? "");
  const lines = [...byWhat.values()].map((groups) => roundRobin(groups));
  return roundRobin(lines).slice(0, count);
}

function roundRobin<T>(lines: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lines.map((line) => line.length));
  return Array.from({ length: longest }, (_, index) => lines.flatMap((line) => line.slice(index, index + 1))).flat();
}

/** By turns at a step, which can be had again exactly, and at a moment of the machine's clock, which cannot but hits everything. */
function deathsOf(count: number, steps: number, random: () => number): Death[] {
  return Array.from({ length: count }, (_, index) =>
    index % 2 === 0 ? { atStep: 1 + Math.floor(random() * steps * 0.4) } : { afterMs: Math.floor(300 + random() * LIFE_MS) },
  );
}

export const chunks = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
