import { readFileSync, statSync } from "node:fs";
import { relative, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { parse as parseCsv } from "csv-parse/sync";
import { ConfigError } from "../../config/config-error.ts";
import { at } from "../../config/file/notes.ts";
import { readYamlText } from "../../config/file/yaml-file.ts";
import { isDeeperThan } from "../../engine/limits/json-depth.ts";
import { folderOf, type EvaluationSource } from "../evaluation-file.ts";
import { asText, readTemplate, TemplateError, type Fields, type Template } from "./template.ts";
import { casesOfThreads } from "./thread-cases.ts";

/** One task, and what is known of its right answer. */
export interface Case {
  /** No two of an evaluation have the same. */
  readonly id: string;
  readonly input: string;
  /** As the file has it; a number stays one. */
  readonly expected: unknown;
  /** To questions of the agents, in their order. */
  readonly answers: readonly string[];
  /** All that the file says of it, for scorers. */
  readonly fields: Fields;
}

const FILE_BYTES_MAX = 64 * 1024 * 1024;
export const CASES_MAX = 20_000;
const INPUT_CHARS_MAX = 30_000; // As in a thread.
/** Of what a field holds; what goes deeper could not be written down again. */
const LEVELS_MAX = 100;

/** The cases of an evaluation, in the order of their file. Throws {@link ConfigError} with file, line and the mend. */
export function readCases(source: EvaluationSource): readonly Case[] {
  const { cases } = source.settings;
  const read = Array.isArray(cases)
    ? cases.map(({ id, input, expected, answers, fields }, index) => ({
        id: id ?? String(index + 1),
        input,
        expected,
        answers: answers ?? [],
        fields: { ...fields, input, expected },
      }))
    : casesOfFile(source, cases);
  const seen = new Set<string>();
  for (const { id } of read) {
    if (seen.has(id)) fail(source, ["cases"], `two cases are called "${id}"; give \`id\` a field that differs`);
    seen.add(id);
  }
  if (read.length === 0) fail(source, ["cases"], "there is no case in it");
  return read;
}

type CasesFile = Exclude<EvaluationSource["settings"]["cases"], readonly unknown[]>;

function casesOfFile(source: EvaluationSource, { file, input, expected, id, answers }: CasesFile): readonly Case[] {
  const path = resolve(folderOf(source), file);
  const refuse = (message: string, line?: number): never => {
    throw new ConfigError([{ file: shownPath(source, path), path: "", message, ...(line === undefined ? {} : { line }) }]);
  };
  const rows = rowsOf(path, refuse);
  if (rows.length > CASES_MAX) refuse(`has ${rows.length} cases; at most ${CASES_MAX} are taken`);
  const made = { input: readTemplate(input), expected: one(expected), id: one(id), answers: one(answers) };
  return rows.map(({ fields, line }, index): Case => {
    try {
      const task = asText(made.input.fill(fields));
      if (task.trim() === "" || task.length > INPUT_CHARS_MAX)
        refuse(`the task of case ${index + 1} has ${task.length} characters; it needs 1 to ${INPUT_CHARS_MAX}`, line);
      return {
        id: made.id ? asText(made.id.fill(fields)).trim() : String(index + 1),
        input: task,
        expected: made.expected ? made.expected.fill(fields) : fields["expected"],
        answers: listOf(made.answers ? made.answers.fill(fields) : fields["answers"]),
        fields,
      };
    } catch (error) {
      if (error instanceof TemplateError) refuse(`case ${index + 1}: ${error.message}`, line);
      throw error;
    }
  });
}

const one = (text: string | undefined): Template | undefined => (text === undefined ? undefined : readTemplate(text));

/** In a table, one that is empty is none. */
const listOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.map(asText) : [asText(value)].filter((text) => text.trim() !== "");

interface Row {
  readonly fields: Fields;
  /** From 1, where the file has lines. */
  readonly line?: number;
}

type Refuse = (message: string, line?: number) => never;

/** The rows of a file of any kind that is read here. `refuse`: throws, with what is wrong. */
export function rowsOf(path: string, refuse: Refuse): readonly Row[] {
  const stats = attempt(() => statSync(path));
  if (!stats) return refuse("there is no such file");
  if (stats.isDirectory()) return casesOfThreads(path, refuse);
  if (stats.size > FILE_BYTES_MAX) return refuse(`is ${stats.size} bytes; at most ${FILE_BYTES_MAX} are read`);
  const text = textOf(path, refuse);
  const kind = /\.(jsonl|ndjson|json|csv|tsv|ya?ml)(?:\.gz)?$/i.exec(path)?.[1]?.toLowerCase();
  if (kind === "jsonl" || kind === "ndjson") return linesOf(text, refuse);
  if (kind === "csv" || kind === "tsv") return tableOf(text, kind === "csv" ? delimiterOf(text) : "\t", refuse);
  if (kind === "json") return listed(attempt(() => JSON.parse(text) as unknown) ?? refuse("is not JSON"), refuse);
  if (kind === "yaml" || kind === "yml") return listed(readYamlText(text, path, path).data, refuse);
  return refuse("is of a kind that is not read; name a .jsonl, .json, .csv, .tsv or .yml file, or a folder of exported threads");
}

function textOf(path: string, refuse: Refuse): string {
  const content = readFileSync(path);
  const plain = /\.gz$/i.test(path) ? attempt(() => gunzipSync(content, { maxOutputLength: FILE_BYTES_MAX })) : content;
  if (!plain) return refuse(`is no gzip file, or has more than ${FILE_BYTES_MAX} bytes in it`);
  return (
    attempt(() => new TextDecoder("utf-8", { fatal: true }).decode(plain)) ??
    refuse("is not UTF-8 text; save it as UTF-8, which spreadsheets have as a kind of CSV of its own")
  );
}

function linesOf(text: string, refuse: Refuse): readonly Row[] {
  return text.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    const fields = attempt(() => JSON.parse(line) as unknown);
    if (!isFields(fields)) return refuse("is no JSON object: each line holds one, with no comma behind it", index + 1);
    return isDeeperThan(fields, LEVELS_MAX) ? refuse(TOO_DEEP, index + 1) : [{ fields, line: index + 1 }];
  });
}

const HEADER_CHARS_MAX = 100_000;

/** What its names are apart by: spreadsheets write a semicolon where the comma is a decimal one. */
function delimiterOf(text: string): string {
  const [names = ""] = text
    .slice(0, HEADER_CHARS_MAX)
    .replaceAll(/"[^"]*"/g, "")
    .trimStart()
    .split(/\r?\n/, 1);
  return [",", ";", "\t"].find((sign) => names.includes(sign)) ?? ",";
}

function tableOf(text: string, delimiter: string, refuse: Refuse): readonly Row[] {
  try {
    const rows: { readonly record: Fields; readonly info: { readonly lines: number } }[] = parseCsv(text, {
      columns: columnsOf,
      delimiter,
      bom: true,
      info: true,
      skip_empty_lines: true,
      to: CASES_MAX + 1,
    });
    return rows.map(({ record, info }) => ({ fields: record, line: info.lines }));
  } catch (error) {
    return refuse(`is no table: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function columnsOf(names: readonly string[]): string[] {
  const columns = names.map((name) => name.trim());
  const twice = columns.find((name, nth) => name !== "" && columns.indexOf(name) !== nth);
  if (twice !== undefined) throw new Error(`two columns are called "${twice}"; give one of them another name`);
  return columns;
}

function listed(data: unknown, refuse: Refuse): readonly Row[] {
  const list = isFields(data) && Array.isArray(data["cases"]) ? (data["cases"] as readonly unknown[]) : data;
  if (!Array.isArray(list) || !list.every(isFields)) return refuse("is no list of cases, each with its fields");
  if (isDeeperThan(list, LEVELS_MAX)) return refuse(TOO_DEEP);
  return list.map((fields) => ({ fields }));
}

const TOO_DEEP = `holds a value of more than ${LEVELS_MAX} levels, one inside the other; make it flatter`;

export const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);

function attempt<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function fail({ yaml }: EvaluationSource, path: readonly string[], message: string): never {
  throw new ConfigError([at(yaml, path, message)]);
}

const shownPath = (source: EvaluationSource, path: string): string => relative(folderOf(source), path) || path;
