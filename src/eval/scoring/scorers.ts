import type { ScorerDefinition } from "../../config/registry/definition.ts";
import type { ScorerSettings } from "../evaluation-schema.ts";
import { code } from "./code.ts";
import { judge, type AskJudge } from "./judge.ts";
import { limit } from "./limit.ts";
import { scorerNames } from "./names.ts";
import { number } from "./number.ts";
import { program, type RunProgram } from "./program.ts";
import type { Scorer } from "./scorer.ts";
import { contains, exact, json, regex } from "./words.ts";

export interface ScorerParts {
  readonly runProgram: RunProgram;
  /** Asks the judge of this scorer. */
  readonly ask: (scorer: number) => AskJudge;
  /** What the team file's extensions define, by name. */
  readonly own: ReadonlyMap<string, ScorerDefinition>;
}

/** Those that judge one answer, by how they stand in the file. */
export function createScorers(settings: readonly ScorerSettings[], parts: ScorerParts): readonly Scorer[] {
  const names = scorerNames(settings);
  return settings.flatMap((one, index) => {
    const made = scorerOf(one, index, parts);
    return made ? [{ ...made, name: names[index] ?? one.kind }] : [];
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
    case "code":
      return code(settings, own);
    case "pairwise": // Of two answers: see `prefer`.
      return undefined;
  }
}
