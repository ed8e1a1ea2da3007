import { z } from "zod";
import type { ToolAnswer, ToolQuestion } from "../../../engine/tool.ts";
import { quoted } from "../../result.ts";

/** What a server of the newest protocol wants to be told before it goes on, and what it is given back with it. */
export interface Wish {
  readonly inputRequests?: { readonly [key: string]: { readonly method: string; readonly params?: unknown } } | null | undefined;
  readonly requestState?: string | null | undefined;
}

/** What goes with the call when it is made again. */
export interface Continued {
  readonly inputResponses?: { readonly [key: string]: unknown };
  readonly requestState?: string;
}

/** Where the answer goes that a person has given. */
export interface Answered {
  readonly continued: Continued;
  /** The request of an older server that waits for it, while the call is under way. */
  readonly request?: string;
  /** The call was refused until somebody has been on a page, and begins anew. */
  readonly isAnew?: boolean;
  /** What the call had wanted a yes for before it asked: that is over. */
  readonly wishes?: readonly string[];
}

/** The one request that an older server makes in the middle of a call, as the newest protocol has it. */
export const ONLY = "only";

const FIELDS_MAX = 20;
const OPTIONS_MAX = 4; // Beside the one that says no.
const CHOICES_SHOWN_MAX = 20;
const TEXT_CHARS_MAX = 6_000; // What it asks; half of what one message of Slack takes.
const TROUBLES_SHOWN_MAX = 3;
const STATE_CHARS_MAX = 100_000; // It is kept in the log.
const NO = "I do not answer that";
/** Of what is no form, in the words of whoever types their answer. */
const PLAIN_NO = /^\s*(no|nein|non)\b/i;
const YES = "Go on";
const OPENED = "I have done that";
const URL_CHARS_MAX = 2_000; // What browsers and servers agree on.

const Option = z.object({ const: z.string(), title: z.string().nullish() });
const Items = z.object({ enum: z.array(z.string()).nullish(), anyOf: z.array(Option).nullish() });
const Field = z.object({
  type: z.enum(["string", "number", "integer", "boolean", "array"]),
  title: z.string().nullish(),
  description: z.string().nullish(),
  /** Such as `email`; the server sees to it. */
  format: z.string().nullish().catch(undefined),
  enum: z.array(z.string()).nullish(),
  enumNames: z.array(z.string()).nullish(),
  oneOf: z.array(Option).nullish(),
  items: Items.nullish(),
  default: z.unknown().optional(),
  minLength: z.number().nullish(),
  maxLength: z.number().nullish(),
  minimum: z.number().nullish(),
  maximum: z.number().nullish(),
});
type Field = z.output<typeof Field>;

const Form = z.object({
  mode: z.literal("form").nullish(),
  message: z.string(),
  requestedSchema: z.object({ properties: z.record(z.string(), Field), required: z.array(z.string()).nullish() }),
});

/** A page on which people are to do something, such as to pay, or to log in there; the server knows itself when they have. */
const Link = z.object({
  mode: z.literal("url"),
  message: z.string(),
  // As a browser reads it, so that nothing in it looks like a second address.
  url: z.string().max(URL_CHARS_MAX).refine(isOpenable).transform((url) => new URL(url).href), // prettier-ignore
});

const Asked = z.union([z.object({ key: z.string(), form: Form }), z.object({ key: z.string(), link: Link })]);
type Asked = z.output<typeof Asked>;

const State = z.object({
  requestState: z.string().optional(),
  asked: z.array(Asked).min(1),
  request: z.string().optional(),
  isAnew: z.boolean().optional(),
  wishes: z.array(z.string()).optional(),
});
type State = z.output<typeof State>;

/**
 * The question that a server asks of people, where all that it wants are forms that they can fill in and pages that they can open, and that can be read at
 * once; nothing else is asked of them.
 */
export function questionIn(
  server: string,
  { inputRequests, requestState }: Wish,
  of: Pick<State, "request" | "isAnew" | "wishes"> = {},
): ToolQuestion | undefined {
  const wanted = Object.entries(inputRequests ?? {});
  const asked = wanted.flatMap(([key, { method, params }]): readonly Asked[] => {
    if (method !== "elicitation/create") return [];
    const link = Link.safeParse(params).data;
    if (link) return [{ key, link }];
    const form = Form.safeParse(params).data;
    return form && Object.keys(form.requestedSchema.properties).length <= FIELDS_MAX ? [{ key, form }] : [];
  });
  if (asked.length === 0 || asked.length < wanted.length) return undefined;
  const { data } = State.safeParse({ ...(requestState === undefined || requestState === null ? {} : { requestState }), ...of, asked });
  const question = data && questionOf(server, data, []);
  return question && question.text.length <= TEXT_CHARS_MAX ? question : undefined;
}

/** The last answer to what was asked as the call takes it; a question again where it does not say what was asked. */
export function continuedWith(server: string, answers: readonly ToolAnswer[]): Answered | ToolQuestion | undefined {
  const last = answers.at(-1);
  if (!last) return undefined;
  const state = State.parse(JSON.parse(last.state));
  const { requestState, asked, request, isAnew, wishes } = state;
  const to = { ...(request === undefined ? {} : { request }), ...(isAnew ? { isAnew } : {}), ...(wishes ? { wishes } : {}) };
  const again = requestState === undefined ? {} : { requestState };
  const all = (result: object): Answered => ({
    ...to,
    continued: { ...again, inputResponses: Object.fromEntries(asked.map(({ key }) => [key, result])) },
  });
  if (last.text === undefined) return all({ action: "cancel" });
  const isForm = fieldsOf(state).length > 0;
  if (last.text.trim() === NO || (!isForm && PLAIN_NO.test(last.text))) return all({ action: "decline" });
  const text = last.text;
  const isOne = fieldsOf(state).length === 1;
  const read = asked.map((one) => ({ key: one.key, ...("link" in one ? { trouble: [] } : readForm(one.form, text, isOne)) }));
  const troubles = read.flatMap(({ trouble }) => trouble);
  if (troubles.length > 0) return questionOf(server, state, troubles);
  // Of a page nothing is told but that somebody has been there.
  return {
    ...to,
    continued: {
      ...again,
      inputResponses: Object.fromEntries(
        read.map(({ key, ...one }) => [key, { action: "accept", ...("content" in one ? { content: one.content } : {}) }]),
      ),
    },
  };
}

function questionOf(server: string, state: State, troubles: readonly string[]): ToolQuestion | undefined {
  const kept = JSON.stringify(state);
  if (kept.length > STATE_CHARS_MAX) return undefined;
  const fields = fieldsOf(state);
  const pages = state.asked.flatMap((one) => ("link" in one ? [one.link.url] : []));
  const [only] = fields;
  const isOne = fields.length === 1;
  const choices = isOne && only ? choicesOf(only.field).map(({ title }) => title) : [];
  const offered = choices.slice(0, OPTIONS_MAX);
  // Buttons say it all where they are all there is to say.
  const isPlain = only && only.field.type !== "array" && !only.field.title && !only.field.description && only.field.default === undefined;
  const isOffered = isPlain && choices.length > 0 && offered.length === choices.length;
  const lines = isOffered ? [] : fields.map(lineOf);
  const how = fields.length < 2 ? [] : ["Answer with a line for each, such as `name: value`."];
  const text = [
    ...troubles.slice(0, TROUBLES_SHOWN_MAX).map((trouble) => `That does not say it yet: ${trouble}.`),
    ...state.asked.map(
      (one) => `The server "${server}" asks, in its own words: "${quoted("link" in one ? one.link.message : one.form.message, 1_000)}"`,
    ),
    ...pages.flatMap((url) => [`It wants somebody to open this page, of ${new URL(url).host}, and to do there what it says:`, url]),
    ...lines,
    ...how,
    pages.length < state.asked.length
      ? "The answer goes to that server. Give it no password."
      : "Open it only if you know what it is for. Then say that you have.",
  ].join("\n");
  const yes = fields.length > 0 ? [] : [pages.length > 0 ? OPENED : YES];
  return { text, options: [...yes, ...offered, NO], state: kept };
}

interface Named {
  readonly name: string;
  readonly field: Field;
  readonly isRequired: boolean;
}

const fieldsOf = ({ asked }: Pick<State, "asked">): readonly Named[] =>
  asked.flatMap((one) =>
    "link" in one
      ? []
      : Object.entries(one.form.requestedSchema.properties).map(([name, field]) => ({
          name,
          field,
          isRequired: one.form.requestedSchema.required?.includes(name) ?? false,
        })),
  );

/** A page over TLS, or one of this machine; without a name or a password in its address, which would make it look like another's. */
function isOpenable(address: string): boolean {
  const url = URL.parse(address);
  if (!url || url.username !== "" || url.password !== "") return false;
  return url.protocol === "https:" || (url.protocol === "http:" && ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname));
}

function lineOf({ name, field, isRequired }: Named): string {
  const choices = choicesOf(field).map(({ title }) => quoted(title, 60));
  const more = choices.length > CHOICES_SHOWN_MAX ? `, and ${choices.length - CHOICES_SHOWN_MAX} more` : "";
  const some = `${field.type === "array" ? "some of " : ""}${choices.slice(0, CHOICES_SHOWN_MAX).join(", ")}${more}`;
  const what = choices.length > 0 ? some : `${field.type}${field.format ? ` (${quoted(field.format, 30)})` : ""}`;
  const otherwise = field.default === undefined || field.default === null ? [] : [`${quoted(shownDefault(field), 60)} when left out`];
  const about = [field.title, field.description, ...otherwise].flatMap((words) => (words ? [quoted(words, 200)] : [])).join(", ");
  return `• \`${quoted(name, 60).replaceAll("`", "'")}\`: ${what}${isRequired ? "" : ", may be left out"}${about ? ` (${about})` : ""}`;
}

/** As people would say it. */
function shownDefault(field: Field): string {
  const values = Array.isArray(field.default) ? (field.default as readonly unknown[]) : [field.default];
  const choices = choicesOf(field);
  return values.map((one) => choices.find(({ value }) => value === String(one))?.title ?? String(one)).join(", ");
}

/** What may be chosen; nothing where anything may be said. */
function choicesOf({ type, enum: values, enumNames, oneOf, items }: Field): readonly { readonly value: string; readonly title: string }[] {
  if (type === "boolean") return [{ value: "true", title: "Yes" }, { value: "false", title: "No" }]; // prettier-ignore
  const named = type === "array" ? (items?.anyOf ?? undefined) : (oneOf ?? undefined);
  const plain = (type === "array" ? items?.enum : values) ?? [];
  return named
    ? named.map(({ const: value, title }) => ({ value, title: title ?? value }))
    : plain.map((value, at) => ({ value, title: enumNames?.[at] ?? value }));
}

function readForm(
  form: z.output<typeof Form>,
  text: string,
  isOnly: boolean,
): { readonly content: object; readonly trouble: readonly string[] } {
  const fields = fieldsOf({ asked: [{ key: "", form }] });
  const said = isOnly ? new Map(fields.map((one) => [one.name.toLowerCase(), wordsFor(one, text.trim())])) : linesIn(text);
  const content: { [name: string]: unknown } = {};
  const trouble: string[] = [];
  for (const { name, field, isRequired } of fields) {
    const words = said.get(name.toLowerCase()) ?? said.get((field.title ?? "").toLowerCase());
    if (words === undefined || words === "") {
      if (field.default !== undefined) content[name] = field.default;
      else if (isRequired) trouble.push(`"${quoted(name, 60)}" is missing`);
      continue;
    }
    const read = readField(field, words);
    if (read === undefined) trouble.push(`"${quoted(words, 60)}" is no ${quoted(name, 60)}: ${lineOf({ name, field, isRequired })}`);
    else content[name] = read;
  }
  return { content, trouble };
}

const NAME_CHARS_MAX = 100;

/** To the only thing that is asked: its name may stand before it, as where there are several. */
function wordsFor({ name, field }: Pick<Named, "name" | "field">, text: string): string {
  const at = text.indexOf(":");
  const before = text.slice(0, Math.max(at, 0)).replaceAll("`", "").trim().toLowerCase();
  return at > 0 && [name, field.title].some((one) => one?.toLowerCase() === before) ? text.slice(at + 1).trim() : text;
}

const linesIn = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text.split("\n").flatMap((line) => {
      const at = line.indexOf(":");
      const name = line
        .slice(0, Math.max(at, 0))
        .replace(/^[\s•*-]+/, "")
        .replaceAll("`", "")
        .trim()
        .toLowerCase();
      return name === "" || name.length > NAME_CHARS_MAX ? [] : [[name, line.slice(at + 1).trim()] as const];
    }),
  );

function readField(field: Field, words: string): unknown {
  const chosen = (one: string) =>
    choicesOf(field).find(({ value, title }) => [value, title].some((name) => name.toLowerCase() === one.trim().toLowerCase()))?.value;
  switch (field.type) {
    case "boolean": {
      const value = chosen(words);
      return value === undefined ? undefined : value === "true";
    }
    case "array": {
      const values = words.split(",").map(chosen);
      return values.includes(undefined) ? undefined : values;
    }
    case "number":
    case "integer": {
      const value = Number(words);
      const fits = Number.isFinite(value) && (field.type === "number" || Number.isInteger(value));
      return fits && value >= (field.minimum ?? -Infinity) && value <= (field.maximum ?? Infinity) ? value : undefined;
    }
    case "string":
      if (choicesOf(field).length > 0) return chosen(words);
      return words.length >= (field.minLength ?? 0) && words.length <= (field.maxLength ?? Infinity) ? words : undefined;
  }
}
