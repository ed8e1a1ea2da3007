import { randomUUID } from "node:crypto";
import { readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { isCollection, isScalar, parseDocument, stringify, type Document } from "yaml";
import { z } from "zod";
import { ConfigError } from "../../config/config-error.ts";
import { insideFolder } from "../../config/file/includes.ts";
import { readYamlFile } from "../../config/file/yaml-file.ts";
import { rewrittenTeam, valueOf, type Change, type Path, type WrittenTeam } from "./team-texts.ts";

/** The file in which a team is written. */
export interface TeamSource {
  /** Absolute. */
  readonly path: string;
  /** As people are told of it. */
  readonly shown: string;
  readonly text: string;
  readonly team: WrittenTeam;
}

const Written = z.looseObject({
  include: z.array(z.string()).default([]),
  teams: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
});

/** In the team file, or in one that it includes. Throws {@link ConfigError} where it is in none: a team that is made in Slack is. */
export function sourceOf(team: string, { file, cwd }: { readonly file: string; readonly cwd: string }): TeamSource {
  const main = resolve(cwd, file);
  const { include } = Written.parse(readYamlFile(main, file).data);
  const files = [
    { path: main, shown: file },
    ...include.map((name) => ({ path: insideFolder(dirname(main), name), shown: join(dirname(file), name) })),
  ];
  for (const { path, shown } of files) {
    const written = path === undefined ? undefined : Written.parse(readYamlFile(path, shown).data).teams[team];
    if (path !== undefined && written !== undefined) return { path, shown, text: readFileSync(path, "utf8"), team: written };
  }
  throw new ConfigError([{ file, path: `teams.${team}`, message: "is written in no file that could be changed" }]);
}

/**
 * The file's text with these changes. Where a text stands as one of its own, it alone is put anew, and every other character stays; else the document
 * is written again, with its comments.
 */
export function rewrittenSource({ text, team: written }: TeamSource, team: string, changes: readonly Change[]): string {
  const wanted = rewrittenTeam(written, changes);
  const holds = (one: string) => isDeepStrictEqual(Written.parse(parseDocument(one).toJS()).teams[team], wanted);
  const inPlace = changes.reduce<string | undefined>((now, change) => now && replaced(now, ["teams", team, ...change.path], change), text);
  if (inPlace !== undefined && holds(inPlace)) return inPlace;
  const document = parseDocument(text);
  for (const change of changes) document.setIn(["teams", team, ...change.path], document.createNode(valueOf(change)));
  const whole = document.toString({ lineWidth: 0 });
  if (!holds(whole)) throw new Error(`${team} could not be written into its file as it was tried; nothing was changed`);
  return whole;
}

/** One text put anew where it stands; `undefined` where it is none that could be. */
function replaced(source: string, path: Path, change: Change): string | undefined {
  const value = valueOf(change);
  const document = parseDocument(source);
  const node = document.getIn(path, true);
  if (typeof value !== "string" || !isScalar(node) || !node.range || node.anchor !== undefined) return undefined;
  const [from, to] = node.range;
  const isBlock = source[from] === "|" || source[from] === ">";
  const indent = indentOf(source, from);
  const written = isInFlow(document, path) ? JSON.stringify(value) : value.includes("\n") ? block(value, indent) : oneLine(value);
  // The end of a block is behind its last line.
  const end = isBlock ? source.slice(from, to).trimEnd().length + from : to;
  return source.slice(0, from) + written + source.slice(end);
}

const oneLine = (value: string): string => stringify(value, { lineWidth: 0 }).trimEnd();

function block(value: string, indent: number): string {
  // What begins with a blank has to say how far it is moved in.
  if (/^\s/.test(value) || value.endsWith("\n\n")) return JSON.stringify(value);
  const lines = (value.endsWith("\n") ? value.slice(0, -1) : value).split("\n");
  const pad = " ".repeat(indent + 2);
  return `${value.endsWith("\n") ? "|" : "|-"}\n${lines.map((line) => (line === "" ? "" : pad + line)).join("\n")}`;
}

/** How far the key is moved in that stands on this line, marks of a list included. */
function indentOf(source: string, at: number): number {
  const line = source.slice(source.lastIndexOf("\n", at - 1) + 1, at);
  return /^[ -]*/.exec(line)?.[0].length ?? 0;
}

function isInFlow(document: Document, path: Path): boolean {
  return path.some((_, length) => {
    const around = document.getIn(path.slice(0, length), true);
    return isCollection(around) && around.flow === true;
  });
}

/** Puts the file anew, at once or not at all; a link to it stays one. Throws where it is not what it was any more. */
export function writeSource({ path, text, shown }: TeamSource, after: string): void {
  if (readFileSync(path, "utf8") !== text)
    throw new ConfigError([{ file: shown, path: "", message: "was changed meanwhile; nothing was written" }]);
  const real = realpathSync(path);
  const beside = join(dirname(real), `.${randomUUID()}.tmp`);
  try {
    writeFileSync(beside, after, { mode: statSync(real).mode });
    renameSync(beside, real);
  } finally {
    rmSync(beside, { force: true });
  }
}
