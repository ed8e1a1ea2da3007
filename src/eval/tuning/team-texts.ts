import type { Settings } from "../../config/settings.ts";
import { schemasOf } from "../../config/registry/schemas.ts";
import type { TeamSettings } from "../../config/schema/team-file.ts";

/** Where something stands in a team, as the team file writes it. */
export type Path = readonly (string | number)[];

/** A text of a team that may be put anew: a description, a prompt, or the selector's rules as JSON. */
export interface TeamText {
  readonly path: Path;
  readonly text: string;
}

export interface Change {
  readonly path: Path;
  readonly text: string;
}

/** A team as the file writes it: plain data. */
export type WrittenTeam = Readonly<Record<string, unknown>>;

const RULES: Path = ["speakers", "rules"];

/** As {@link TeamText}s are named to whoever rewrites them: `agents.0.instructions`. */
export const nameOf = (path: Path): string => path.join(".");

/** Those that are written; what the file leaves out has its default, and is left so. */
export function textsOf(team: WrittenTeam): readonly TeamText[] {
  const agents = Array.isArray(team["agents"]) ? team["agents"].length : 0;
  const paths: Path[] = [
    ["description"],
    ["speakers", "prompt"],
    ...Array.from({ length: agents }, (_, index) => [
      ["agents", index, "description"],
      ["agents", index, "instructions"],
      ["agents", index, "voice", "instructions"],
    ]).flat(),
  ];
  const texts = paths.flatMap((path): TeamText[] => {
    const text = at(team, path);
    return typeof text === "string" ? [{ path, text }] : [];
  });
  const rules = at(team, RULES);
  return Array.isArray(rules) ? [...texts, { path: RULES, text: JSON.stringify(rules) }] : texts;
}

/** What a change puts there. Throws where rules are no JSON. */
export const valueOf = ({ path, text }: Change): unknown => (nameOf(path) === nameOf(RULES) ? (JSON.parse(text) as unknown) : text);

/** The team with these changes, as the file would write it. */
export function rewrittenTeam(team: WrittenTeam, changes: readonly Change[]): WrittenTeam {
  const copy = structuredClone(team);
  for (const change of changes) {
    const holder = at(copy, change.path.slice(0, -1)) as Record<string | number, unknown>;
    holder[change.path.at(-1) ?? ""] = valueOf(change);
  }
  return copy;
}

/** The same as settings, checked as the file is. Throws with what is wrong. */
export function settingsOf(team: WrittenTeam, { registry }: Pick<Settings, "registry">): TeamSettings {
  const parsed = schemasOf(registry).cast.safeParse({ teams: { team } });
  const settings = parsed.data?.teams["team"];
  if (!settings) throw new Error(parsed.error?.issues.map(({ path, message }) => `${path.slice(2).join(".")}: ${message}`).join("; "));
  const { speakers, agents } = settings;
  const names = new Set(["user", ...agents.map(({ name }) => name)]);
  const strangers =
    speakers.policy === "selector" ? speakers.rules.flatMap(({ after, next }) => [after, next]).filter((one) => !names.has(one)) : [];
  if (strangers.length > 0) throw new Error(`speakers.rules: there is no agent ${strangers.join(", ")}`);
  return settings;
}

function at(value: unknown, path: Path): unknown {
  let inner = value;
  for (const key of path)
    inner = typeof inner === "object" && inner !== null ? (inner as Record<string | number, unknown>)[key] : undefined;
  return inner;
}
