import { isDeepStrictEqual } from "node:util";
import { stringify } from "yaml";
import { z } from "zod";
import type { OwnTeam, TeamMistake } from "../team-shelf.ts";
import { checkCeilings, checkWrittenLimits, lowered } from "./checks/ceilings.ts";
import type { Report } from "./checks/report.ts";
import { checkMadeVoices } from "./checks/voices.ts";
import { checkTeam } from "./checks/team.ts";
import { ConfigError, type Mistake } from "./config-error.ts";
import type { Registry } from "./registry/registry.ts";
import { schemasOf } from "./registry/schemas.ts";
import type { Settings } from "./settings.ts";
import { at, type Notes } from "./file/notes.ts";
import { check } from "./file/part.ts";
import type { TeamSettings } from "./schema/team-file.ts";
import { readYamlText, type YamlFile } from "./file/yaml-file.ts";

const ownIn = (registry: Registry) => z.strictObject({ teams: schemasOf(registry).castOfPeople.shape.teams });
/** Well below what a setting may have, and far more than a form holds. */
const TEAM_BYTES_MAX = 128 * 1024;
const MISTAKES_MAX = 20; // More are the echo of the first.
const AT_MACHINE = "can only be set in the team file, on the machine where Parley runs; take it out, and leave `teams` alone.";

/**
 * A team made by people, with every default filled in, or what is wrong with it, told by the same rules as for the team file. It can name the
 * models, tools and teams that the file has, within the file's ceilings, and brings none of its own.
 */
export function checkOwnTeam(
  { name, team }: OwnTeam,
  settings: Settings,
  yaml: YamlFile = written({ name, team }),
): { readonly team: TeamSettings } | { readonly mistakes: readonly TeamMistake[] } {
  const notes: Notes = { mistakes: [], warnings: [] };
  if (Buffer.byteLength(JSON.stringify(team) ?? "") > TEAM_BYTES_MAX)
    return { mistakes: [{ path: "", message: `it is larger than ${TEAM_BYTES_MAX / 1024} KiB; shorten its instructions.` }] };
  const teams = check(ownIn(settings.registry), yaml, notes)?.teams;
  const shape = teams && Object.hasOwn(teams, name) ? teams[name] : undefined;
  const report: Report = (kind, path, message) => {
    if (kind === "mistake") notes.mistakes.push(at(yaml, ["teams", name, ...path], message));
  };
  const ceilings = settings.ceilings.teams;
  const tooHigh: Mistake[] = [];
  checkWrittenLimits(team, ceilings, (_, path, message) => tooHigh.push(at(yaml, ["teams", name, ...path], message)));
  // The ceiling is what counts, where the schema would name a limit that is higher still.
  const others = notes.mistakes.filter(({ path }) => !tooHigh.some((one) => one.path === path));
  notes.mistakes.splice(0, Infinity, ...others, ...tooHigh);
  const checked = shape && lowered(shape, team, ceilings);
  if (checked) {
    const around = { ...settings, teams: new Map([...settings.teams, [name, checked]]) };
    checkTeam(name, checked, around, settings.registry, report);
    checkMadeVoices(checked, report);
    checkCeilings(checked, ceilings, around, report);
  }
  if (checked && notes.mistakes.length === 0) return { team: checked };
  const mistakes =
    notes.mistakes.length > 0 ? notes.mistakes : [{ file: "", path: "name", message: "this name cannot be used; take another" }];
  return { mistakes: mistakes.slice(0, MISTAKES_MAX).map((mistake) => toldOf(name, mistake, yaml.path !== "")) };
}

/** Reads the YAML of one team, as {@link writeOwnTeam} writes it and as a team file has it. */
export function readOwnTeam(text: string): (OwnTeam & { readonly yaml: YamlFile }) | { readonly mistakes: readonly TeamMistake[] } {
  try {
    const yaml = { ...readYamlText(text, "the text"), path: "the text" };
    const { data } = yaml;
    if (typeof data !== "object" || data === null || Array.isArray(data))
      return { mistakes: [{ path: "", message: "there is no team in it; begin with `teams:`, as an export does." }] };
    const others = Object.keys(data).filter((key) => key !== "teams");
    if (others.length > 0)
      return {
        mistakes: others
          .slice(0, MISTAKES_MAX)
          .map((key) => ({ path: key.slice(0, 60), line: yaml.line([key], true), message: AT_MACHINE })),
      };
    const teams: unknown = (data as { readonly teams?: unknown }).teams;
    const names = typeof teams === "object" && teams !== null && !Array.isArray(teams) ? Object.keys(teams) : [];
    const [name] = names;
    if (name === undefined || names.length > 1)
      return {
        mistakes: [
          { path: "teams", message: `it holds ${names.length === 0 ? "no team" : `${names.length} teams`}; one at a time, please.` },
        ],
      };
    return { name, team: (teams as { readonly [name: string]: unknown })[name], yaml };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { mistakes: error.mistakes.slice(0, MISTAKES_MAX).map((mistake) => toldOf("", mistake, true)) };
  }
}

/** As a team file would have it, ready for an import here or there. */
export const writeOwnTeam = ({ name, team }: OwnTeam): string => stringify({ teams: { [name]: team } }, { lineWidth: 100 });

/** A team of the file as one would write it: without what the defaults say anyhow. */
export function withoutDefaults(team: TeamSettings, registry: Registry): unknown {
  const whole = JSON.parse(JSON.stringify(team)) as Json;
  const { cast } = schemasOf(registry);
  const reading = (one: unknown): unknown => cast.safeParse({ teams: { team: one } }).data;
  drop(whole, whole, reading(whole), reading);
  return whole;
}

type Json = { [key: string]: unknown };

/** Takes out, deepest first, each key without which the team reads the same. */
function drop(inside: Json, whole: Json, meant: unknown, reading: (team: unknown) => unknown): void {
  for (const [key, value] of Object.entries(inside)) {
    if (typeof value === "object" && value !== null) drop(value as Json, whole, meant, reading);
    if (Array.isArray(inside)) continue;
    Reflect.deleteProperty(inside, key);
    if (isDeepStrictEqual(reading(whole), meant)) continue;
    inside[key] = value;
  }
}

/** A team that is in no text, in the shape that the checks read. */
const written = ({ name, team }: OwnTeam): YamlFile => ({ path: "", shown: name, data: { teams: { [name]: team } }, line: () => 1 });

function toldOf(name: string, { path, line, message }: Mistake, hasLines: boolean): TeamMistake {
  const root = `teams.${name}`;
  const below = path.startsWith(`${root}.`) ? path.slice(root.length + 1) : path === root ? "" : path;
  return { path: below, message, ...(hasLines && line !== undefined ? { line } : {}) };
}
