/**
 * What an evaluation file says of a case's fields: `question`, `answer | after '####' | trim`, or words with such expressions in them,
 * `Solve this: {{ question }}`. A field is named by its path, `meta.level`, and may have blanks in it.
 */
export interface Template {
  /** The fields that it names, for a check against the first case. */
  readonly fields: readonly string[];
  /** Of one case: the value as it is where the whole template is one expression without filters, else text. Throws {@link TemplateError} for a field that is not there. */
  fill(fields: Fields): unknown;
}

export type Fields = { readonly [name: string]: unknown };

/** The template, or what it was filled with, cannot be meant; `message` names the mend. */
export class TemplateError extends Error {
  override readonly name = "TemplateError";
}

const TEMPLATE_CHARS_MAX = 20_000;

/** Reads a template. Throws {@link TemplateError}. */
export function readTemplate(text: string): Template {
  if (text.length > TEMPLATE_CHARS_MAX) throw new TemplateError(`a template has at most ${TEMPLATE_CHARS_MAX} characters`);
  if (!text.includes("{{")) {
    const { field, fill } = readExpression(text);
    return { fields: [field], fill };
  }
  const made = text.split("{{").map((part, index) => {
    if (index === 0) return { words: part };
    const end = part.indexOf("}}");
    if (end < 0) throw new TemplateError("a {{ is not closed; write {{ question }}, with a field's name inside");
    return { expression: readExpression(part.slice(0, end)), words: part.slice(end + 2) };
  });
  return {
    fields: made.flatMap(({ expression }) => (expression ? [expression.field] : [])),
    fill: (fields) => made.map(({ expression, words }) => (expression ? asText(expression.fill(fields)) : "") + words).join(""),
  };
}

interface Expression {
  readonly field: string;
  fill(fields: Fields): unknown;
}

/** Tables have names such as `Final answer (USD)`. */
const STEP = /^[\p{L}\p{N}_$-][\p{L}\p{N}_$ ()/%#?:&+-]*$/u;

function readExpression(text: string): Expression {
  const [field = "", ...filters] = partsOf(text);
  if (!field.split(".").every((step) => STEP.test(step)))
    throw new TemplateError(`"${text.trim()}" does not begin with a field's name, such as question or meta.level`);
  const steps = filters.map(readFilter);
  return {
    field,
    fill: (fields) => steps.reduce<unknown>((value, step) => step(asText(value)), valueAt(fields, field)),
  };
}

/** Apart at each `|` that is in no quotes. */
function partsOf(text: string): readonly string[] {
  const parts = [""];
  let quote = "";
  for (const sign of text) {
    if (sign === quote) quote = "";
    else if (quote === "" && (sign === "'" || sign === '"')) quote = sign;
    if (sign === "|" && quote === "") parts.push("");
    else parts[parts.length - 1] += sign;
  }
  return parts.map((part) => part.trim());
}

function readFilter(text: string): (value: string) => string {
  const name = /^\w*/.exec(text)?.[0] ?? "";
  const behind = text.slice(name.length).trim();
  const rest = behind.startsWith(":") ? behind.slice(1).trim() : behind;
  const filter = Object.hasOwn(FILTERS, name) ? FILTERS[name as keyof typeof FILTERS] : undefined;
  if (!filter) throw new TemplateError(`"${text}" is no filter; there are ${Object.keys(FILTERS).join(", ")}`);
  const isQuoted = rest.length > 1 && /^['"]/.test(rest) && rest.endsWith(rest.charAt(0));
  const given = isQuoted ? rest.slice(1, -1) : rest;
  if (filter.takes === undefined && given !== "") throw new TemplateError(`the filter ${name} takes nothing`);
  if (filter.takes !== undefined && (given === "" || (filter.takes === "text" && !isQuoted)))
    throw new TemplateError(`the filter ${name} takes ${filter.takes === "text" ? "text in quotes" : "a number"}, such as ${filter.such}`);
  return (value) => filter.apply(value, given);
}

/** `after` and `before` a mark's last and first place; the text as it is where the mark is not in it. */
const FILTERS: {
  readonly [name: string]: { readonly takes?: "text"; readonly such?: string; apply(value: string, given: string): string };
} = {
  after: {
    takes: "text",
    such: "after '####'",
    apply: (value, mark) => (value.includes(mark) ? value.slice(value.lastIndexOf(mark) + mark.length) : value),
  },
  before: {
    takes: "text",
    such: "before '####'",
    apply: (value, mark) => (value.includes(mark) ? value.slice(0, value.indexOf(mark)) : value),
  },
  trim: { apply: (value) => value.trim() },
  lower: { apply: (value) => value.toLowerCase() },
  upper: { apply: (value) => value.toUpperCase() },
  first_line: { apply: (value) => value.trim().split("\n")[0] ?? "" },
  last_line: { apply: (value) => value.trim().split("\n").at(-1) ?? "" },
};

function valueAt(fields: Fields, path: string): unknown {
  if (Object.hasOwn(fields, path)) return fields[path];
  let at: unknown = fields;
  for (const step of path.split(".")) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, step))
      throw new TemplateError(`there is no field "${path}"; there are ${Object.keys(fields).slice(0, 20).join(", ")}`);
    at = (at as Fields)[step];
  }
  return at;
}

/** Text as it is, nothing as no text, and everything else as JSON. */
export const asText = (value: unknown): string =>
  typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value);
