import type { ToolSpec } from "../../engine/model.ts";

/** A call that stands among the words. */
export interface WrittenCall {
  readonly tool: string;
  /** JSON text. */
  readonly args: string;
}

/**
 * The calls at the end of a text, where a server has not known them for calls and has left the marks of the model's own template there; and the
 * words before them. Nothing where anything else stands behind the first mark, where a tool is not among those that were offered, or where it is
 * shown as code or quoted: then it is what the model says.
 */
export function callsInText(
  text: string,
  tools: readonly ToolSpec[],
): { readonly text: string; readonly calls: readonly WrittenCall[] } | undefined {
  if (tools.length === 0 || text.length > TEXT_CHARS_MAX) return undefined;
  const at = text.search(MARKS);
  const from = at >= 0 ? at : BARE.test(text) && !NAMES_ALONE.test(text) ? 0 : -1;
  const before = text.slice(0, Math.max(0, from));
  if (from < 0 || isShown(before)) return undefined;
  const calls: WrittenCall[] = [];
  for (const part of partsOf(inOneWay(text.slice(from)))) {
    const found = callsIn(part.trim(), tools);
    if (!found) return undefined;
    calls.push(...found);
  }
  return calls.length > 0 ? { text: before.trimEnd(), calls } : undefined;
}

const TEXT_CHARS_MAX = 100_000; // Of a reply with calls in it; above that it is a text.

/**
 * With which calls begin: Hermes, Qwen and GLM, Hunyuan, Nemotron, Seed, MiniMax and LongCat; Mistral; Llama; DeepSeek, old and new; Kimi; Granite and
 * Phi; Phi again; Cohere; InternLM; gpt-oss; those that were taught XML.
 */
const MARKS =
  /<(?:seed:|minimax:|longcat_)?tool_calls?>|<TOOLCALL>|\[TOOL_CALLS\]|<function(?:=| name=")|<\|python_tag\|>|<｜tool▁calls?▁begin｜>|<｜DSML｜(?:tool_calls|function_calls|invoke)|<\|tool_calls?(?:_section)?_begin\|>|<\|tool_call\|>|\bfunctools\[(?=\{)|<\|START_ACTION\|>|<\|action_start\|>|(?: ?to=functions\.[\w-]+ ?)?<\|channel\|>(?:commentary|analysis)(?:<| ?to=| <)|<function_calls>|<invoke name="/;
/** Llama again, and others: the whole reply is calls. */
const BARE = /^\s*(?:\[\s*)?\{\s*"(?:(?:type|name|function)"\s*:\s*"|tool_calls"\s*:\s*\[)/;
/** A list of what there is. */
const NAMES_ALONE = /^\s*\[(?![^]*"(?:arguments|parameters)"\s*:)/;
/** What stands in JSON is what a tool is to be given, marks among it. */
const JSON_FIRST = /^\s*(?:(?:<(?!function|invoke|｜DSML)[^<>]{1,40}>|\[TOOL_CALLS\]|functools)\s*)*(?:\{|\[(?!TOOL_CALLS))/;
const inOneWay = (text: string): string =>
  JSON_FIRST.test(text) ? text : ALIKE.reduce((alike, [mark, plain]) => alike.replaceAll(mark, plain), text);
/** The same in other marks. */
const ALIKE: readonly (readonly [RegExp, string])[] = [
  [/｜DSML｜/g, ""],
  [/<(\/?)longcat_(arg_key|arg_value)>/g, "<$1$2>"],
  [/<(?:invoke|function) name="([\w.-]{1,64})">/g, "<function=$1>"],
  [/<\/invoke>/g, "</function>"],
  [/<parameter name="([\w.-]{1,64})"[^<>]{0,40}>/g, "<parameter=$1>"],
  [/\[CALL_ID\][\w-]{1,64}/g, ""],
  [
    /(?:<\|start\|>assistant)? ?(?:to=functions\.([\w-]{1,64}) ?)?<\|channel\|>(?:commentary|analysis)(?: ?to=functions\.([\w-]{1,64}))?(?:[^<{]|<\|(?:constrain|channel)\|>){0,80}<\|message\|>/g,
    "<tool_call>$1$2",
  ],
];
/** Around calls and between them. */
const BETWEEN =
  /<\/?(?:seed:|minimax:|longcat_)?tool_calls?>|<\/?TOOLCALL>|<\/?function_calls>|<\|\/?tool_call\|>|\bfunctools(?=\[\{)|<\|(?:START|END)_ACTION\|>|<\|(?:action_start|plugin|action_end|call|end)\|>|\[\/?TOOL_CALLS\]|<\|python_tag\|>|<\/function>(?!\s*<\/tool_call>)|<｜tool▁(?:calls?▁(?:begin|end)|outputs?▁(?:begin|end))｜>|<\|tool_calls?(?:_section)?_(?:begin|end)\|>|<\|(?:eom_id|eot_id|im_end)\|>/;

/** Whether what follows these words stands in code, which may have no end, or in a quotation, as Markdown has them. */
function isShown(before: string): boolean {
  if (before.split("```").length % 2 === 0 || before.split(TILDES).length % 2 === 0 || before.endsWith("`")) return true;
  const above = before.slice(0, before.lastIndexOf("\n") + 1);
  const line = before.slice(above.length);
  const isIndented = /^(?: {4}|\t)\s*$/.test(line) && above.trim() !== "" && /\n[ \t]*\n$/.test(above);
  return isIndented || /^\s*>/.test(line);
}

const TILDES = /^ {0,3}~~~/m;

const partsOf = (text: string): readonly string[] => text.split(BETWEEN).filter((part) => /[^\s;,]/.test(part));

function callsIn(part: string, tools: readonly ToolSpec[]): readonly WrittenCall[] | undefined {
  if (part.startsWith("{") || part.startsWith("[")) return fromJson(part, tools);
  const xml = /^<function=([\w.-]{1,64})>([^]*?)(?:<\/function>)?$/.exec(part);
  if (xml) return argsIn(xml[1] ?? "", (xml[2] ?? "").trim(), tools, PARAMETER);
  const [head = "", name = ""] = NAMED.exec(part) ?? [];
  const args = part.slice(head.length).trimStart().replace(BEFORE_ARGS, "");
  return argsIn(name, unfenced(args.trim()), tools, ARG);
}

const NAMED = /^(?:function<｜tool▁sep｜>)?(?:functions?\.)?([\w.-]{1,64})(?::\d{1,3})?/;
const BEFORE_ARGS = /^(?:<\|tool_call_argument_begin\|>|<｜tool▁sep｜>|\[ARGS\])/;

/** `{"name": …, "arguments": {…}}`, or a list of these, as OpenAI nests them or bare. */
function fromJson(part: string, tools: readonly ToolSpec[]): readonly WrittenCall[] | undefined {
  const calls: WrittenCall[] = [];
  const whole = jsonOf(part);
  const listed = isPlain(whole) && Object.keys(whole).length === 1 ? ((whole as { readonly tool_calls?: unknown }).tool_calls ?? whole) : whole; // prettier-ignore
  for (const value of [listed].flat() as readonly unknown[]) {
    if (!isPlain(value)) return undefined;
    const fields = value as { readonly [field: string]: unknown };
    const {
      type: _type,
      id: _id,
      tool_call_id: _callId,
      name,
      tool_name: toolName,
      function: own,
      arguments: args,
      parameters,
      ...rest
    } = isPlain(fields.function) ? { ...fields, function: undefined, ...fields.function } : fields;
    const tool = tools.find((one) => one.name === (name ?? toolName ?? own))?.name;
    const given = args ?? parameters ?? {};
    const object: unknown = typeof given === "string" ? jsonOf(given) : given;
    if (tool === undefined || Object.keys(rest).length > 0 || !isPlain(object)) return undefined;
    calls.push({ tool, args: JSON.stringify(object) });
  }
  return calls;
}

/** Qwen: `<parameter=q>…</parameter>`; GLM: `<arg_key>q</arg_key><arg_value>…</arg_value>`. */
const PARAMETER = /^\s*<parameter=([\w.-]{1,64})>\n?([^]*?)\n?<\/parameter>/;
const ARG = /^\s*<arg_key>\s*([\w.-]{1,64})\s*<\/arg_key>\s*<arg_value>([^]*?)<\/arg_value>/;

function argsIn(name: string, written: string, tools: readonly ToolSpec[], pair: RegExp): readonly WrittenCall[] | undefined {
  const tool = tools.find((one) => one.name === name);
  if (!tool) return undefined;
  const object = written === "" ? {} : jsonOf(written);
  if (isPlain(object)) return [{ tool: name, args: JSON.stringify(object) }];
  const args: { [name: string]: unknown } = {};
  let left = written;
  for (let found = pair.exec(left); found; found = pair.exec(left)) {
    args[found[1] ?? ""] = valueOf(tool, found[1] ?? "", found[2] ?? "");
    left = left.slice(found[0].length);
  }
  return left.trim() === "" ? [{ tool: name, args: JSON.stringify(args) }] : undefined;
}

/** Words where the tool wants words; else what they say as JSON. */
function valueOf({ parameters }: ToolSpec, name: string, text: string): unknown {
  const wanted = (parameters as { readonly properties?: { readonly [name: string]: { readonly type?: unknown } } }).properties?.[name]
    ?.type;
  const value = wanted === "string" ? undefined : jsonOf(text.trim());
  return value === undefined ? text : value;
}

const unfenced = (text: string): string =>
  text.length >= 2 * FENCE.length && text.startsWith(FENCE) && text.endsWith(FENCE)
    ? text.slice(FENCE.length, -FENCE.length).replace(/^json/, "").trim()
    : text;
const FENCE = "```";
const isPlain = (value: unknown): value is object => typeof value === "object" && value !== null && !Array.isArray(value);

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
