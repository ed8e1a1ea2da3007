import type { Case } from "../cases/read-cases.ts";
import { asText, TemplateError } from "../cases/template.ts";
import type { ScorerSettings } from "../evaluation-schema.ts";
import { expectedBy, refusedBy } from "./expected.ts";
import { brief, type Scorer } from "./scorer.ts";

/** A number in the answer is the expected one, or as near as is asked for. */
export const number = (settings: Extract<ScorerSettings, { readonly kind: "number" }>): Omit<Scorer, "name"> => ({
  refuses: (one) => refusedBy(() => wantedBy(settings, one)),
  score: async (attempt) => {
    const wanted = wantedBy(settings, attempt.case);
    const found = takenOf(attempt.answer, settings.take);
    if (found === undefined) return { passed: false, why: `expected ${wanted}; there is no number in "${brief(attempt.answer)}"` };
    const room = settings.relative ? Math.abs(wanted) * settings.within : settings.within;
    const passed = Math.abs(found - wanted) <= room + ROUNDING * Math.abs(wanted);
    return { passed, why: passed ? `found ${found}` : `expected ${wanted}${room > 0 ? ` ± ${room}` : ""}, found ${found}` };
  },
});

function wantedBy(settings: { readonly expected?: string | undefined }, one: Case): number {
  const given = expectedBy(settings, one);
  const wanted = typeof given === "number" ? given : numbersIn(asText(given)).at(-1);
  if (typeof given === "string" && COMMA_AS_POINT.test(given.trim()))
    throw new TemplateError(
      `case ${one.id} expects "${brief(given)}", of which the comma may be a decimal one or part two numbers; write it with a point`,
    );
  if (wanted === undefined) throw new TemplateError(`case ${one.id} expects "${brief(asText(given))}", which is no number`);
  return wanted;
}

/** One number alone as much of Europe writes it, `12,5` or `1.234,50`: nobody's `1,234`. */
const COMMA_AS_POINT = /^-?[$€£]?\s?\d[\d.]*,\d{1,2}\s?[%€$£]?$/;

/** What binary fractions lose, and no more. */
const ROUNDING = 1e-12;

function takenOf(answer: string, take: "marked" | "last" | "first"): number | undefined {
  const all = numbersIn(answer);
  if (take === "first") return all[0];
  if (take === "last") return all.at(-1);
  const marked = [...answer.matchAll(/####([^\n]*)|\\boxed\{((?:[^{}]|\{[^{}]*\})*)\}/g)].at(-1);
  return (marked && numbersIn(marked[1] ?? marked[2] ?? "").at(-1)) ?? all.at(-1);
}

/** A sign or a currency, whole digits apart by thousands or not, a fraction, a power of ten, what it is divided by. */
const NUMBER =
  /(?<![\w.])(?:(?<!\d\s?)(?<minus>-)[$€£]?|[$€£](?<after>-)?)?(?<whole>\d{1,3}(?:[,\u202f\u00a0']\d{3})+(?!\d)|\d{1,2}(?:,\d{2}){1,7},\d{3}(?!\d)|\d+)?(?<part>\.\d+)?(?<power>[eE][+-]?\d+)?(?:\/(?<under>\d+(?:\.\d+)?))?/g;

/**
 * The numbers in a text, in their order: `1,234.5`, `1,00,000`, `1 234` with a narrow space, `.5`, `-3`, `1.2e-3`, `1.2 × 10^3`, `3/4` and `50%` (as
 * 50), with the digits of other scripts and in the ways of LaTeX too. A full stop behind one ends the sentence, and a minus sign between two is a dash.
 */
export function numbersIn(text: string): readonly number[] {
  const found = text
    // Of each row of these the first is a 0, and its code ends in one.
    .replaceAll(/[\uff10-\uff19\u0660-\u0669\u06f0-\u06f9]/g, (digit) => String(digit.charCodeAt(0) & 15))
    .replaceAll("\u2212", "-")
    .replaceAll(/(?<=\d)(?:\{,\}|\\[,:; ])(?=\d{3}(?!\d))/g, ",")
    .replaceAll(/(?<=\d)\s?(?:×|\\times|\\cdot|·)\s?10\^(?:\{([+-]?\d+)\}|([+-]?\d+))/g, "e$1$2")
    .replaceAll(/\\(?:[dt]?frac)\{(-?[\d.]+)\}\{(-?[\d.]+)\}/g, "$1/$2")
    .matchAll(NUMBER);
  return [...found].flatMap(({ groups = {} }) => {
    const { minus = "", after = "", whole, part = "", power = "", under } = groups;
    if (whole === undefined && part === "") return [];
    const value = Number(`${minus || after}${(whole ?? "0").replaceAll(/[,\u202f\u00a0']/g, "")}${part}${power}`);
    const divided = under === undefined ? value : value / Number(under);
    return Number.isFinite(divided) ? [divided] : [];
  });
}
