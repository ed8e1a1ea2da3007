import { execFileSync, fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Sample, Taken } from "./conversations-held.ts";

/** So much more than the commit that it is compared with a turn may take; less than this cannot be told from noise. */
const RATIO_MAX = 1.05;
/** Each with processes of its own: how V8 has compiled one process' code, and where its memory lies, holds for as long as it lives. */
const ROUNDS = 4;
/** Measured in pairs, one version after the other, in changing order: so many a round at least, */
const PAIRS_MIN = 16;
/** and at most, while the middle of all pairs is not known to {@link ERROR_MAX}. */
const PAIRS_MAX = 64;
/** A standard error well below what may be missed by. */
const ERROR_MAX = 0.015;
/** Before that, until both are compiled. */
const WARM_UPS = 10;

const SAMPLES: readonly Sample[] = [
  { where: "memory", led: "round robin", turns: 10, repeats: 500 },
  { where: "memory", led: "round robin", turns: 100, repeats: 50 },
  { where: "memory", led: "round robin", turns: 1_000, repeats: 5 },
  { where: "memory", led: "selector", turns: 100, repeats: 20 },
  { where: "SQLite", led: "round robin", turns: 10, repeats: 25 },
  { where: "SQLite", led: "round robin", turns: 100, repeats: 5 },
  { where: "SQLite", led: "round robin", turns: 1_000, repeats: 1 },
  { where: "SQLite", led: "selector", turns: 100, repeats: 4 },
];

/**
 * What a turn takes now to what it took at a commit: both in one run, in processes of their own, in pairs. The median of all pairs' ratios of CPU time
 * counts: it is disturbed least by what else the machine does. True when every ratio is within the target. A quarter of an hour at most.
 */
export async function compared(commit: string): Promise<boolean> {
  const [there, here] = [checkedOut(commit), join(import.meta.dirname, "../..")];
  const pairsOf = new Map(SAMPLES.map((sample) => [sample, [] as (readonly [Taken, Taken])[]]));
  for (let round = 0; round < ROUNDS; round++) {
    const [now, before] = [await started(here), await started(there)];
    for (const [sample, pairs] of pairsOf) {
      for (let warm = 0; warm < WARM_UPS; warm++) for (const version of [now, before]) await taken(version, sample);
      for (let pair = 0; pair < PAIRS_MAX && (pair < PAIRS_MIN || errorOf(ratiosOf(pairs)) > ERROR_MAX); pair++) {
        const [first, second] = pair % 2 === 0 ? [now, before] : [before, now];
        const [one, other] = [await taken(first, sample), await taken(second, sample)];
        pairs.push(first === now ? [one, other] : [other, one]);
      }
    }
    for (const { process } of [now, before]) process.disconnect();
  }
  const rows: Record<string, object> = {};
  let isHeld = true;
  for (const [sample, pairs] of pairsOf) {
    const ratios = ratiosOf(pairs);
    const ratio = at(ratios, 1 / 2);
    const us = (side: 0 | 1) => round(at(sorted(pairs.map((pair) => pair[side].cpuUs / pair[side].turnsEnded)), 1 / 2));
    if (ratio > RATIO_MAX) isHeld = false;
    rows[`${sample.where}, ${sample.led}, ${sample.turns} turns`] = {
      ratio: round(ratio),
      "middle half": `${round(at(ratios, 1 / 4))} … ${round(at(ratios, 3 / 4))}`,
      pairs: pairs.length,
      "standard error": Math.round(errorOf(ratios) * 1_000) / 1_000,
      "µs a turn": us(0),
      [`at ${commit}`]: us(1),
      [`at most ${RATIO_MAX}`]: ratio > RATIO_MAX ? "missed" : "held",
    };
  }
  console.table(rows);
  return isHeld;
}

/** Its sources in a folder that goes with this process, with the packages of this checkout. */
function checkedOut(commit: string): string {
  const git = (...args: readonly string[]) =>
    execFileSync("git", args, { cwd: import.meta.dirname, encoding: "buffer", stdio: ["ignore", "pipe", "ignore"] });
  const root = mkdtempSync(join(tmpdir(), "parley-bench-before-"));
  process.on("exit", () => rmSync(root, { recursive: true, force: true }));
  try {
    git("rev-parse", "--verify", "--quiet", `${commit}^{commit}`);
    const archive = join(root, "sources.tar");
    git("-C", "../..", "archive", "--output", archive, commit, "src", "package.json");
    mkdirSync(join(root, "at"));
    execFileSync("tar", ["-xf", archive, "-C", join(root, "at")]);
  } catch {
    throw new NoSuchHistory(commit);
  }
  const packages = join(import.meta.dirname, "../../node_modules");
  if (existsSync(packages)) symlinkSync(packages, join(root, "at/node_modules"));
  return join(root, "at");
}

export class NoSuchHistory extends Error {
  constructor(commit: string) {
    super(
      `This checkout does not have the commit ${commit}, so nothing can be compared with it: fetch the whole history (git fetch --unshallow).`,
    );
  }
}

interface Version {
  readonly process: ChildProcess;
}

async function started(root: string): Promise<Version> {
  const child = fork(join(import.meta.dirname, "conversations-held.ts"), [root], { execArgv: ["--no-warnings"] });
  await answered(child);
  return { process: child };
}

async function taken({ process: child }: Version, sample: Sample): Promise<Taken> {
  child.send(sample);
  const result = (await answered(child)) as Taken;
  const wanted = sample.turns * sample.repeats;
  if (result.turnsEnded !== wanted) throw new Error(`${result.turnsEnded} turns ended of ${wanted}: the two cannot be compared`);
  return result;
}

/** Its next message; one that ends without one has failed. */
async function answered(child: ChildProcess): Promise<unknown> {
  const left = new AbortController();
  try {
    const { signal } = left;
    return await Promise.race([
      once(child, "message", { signal }).then(([message]: readonly unknown[]) => message),
      once(child, "exit", { signal }).then(() => Promise.reject(new Error("a process that held conversations has ended early"))),
    ]);
  } finally {
    left.abort();
  }
}

const sorted = (numbers: readonly number[]): readonly number[] => numbers.toSorted((a, b) => a - b);

const ratiosOf = (pairs: readonly (readonly [Taken, Taken])[]): readonly number[] => sorted(pairs.map(([a, b]) => a.cpuUs / b.cpuUs));

/** Of the median of sorted ratios, as that of a normal distribution: 1.25 standard deviations ÷ the root of their number, a deviation being the middle half ÷ 1.35. */
const errorOf = (ratios: readonly number[]): number => (0.93 * (at(ratios, 3 / 4) - at(ratios, 1 / 4))) / Math.sqrt(ratios.length);

const at = (sorted: readonly number[], share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;

const round = (value: number): number => Math.round(value * 100) / 100;
