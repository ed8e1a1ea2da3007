import { currentRun, isWaiting } from "../../../../src/engine/reading/transcript.ts";
import type { RunEvent } from "../../../../src/engine/events/events.ts";

/** How long a thread that a process had the turn of stood still once that process had ended, in real ms. */
export interface NextStep {
  readonly after: "SIGKILL" | "SIGTERM";
  readonly ms: number;
}

interface Commit {
  readonly atMs: number;
  readonly channel: string;
  readonly seq: number;
  readonly life: string;
}

const COMMIT = /^trace (\d+) ms: (\S+) about to record (\d+)$/;
const KILLED = /^(?:trace (\d+) ms: ends|killed at random after (\d+) ms)$/;
const STOPPED = /^troubled by a stop after (\d+) ms$/;

/**
 * Of each process the lines that each of its lives has told; from the end of a life to what another one, or the next, recorded next in a thread that
 * this one had recorded in last. Threads that waited for a person, or had no run, are passed over.
 */
export function nextStepsIn(
  places: readonly (readonly (readonly string[])[])[],
  logOf: (channel: string) => readonly RunEvent[],
): readonly NextStep[] {
  const lives = places.flatMap((all, place) => all.map((lines, life) => ({ name: `${place}/${life}`, lines })));
  const commits = lives
    .flatMap(({ name, lines }) => lines.flatMap((line) => commitIn(line, name)))
    .toSorted((one, other) => one.atMs - other.atMs);
  const channels = [...Map.groupBy(commits, ({ channel }) => channel)];
  return lives.flatMap(({ name, lines }) => {
    const end = endIn(lines);
    if (!end) return [];
    return channels.flatMap(([channel, own]) => {
      const before = own.findLast(({ atMs }) => atMs <= end.atMs);
      const next = own.find(({ atMs, life }) => atMs > end.atMs && life !== name);
      if (before?.life !== name || !next) return [];
      const events = logOf(channel).slice(0, next.seq - 1);
      return currentRun({ events }).running && !isWaiting({ events }) ? [{ after: end.after, ms: next.atMs - end.atMs }] : [];
    });
  });
}

function commitIn(line: string, life: string): Commit[] {
  const [, atMs, channel, seq] = COMMIT.exec(line) ?? [];
  return channel === undefined ? [] : [{ atMs: Number(atMs), channel, seq: Number(seq), life }];
}

/** The first thing that ended it: one that was told to may be killed all the same. */
function endIn(lines: readonly string[]): { readonly after: NextStep["after"]; readonly atMs: number } | undefined {
  for (const line of lines) {
    const stopped = STOPPED.exec(line)?.[1];
    if (stopped !== undefined) return { after: "SIGTERM", atMs: Number(stopped) };
    const [, atStep, atRandom] = KILLED.exec(line) ?? [];
    const killed = atStep ?? atRandom;
    if (killed !== undefined) return { after: "SIGKILL", atMs: Number(killed) };
  }
  return undefined;
}
