import type { ScorerSettings } from "../evaluation-file.ts";
import { judge, type AskJudge } from "./judge.ts";
import { limit } from "./limit.ts";
import { number } from "./number.ts";
import { program, type RunProgram } from "./program.ts";
import type { Scorer } from "./scorer.ts";
import { contains, exact, json, regex } from "./words.ts";

export interface ScorerParts {
  readonly runProgram: RunProgram;
  /** Asks the judge of this scorer. */
  readonly ask: (scorer: number) => AskJudge;
  /** What the team file's extensions define, by name. */
  readonly own: ReadonlyMap<string, OwnScorer>;
}

/** A scorer of an extension's: `score: [{ kind: code, scorer: NAME, with: … }]`. */
export interface OwnScorer {
  readonly score: Scorer["score"];
}

/** Those that judge one answer, by how they stand in the file. */
export function createScorers(settings: readonly ScorerSettings[], parts: ScorerParts): readonly Scorer[] {
  const counts = new Map<string, number>();
  return settings.flatMap((one, index) => {
    const made = scorerOf(one, index, parts);
    if (!made) return [];
    const count = (counts.get(one.kind) ?? 0) + 1;
    counts.set(one.kind, count);
    return [{ ...made, name: count === 1 ? one.kind : `${one.kind} ${count}` }];
  });
}

function scorerOf(settings: ScorerSettings, index: number, { runProgram, ask, own }: ScorerParts): Omit<Scorer, "name"> | undefined {
  switch (settings.kind) {
    case "exact":
      return exact(settings);
    case "contains":
      return contains(settings);
    case "regex":
      return regex(settings);
    case "number":
      return number(settings);
    case "json":
      return json(settings);
    case "program":
      return program(settings, runProgram);
    case "judge":
      return judge(settings, index, ask(index));
    case "limit":
      return limit(settings);
    case "code": {
      const found = own.get(settings.scorer);
      if (!found) throw new Error(`no extension defines the scorer "${settings.scorer}"`);
      return found;
    }
    case "pairwise": // Of two answers: see `prefer`.
      return undefined;
  }
}
