/**
 * Arguments as a tool can read them: JSON of an object, where what came can be taken for one. Models and servers put the object into a string,
 * into a list, behind an empty one that only held its place, into a fence of code, beside the tool's name, or send it twice. What cannot be understood stays as it came; the model is told then.
 */
export function settledArgs(written: string, tool = ""): string {
  const settled = settledText(written);
  return tool === "" ? settled : withoutName(settled, tool);
}

/** The arguments alone where they came as a whole call: `{"name": …, "arguments": {…}}`. */
function withoutName(args: string, tool: string): string {
  const value = jsonOf(args);
  if (!isPlain(value)) return args;
  const { name, ...own } = value as { readonly [key: string]: unknown };
  const [key, ...others] = Object.keys(own);
  return name === tool && others.length === 0 && (key === "arguments" || key === "parameters") && isPlain(own[key])
    ? JSON.stringify(own[key])
    : args;
}

/** What stands around arguments and is none: places held for them, fences, marks of a template. */
const bare = (text: string): string => withoutMarksBehind(unfenced(text)).replace(/^(?:(?:null|"")\s*)+(?=\{)/, "");

const unfenced = (text: string): string =>
  text.length >= 2 * FENCE.length && text.startsWith(FENCE) && text.endsWith(FENCE)
    ? text.slice(FENCE.length, -FENCE.length).replace(/^json/, "").trim()
    : text;
const FENCE = "```";

/** From the end on, one after another: of a thousand it is not tried at each whether all behind it are marks. */
function withoutMarksBehind(text: string): string {
  let kept = text;
  for (;;) {
    const at = kept.lastIndexOf("<");
    if (at < 0 || !MARK.test(kept.slice(at))) return kept;
    kept = kept.slice(0, at).trimEnd();
  }
}
const MARK = /^(?:<\|[a-z_]{2,20}\|>|<\/(?:tool_call|s|function|arguments)>)$/;

function settledText(written: string): string {
  const text = jsonOf(written.trim()) === BROKEN ? bare(written.trim()) : written.trim();
  if (text === "" || text === "None" || text === "undefined") return "{}";
  const value = jsonOf(text);
  if (value !== BROKEN)
    return isPlain(value)
      ? text === written.trim()
        ? written
        : text
      : (objectIn(value, STRINGS_MAX) ?? (value === null ? "{}" : written));
  const parts = objectsIn(text);
  if (parts === undefined) return mended(text) ?? written;
  const filled = parts.filter((part) => !/^\{\s*\}$/.test(part));
  const [first = "{}"] = filled;
  return filled.every((part) => same(part, first)) ? first : written;
}

const BROKEN = Symbol("no JSON");
const STRINGS_MAX = 3; // A string in a string in a string; nobody has gone further.

function objectIn(value: unknown, depth: number): string | undefined {
  if (typeof value === "string" && depth > 0) {
    const inner = jsonOf(value.trim());
    return inner === BROKEN ? (value.trim() === "" ? "{}" : undefined) : objectIn(inner, depth - 1);
  }
  if (Array.isArray(value)) return value.length === 1 ? objectIn(value[0], depth - 1) : value.length === 0 ? "{}" : undefined;
  return typeof value === "object" && value !== null ? JSON.stringify(value) : undefined;
}

/** An object as models miswrite it: raw line breaks in its strings, a comma behind the last part, Python's words, braces behind its end. */
function mended(text: string): string | undefined {
  let [found, depth, inString] = ["", 0, false];
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? "";
    if (inString && char === "\\") found += char + (text[++at] ?? "");
    else if (inString) {
      inString = char !== '"';
      found += char < " " ? JSON.stringify(char).slice(1, -1) : char;
    } else if (char === ",") found += /^\s*[}\]]/.test(text.slice(at + 1, at + 1 + BLANKS_MAX)) ? "" : char;
    else {
      const word = /[TFN]/.test(char) ? /^(?:True|False|None)\b/.exec(text.slice(at, at + WORD_CHARS))?.[0] : undefined;
      found += word === undefined ? char : PYTHON[word];
      at += (word?.length ?? 1) - 1;
      inString = char === '"';
      depth += char === "{" || char === "[" ? 1 : char === "}" || char === "]" ? -1 : 0;
      if (depth === 0 && char === "}") return isPlain(jsonOf(found)) && /^[\s}\]]*$/.test(text.slice(at + 1)) ? found : undefined;
    }
  }
  return undefined;
}

const BLANKS_MAX = 100;
const WORD_CHARS = 6; // The longest, and what follows it.
const PYTHON: { readonly [word: string]: string } = { True: "true", False: "false", None: "null" };

/** The objects of which a text consists, one behind the other; `undefined` when there is anything else in it. */
function objectsIn(text: string): readonly string[] | undefined {
  const parts: string[] = [];
  let [from, depth, inString] = [0, 0, false];
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (inString) {
      if (char === "\\") at++;
      else if (char === '"') inString = false;
    } else if (char === '"') {
      if (depth === 0) return undefined;
      inString = true;
    } else if (char === "{") depth++;
    else if (char === "}" && --depth === 0) {
      const part = text.slice(from, at + 1).trim();
      if (jsonOf(part) === BROKEN) return undefined;
      parts.push(part);
      from = at + 1;
    } else if (depth === 0 && !/\s/.test(char ?? "")) return undefined;
  }
  return depth === 0 && text.slice(from).trim() === "" ? parts : undefined;
}

const isPlain = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value);

const same = (one: string, other: string): boolean => JSON.stringify(jsonOf(one)) === JSON.stringify(jsonOf(other));

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return BROKEN;
  }
}
