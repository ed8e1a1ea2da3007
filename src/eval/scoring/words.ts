import type { Case } from "../cases/read-cases.ts";
import { asText, readTemplate, TemplateError } from "../cases/template.ts";
import type { ScorerSettings } from "../evaluation-schema.ts";
import { isDeeperThan } from "../../engine/limits/json-depth.ts";
import { expectedBy, refusedBy } from "./expected.ts";
import { brief, type Scorer } from "./scorer.ts";

type Of<Kind extends ScorerSettings["kind"]> = Extract<ScorerSettings, { readonly kind: Kind }>;

/** The answer is what is expected, but for spaces at its ends. */
export const exact = (settings: Of<"exact">): Omit<Scorer, "name"> => ({
  refuses: (one) => refusedBy(() => wordsOf(settings, one)),
  score: async (attempt) => {
    const wanted = wordsOf(settings, attempt.case);
    const fold = settings.ignoreCase ? (text: string) => text.toLowerCase() : (text: string) => text;
    const passed = fold(attempt.answer.trim()) === fold(wanted);
    return { passed, why: passed ? "as expected" : `expected "${brief(wanted)}", found "${brief(attempt.answer)}"` };
  },
});

/** What is expected is somewhere in the answer, and nothing of what must not be. */
export const contains = (settings: Of<"contains">): Omit<Scorer, "name"> => ({
  refuses: (one) =>
    refusedBy(() => {
      const wanted = wordsOf(settings, one);
      const inIt = unwantedOf(settings, one).find((text) => isThere(settings, wanted, text));
      if (inIt !== undefined)
        throw new TemplateError(
          `case ${one.id} expects "${brief(wanted)}", and "${brief(inIt)}" in it must not be there; no answer is right`,
        );
    }),
  score: async (attempt) => {
    const wanted = wordsOf(settings, attempt.case);
    const isIn = (text: string): boolean => isThere(settings, attempt.answer, text);
    if (!isIn(wanted)) return { passed: false, why: `"${brief(wanted)}" is not in "${brief(attempt.answer)}"` };
    const unwanted = unwantedOf(settings, attempt.case).find(isIn);
    if (unwanted !== undefined) return { passed: false, why: `"${brief(unwanted)}" is in "${brief(attempt.answer)}", too` };
    return { passed: true, why: "it is there" };
  },
});

/** An empty one would be in every answer. */
function unwantedOf({ without }: Of<"contains">, { fields }: Case): readonly string[] {
  if (without === undefined) return [];
  const value = readTemplate(without).fill(fields);
  return (Array.isArray(value) ? value.map(asText) : [asText(value)]).map((text) => text.trim()).filter((text) => text !== "");
}

/** An empty cell expects nothing, and a run that said nothing would be right. */
function wordsOf(settings: { readonly expected?: string | undefined }, one: Case): string {
  const wanted = asText(expectedBy(settings, one)).trim();
  if (wanted === "") throw new TemplateError(`case ${one.id} expects nothing: the field is empty; fill it in, or leave the case out`);
  return wanted;
}

function isThere({ ignoreCase, words }: Of<"contains">, text: string, wanted: string): boolean {
  const fold = (of: string): string => (ignoreCase ? of.toLowerCase() : of);
  return words ? isInWords(fold(text), fold(wanted)) : fold(text).includes(fold(wanted));
}

/** No letter and no digit is right before it or behind it. */
function isInWords(text: string, wanted: string): boolean {
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1))
    if (!/[\p{L}\p{N}]$/u.test(text.slice(Math.max(0, at - 2), at)) && !/^[\p{L}\p{N}]/u.test(text.slice(at + wanted.length))) return true;
  return false;
}

const ANSWER_CHARS_MATCHED_MAX = 100_000; // A pattern may take long over very long text.

/** The pattern is found; where it has a group, the group holds what is expected. */
export const regex = (settings: Of<"regex">): Omit<Scorer, "name"> => {
  const pattern = new RegExp(settings.pattern, settings.flags);
  const hasGroup = (new RegExp(`${settings.pattern}|`, settings.flags).exec("")?.length ?? 1) > 1;
  return {
    refuses: (one) => (hasGroup ? refusedBy(() => expectedBy(settings, one, "optional")) : undefined),
    score: async (attempt) => {
      const found = pattern.exec(attempt.answer.slice(-ANSWER_CHARS_MATCHED_MAX));
      if (!found) return { passed: false, why: `/${settings.pattern}/ is not in "${brief(attempt.answer)}"` };
      const wanted = hasGroup ? asText(expectedBy(settings, attempt.case, "optional")).trim() : "";
      const passed = wanted === "" || found[1]?.trim() === wanted;
      return { passed, why: passed ? `found "${brief(found[0])}"` : `expected "${brief(wanted)}", found "${brief(found[1] ?? "")}"` };
    },
  };
};

/** The answer holds JSON, in a fence or as it is, that is what is expected. */
export const json = (settings: Of<"json">): Omit<Scorer, "name"> => ({
  refuses: (one) => refusedBy(() => expectedBy(settings, one)),
  score: async (attempt) => {
    const wanted = readJson(expectedBy(settings, attempt.case));
    const found = jsonIn(attempt.answer);
    if (found === undefined) return { passed: false, why: `there is no JSON in "${brief(attempt.answer)}"` };
    const passed = fits(found.value, wanted, settings.match === "subset");
    return {
      passed,
      why: passed ? "as expected" : `expected ${brief(JSON.stringify(wanted))}, found ${shown(found.value)}`,
    };
  },
});

/** What a model has nested without end cannot be written down again. */
const shown = (value: unknown): string =>
  isDeeperThan(value, LEVELS_SHOWN_MAX) ? `more than ${LEVELS_SHOWN_MAX} levels of JSON` : brief(JSON.stringify(value));
const LEVELS_SHOWN_MAX = 100;

/** A case's field holds JSON, or text that is JSON. */
function readJson(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** The last fence with JSON in it, else the whole answer, else what is from the first brace to the last, else the last braces that hold some. */
function jsonIn(answer: string): { readonly value: unknown } | undefined {
  const fences = [...answer.matchAll(/```(?:json)?[^\S\n]*\n([^]*?)```/g)].map(([, text = ""]) => text).toReversed();
  const braces = answer.slice(Math.max(0, answer.search(/[{[]/)), Math.max(answer.lastIndexOf("}"), answer.lastIndexOf("]")) + 1);
  for (const text of [...fences, answer, braces, ...bracedIn(answer)]) {
    try {
      return { value: JSON.parse(text) };
    } catch {
      continue;
    }
  }
  return undefined;
}

/** What stands in braces or brackets that are in no others, the last first. */
function bracedIn(answer: string): readonly string[] {
  const spans: string[] = [];
  let [depth, from, isText] = [0, 0, false];
  // A brace in a text closes nothing, and a text ends with its line.
  for (const { 0: sign, index } of answer.matchAll(/\\[^]|["\n{}[\]]/g)) {
    if (isText) isText = sign !== '"' && sign !== "\n";
    else if (sign === '"') isText = depth > 0;
    else if (sign === "{" || sign === "[") {
      if (depth++ === 0) from = index;
    } else if ((sign === "}" || sign === "]") && depth > 0 && --depth === 0) spans.push(answer.slice(from, index + 1));
  }
  return spans.slice(-BRACED_TRIED_MAX).toReversed();
}
const BRACED_TRIED_MAX = 100;

function fits(found: unknown, wanted: unknown, isSubset: boolean): boolean {
  if (Array.isArray(wanted) || Array.isArray(found))
    return (
      Array.isArray(wanted) &&
      Array.isArray(found) &&
      wanted.length === found.length &&
      wanted.every((one, index) => fits(found[index], one, isSubset))
    );
  if (typeof wanted !== "object" || typeof found !== "object" || wanted === null || found === null) return Object.is(found, wanted);
  const [wantedKeys, foundKeys] = [Object.keys(wanted), Object.keys(found)];
  if (!isSubset && wantedKeys.length !== foundKeys.length) return false;
  return wantedKeys.every(
    (key) =>
      Object.hasOwn(found, key) &&
      fits((found as { readonly [key: string]: unknown })[key], (wanted as { readonly [key: string]: unknown })[key], isSubset),
  );
}
