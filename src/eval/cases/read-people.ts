import { ConfigError } from "../../config/config-error.ts";
import type { PersonJudgement } from "../report/people.ts";
import { yesOrNo } from "../scoring/judge.ts";
import { rowsOf } from "./read-cases.ts";
import { asText } from "./template.ts";

/**
 * What people said of answers, of a file (CSV, TSV, JSONL, JSON or YAML) with the columns `case`, `team` (where there are several), `run` (1 when absent)
 * and `good` (yes or no); a row without a judgement is left out. `shown`: what the file is called in a mistake. Throws {@link ConfigError} with line and mend.
 */
export function readPeople(path: string, shown: string): readonly PersonJudgement[] {
  const refuse = (message: string, line?: number): never => {
    throw new ConfigError([{ file: shown, path: "", message, ...(line === undefined ? {} : { line }) }]);
  };
  const read = rowsOf(path, refuse).flatMap(({ fields, line }): PersonJudgement[] => {
    const { good: said, case: name, team, run } = fields;
    if (said === undefined || name === undefined)
      return refuse("needs the columns case and good; parley eval sample writes such a file", line);
    if (asText(said).trim() === "") return [];
    const good = yesOrNo(asText(said));
    if (good === undefined) return refuse(`says "${asText(said).slice(0, 40)}" under good; write yes or no`, line);
    const repeat = asText(run).trim() === "" ? 1 : Number(asText(run));
    if (!Number.isInteger(repeat) || repeat < 1)
      return refuse(`says "${asText(run).slice(0, 40)}" under run; write a whole number from 1`, line);
    return [{ case: asText(name), team: asText(team).trim() === "" ? undefined : asText(team), repeat, good }];
  });
  return read.length > 0 ? read : refuse("holds no judgement; write yes or no under good");
}
