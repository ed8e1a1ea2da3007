import { readFileSync, statSync } from "node:fs";
import { LineCounter, isMap, isNode, isPair, parseDocument, stringify, type Document } from "yaml";
import { ConfigError, type Mistake } from "../config-error.ts";
import { burdenOf, DEPTH_MAX } from "./yaml-burden.ts";

/** A YAML file as plain data, and where in it everything stands. */
export interface YamlFile {
  /** Absolute. */
  readonly path: string;
  /** As people are told of it. */
  readonly shown: string;
  readonly data: unknown;
  /** The line of a value, or of the nearest thing around it that is written; `atKey` for the key itself. */
  line(path: readonly (string | number)[], atKey?: boolean): number;
}

const FILE_BYTES_MAX = 1024 * 1024; // A team file of a hundred teams is well below; more is a wrong file.
const ALIASES_MAX = 100; // Enough for anchors used by hand; an alias bomb needs thousands.
const TOO_DEEP = `is nested more than ${DEPTH_MAX} deep; no team file needs that`;
const TOO_MUCH = "has far more entries than a team file needs; is it the right file?";
const SEVERAL = "begins a second document here; take the line --- out, or put what is below it into a file of its own";
const COLON = '; a text with ": " in it stands in quotes';
const SYNTAX_MISTAKES_MAX = 3; // What follows the first is mostly its echo.

/** Reads a file of YAML 1.2. Throws {@link ConfigError}, for a file that is missing (which `absent` says), too big or not YAML too. */
export const readYamlFile = (path: string, shown: string, absent?: string): YamlFile =>
  readYamlText(readText(path, failing(shown), absent), shown, path);

/** The same for a text that is in no file: its `path` is empty. */
export function readYamlText(text: string, shown: string, path = ""): YamlFile {
  const lines = new LineCounter();
  const fail = failing(shown);
  if (Buffer.byteLength(text) > FILE_BYTES_MAX) return fail(`is larger than ${FILE_BYTES_MAX} bytes`);
  const burden = burdenOf(text);
  if (burden) return fail(burden === "too deep" ? TOO_DEEP : TOO_MUCH);
  let document: Document;
  let data: unknown;
  try {
    document = parseDocument(text, { lineCounter: lines, version: "1.2", prettyErrors: false });
    if (document.errors.some((problem) => problem.message.includes("call stack"))) return fail(TOO_DEEP);
    const problems = [...document.errors, ...document.warnings].slice(0, SYNTAX_MISTAKES_MAX);
    if (problems.length > 0)
      throw new ConfigError(
        problems.map(({ code, message, pos }): Mistake => ({
          file: shown,
          line: lines.linePos(pos[0]).line,
          path: "",
          message: code === "MULTIPLE_DOCS" ? SEVERAL : `not valid YAML: ${message}${code === "BLOCK_AS_IMPLICIT_KEY" ? COLON : ""}`,
        })),
      );
    data = document.toJS({ maxAliasCount: ALIASES_MAX });
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    if (error instanceof ReferenceError)
      return fail(`uses aliases too often (at most ${ALIASES_MAX}) or one that is not defined; write the values out`);
    if (error instanceof RangeError) return fail(TOO_DEEP);
    return fail(`not valid YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (depthOf(data) > DEPTH_MAX) return fail(TOO_DEEP);
  return { path, shown, data, line: (where, atKey = false) => lineOf(document, lines, where, atKey) };
}

/** What would stand in such a file, as if it did; see {@link readYamlText}. It is written down as text where a mistake's line is asked for. */
export function asYamlFile(data: object, shown: string, path: string): YamlFile {
  const written = (): YamlFile => readYamlText(stringify(data), shown, path);
  const text = plainJson(data);
  if (text === undefined || text.length > PLAIN_CHARS_MAX) return written();
  const plain: unknown = JSON.parse(text);
  if (depthOf(plain) > DEPTH_MAX) return failing(shown)(TOO_DEEP);
  let asText: YamlFile | undefined;
  return { path, shown, data: plain, line: (...where) => (asText ??= written()).line(...where) };
}

/** So short a text cannot have more in it than is read. */
const PLAIN_CHARS_MAX = 20_000;

/** `undefined` where it says something that JSON cannot. */
function plainJson(data: object): string | undefined {
  let isPlain = true;
  try {
    const text = JSON.stringify(data, (_key, value: unknown) => {
      if (value instanceof Map || value instanceof Set || (typeof value === "number" && !Number.isFinite(value))) isPlain = false;
      return value;
    });
    return isPlain ? text : undefined;
  } catch {
    return undefined;
  }
}

const failing =
  (shown: string) =>
  (message: string, line?: number): never => {
    throw new ConfigError([{ file: shown, path: "", message, ...(line === undefined ? {} : { line }) }]);
  };

function readText(path: string, fail: (message: string) => never, absent = "there is no such file"): string {
  try {
    const { size } = statSync(path);
    if (size > FILE_BYTES_MAX) return fail(`is ${size} bytes; at most ${FILE_BYTES_MAX} are read`);
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return fail(absent);
    if (code === "EISDIR") return fail("is a folder; name a file");
    return fail(code === "ERR_ENCODING_INVALID_ENCODED_DATA" ? "is not UTF-8 text" : `cannot be read (${code ?? String(error)})`);
  }
}

/** How deep maps and lists are nested, counted without recursion up to a little more than {@link DEPTH_MAX}. */
function depthOf(data: unknown): number {
  let level: unknown[] = [data];
  let depth = 0;
  for (; level.length > 0 && depth <= DEPTH_MAX; depth++)
    level = [...new Set(level)].flatMap((value) => (value && typeof value === "object" ? Object.values(value) : []));
  return depth;
}

function lineOf(document: Document, lines: LineCounter, path: readonly (string | number)[], atKey: boolean): number {
  for (let length = path.length; length > 0; length--) {
    const offset =
      atKey && length === path.length
        ? keyOffset(document, path)
        : (valueOffset(document, path.slice(0, length)) ?? keyOffset(document, path.slice(0, length)));
    if (offset !== undefined) return lines.linePos(offset).line;
  }
  return 1;
}

function valueOffset(document: Document, path: readonly (string | number)[]): number | undefined {
  const node = document.getIn(path, true);
  return isNode(node) ? node.range?.[0] : undefined;
}

function keyOffset(document: Document, path: readonly (string | number)[]): number | undefined {
  const parent = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents;
  if (!isMap(parent)) return undefined;
  const pair = parent.items.find(
    (item) => isPair(item) && String(isNode(item.key) ? (item.key as { value?: unknown }).value : item.key) === String(path.at(-1)),
  );
  return pair && isNode(pair.key) ? pair.key.range?.[0] : undefined;
}
