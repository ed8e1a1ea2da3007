import { nearest } from "../../engine/reading/nearest.ts";
import { teamNamed } from "../render/help-text.ts";
import type { TeamCards } from "../../team-shelf.ts";

/** Which team a task asks for. */
export type TeamWish =
  /** `text`: the task, without the team's name. No team: none was named. */
  | { readonly kind: "clear"; readonly team?: string; readonly text: string }
  /** A name was meant, as it seems, and mistyped; or what stands there may be a name or the task's own word. Whoever wrote it is asked. */
  | { readonly kind: "unsure"; readonly said: string; readonly near: string; readonly text: string };

/** A name as people write it into a sentence: with marks around it. */
const NAME = String.raw`[*_\x60"“]{0,3}([^\s:,]{1,64}?)[*_\x60"”]{0,3}`;
/** \X, `team=research …`: always a team. */
const PLAIN = new RegExp(`^team[:=][ \\t]*${NAME}[:,]?(?:\\s+|$)`, "iu");
/** `research: …`, `the research team: …`, `team research: …`: a team where there is such a one; `note: …` is a task. */
const BEFORE = new RegExp(`^(?:the[ \\t]+)?(?:team[ \\t]+)?${NAME}(?:[ \\t]+team)?[ \\t]*:(?:\\s+|$)`, "iu");
/** `with research …`, `ask the research team to …`: a team where more than the name says so. */
const WITHIN = new RegExp(
  `^(?:please[ \\t]+)?(?:with|using|use|ask|let|mit|avec|con|com|met)[ \\t]+(the[ \\t]+)?(team[ \\t]+)?${NAME}([ \\t]+team\\b)?([ \\t]*[:,])?(?:[ \\t]+(?:to\\b[ \\t]*)?|\\s+|$)`,
  "iu",
);

/**
 * What a task says of teams at its beginning. A name that there is, written so that nothing else can be meant, is a clear wish, and one that is
 * near to it is not: it would cost a run of the wrong team.
 */
export function wishedTeam(text: string, teams: TeamCards): TeamWish {
  const plain = PLAIN.exec(text);
  if (plain?.[1]) {
    const rest = text.slice(plain[0].length);
    const team = teamNamed(teams, plain[1]);
    const near = team === undefined ? nearTeam(plain[1], teams) : undefined;
    // Of a team that there is not the runner says which ones there are.
    return near === undefined
      ? { kind: "clear", team: team ?? plain[1], text: rest }
      : { kind: "unsure", said: plain[1], near, text: rest };
  }
  const before = BEFORE.exec(text);
  if (before?.[1]) {
    const rest = text.slice(before[0].length);
    const team = teamNamed(teams, before[1]);
    if (team !== undefined) return { kind: "clear", team, text: rest };
    const near = nearTeam(before[1], teams);
    if (near !== undefined) return { kind: "unsure", said: before[1], near, text: rest };
  }
  const within = WITHIN.exec(text);
  if (within?.[3]) {
    const [whole, , team, said, teamBehind, mark] = within;
    const rest = text.slice(whole.length);
    const named = teamNamed(teams, said);
    const isClear = team !== undefined || teamBehind !== undefined || mark !== undefined;
    if (named !== undefined && isClear) return { kind: "clear", team: named, text: rest };
    const near = named ?? nearTeam(said, teams);
    // What the default team would do anyhow need not be asked about.
    if (near !== undefined && !(named !== undefined && near === teams.default)) return { kind: "unsure", said, near, text: rest };
  }
  return { kind: "clear", text };
}

/** The team of which a word is a typing error; stricter than a guess that only says "did you mean": it holds up whoever meant the word. */
export function nearTeam(said: string, { cards }: Pick<TeamCards, "cards">): string | undefined {
  const letters = said.length;
  if (letters < NEAR_LETTERS_MIN) return undefined;
  const names = cards.map(({ name }) => name).filter((name) => Math.abs(name.length - letters) <= 2);
  const near = nearest(said, names);
  if (near === undefined) return undefined;
  // Two letters in a short word are another word: cooking is not coding.
  return nearest(said, [near], letters >= LONG_LETTERS_MIN ? 2 : 1);
}

const NEAR_LETTERS_MIN = 3;
const LONG_LETTERS_MIN = 8;
