import { stricter } from "../engine/approvals.ts";
import type { BrokenTeam, OwnTeam, ShelvedTeam, TeamMistake, TeamShelf } from "../team-shelf.ts";
import { cardOf } from "./build/cards.ts";
import { policyOf } from "./build/policy.ts";
import type { Teams } from "./build.ts";
import { isListed } from "./checks/ceilings.ts";
import { ConfigError } from "./config-error.ts";
import type { ActionPolicy } from "../engine/events/events.ts";
import type { ReplayFile } from "../models/replay/replay.ts";
import type { ModelSettings, Settings } from "./settings.ts";
import { isOfWeb } from "./touches.ts";
import { checkOwnTeam, readOwnTeam, withoutDefaults, writeOwnTeam } from "./own-team.ts";
import type { TeamSettings } from "./schema/team-file.ts";

/** The shelf, with what the runner asks of it. */
export interface BuiltShelf extends TeamShelf {
  of(workspace: string): Promise<
    Pick<Teams, "has" | "names" | "snapshot" | "isQuiet" | "policy" | "default"> & {
      /** Why a team of this name cannot be used, in one sentence; nothing where there is none, or it can. */
      readonly whyNot: (name: string) => string | undefined;
    }
  >;
  /** A team that is tried before it is kept, held to the same rules; it may have the name of one that is kept. */
  draft(own: OwnTeam, inPlace?: InPlace): TeamDraft | { readonly mistakes: readonly TeamMistake[] };
}

/** A team that is not kept, as a run of it begins. */
export interface TeamDraft {
  readonly name: string;
  /** As {@link Teams.snapshot} has it. */
  readonly snapshot: string;
  readonly code: ActionPolicy;
  readonly tools: ActionPolicy;
}

/** In place of the models that a team names. */
export type InPlace = { readonly model: string } | { readonly replies: ReplayFile["replies"] };

/** Where the teams that people make are kept: the store's settings. */
export interface Keep {
  list(
    workspace: string,
    prefix: string,
  ): Promise<readonly { readonly name: string; readonly value: unknown; readonly revision: number }[]>;
  put(change: {
    readonly name: string;
    readonly value: unknown;
    readonly revision: number;
    readonly decision: Parameters<TeamShelf["put"]>[0]["decision"];
  }): Promise<boolean>;
  /** Tells of what was put, whoever put it; without a name, of anything. */
  follow(listener: (changed: { readonly workspace: string; readonly name: string } | { readonly name?: never }) => void): () => void;
}

/** What a pick list in Slack can hold. */
const TEAMS_MAX = 100;
const PREFIX = "team/";

interface Kept extends ShelvedTeam {
  readonly settings: TeamSettings | undefined;
}

export function createTeamShelf(parts: {
  readonly settings: Settings;
  readonly teams: Pick<Teams, "build" | "snapshot" | "default">;
  readonly keep: Keep;
  readonly log: (line: string) => void;
}): BuiltShelf {
  const { settings, teams, keep, log } = parts;
  const kept = new Map<string, Map<string, Kept>>();
  const opening = new Map<string, Promise<void>>();
  const ofFile = [...settings.teams].map(([name, team]): ShelvedTeam => {
    let plain: unknown;
    return {
      name,
      get team() {
        return (plain ??= withoutDefaults(team, settings.registry));
      },
      fromFile: true,
      revision: 0,
      mistakes: [],
    };
  });
  const cardsOfFile = [...settings.teams].map(([name, team]) => cardOf(name, team, settings.teams));

  const ownOf = (workspace: string): Kept[] => [...(kept.get(workspace)?.values() ?? [])].toSorted(byName);
  const usable = (workspace: string) => ownOf(workspace).flatMap(({ name, settings: own }) => (own ? [[name, own] as const] : []));
  const around = (name: string, team: TeamSettings): Settings => ({ ...settings, teams: new Map([...settings.teams, [name, team]]) });
  const broken = (workspace: string): BrokenTeam[] =>
    ownOf(workspace).flatMap(({ name, mistakes: [mistake] }) => (mistake ? [{ name, why: whyBroken(name, mistake) }] : []));
  const { ceilings } = settings;
  const inFile = (name: string): boolean => [...settings.teams.keys()].some((other) => isSame(other, name));

  async function read(workspace: string): Promise<void> {
    const found = await keep.list(workspace, PREFIX);
    const own = found.map(({ name, value, revision }) => shelved({ name: name.slice(PREFIX.length), team: value }, revision));
    for (const { name, mistakes } of own)
      if (mistakes[0]) log(`the team "${name}" of ${workspace} cannot be used: ${mistakes[0].path}: ${mistakes[0].message}`);
    kept.set(workspace, new Map(own.map((team) => [team.name, team])));
  }

  function open(workspace: string): Promise<void> {
    const underWay =
      opening.get(workspace) ??
      read(workspace).catch((error: unknown) => {
        // The next one tries again.
        opening.delete(workspace);
        throw error;
      });
    opening.set(workspace, underWay);
    return underWay;
  }

  // What another process has put; what was put here is known already.
  keep.follow((changed) => {
    const isMeant = (workspace: string) =>
      changed.name === undefined || (changed.workspace === workspace && changed.name.startsWith(PREFIX));
    for (const workspace of [...opening.keys()].filter(isMeant)) {
      opening.delete(workspace);
      open(workspace).catch((error: unknown) => log(`the teams of ${workspace} could not be read anew: ${String(error)}`));
    }
  });

  function shelved(own: OwnTeam, revision: number): Kept {
    const checked = inFile(own.name) ? { mistakes: [taken(own.name, true)] } : tried(own);
    const base = { ...own, fromFile: false, revision };
    return "team" in checked
      ? { ...base, mistakes: [], settings: checked.team }
      : { ...base, mistakes: checked.mistakes, settings: undefined };
  }

  /** Checked, and built once for a trial, with the builder that the runs use. */
  function tried(own: OwnTeam, yaml?: Parameters<typeof checkOwnTeam>[2]): ReturnType<typeof checkOwnTeam> {
    const checked = checkOwnTeam(own, settings, yaml);
    if ("mistakes" in checked) return checked;
    const mistakes = mistakesOfTrial(own.name, teams.snapshot(own.name, around(own.name, checked.team)));
    return mistakes.length > 0 ? { mistakes } : checked;
  }

  function mistakesOfTrial(name: string, snapshot: string): readonly TeamMistake[] {
    try {
      teams.build(name, "a trial", snapshot);
      return [];
    } catch (error) {
      if (error instanceof ConfigError) return error.mistakes.map(({ path, message }) => ({ path, message }));
      return [{ path: "", message: error instanceof Error ? error.message : String(error) }];
    }
  }

  function check(workspace: string, own: OwnTeam, isNew: boolean): readonly TeamMistake[] {
    const others = ownOf(workspace);
    if (inFile(own.name)) return [taken(own.name, true)];
    if (isNew && others.some(({ name }) => isSame(name, own.name))) return [taken(own.name, false)];
    if (isNew && others.length + settings.teams.size >= TEAMS_MAX)
      return [{ path: "", message: `there are ${TEAMS_MAX} teams already, as many as a list can show; delete one first.` }];
    const checked = tried(own);
    return "mistakes" in checked ? checked.mistakes : [];
  }

  function withModels(inPlace: InPlace): Settings | undefined {
    if ("model" in inPlace && (!settings.models.has(inPlace.model) || ceilings.teams.models?.includes(inPlace.model) === false))
      return undefined;
    const found: ModelSettings | undefined =
      "model" in inPlace
        ? settings.models.get(inPlace.model)
        : { provider: "replay", file: "recorded", wordDelayMs: 0, fallback: [], script: { replies: inPlace.replies } };
    if (!found) return undefined;
    // There is no other to fall back on.
    const one: ModelSettings = { ...found, fallback: [] };
    return { ...settings, models: new Map([...settings.models.keys()].map((name) => [name, one] as const)) };
  }

  return {
    models: [...settings.models.keys()].filter((name) => ceilings.teams.models?.includes(name) ?? true),
    tools: [...new Set([...settings.tools.keys(), ...(ceilings.teams.tools ?? [])])].filter(
      (name) =>
        (ceilings.teams.tools === undefined || isListed(name, ceilings.teams.tools)) &&
        (ceilings.teams.web || !isOfWeb(settings.tools.get(name))),
    ),
    ceilings: ceilings.teams,
    open,
    in: (workspace) => ({
      get cards() {
        return [...cardsOfFile, ...usable(workspace).map(([name, team]) => cardOf(name, team, around(name, team).teams))];
      },
      default: teams.default,
      get broken() {
        return broken(workspace);
      },
    }),
    async of(workspace) {
      await open(workspace);
      const own = new Map(usable(workspace));
      const settingsOf = (name: string): Settings => {
        const team = own.get(name);
        return team ? around(name, team) : settings;
      };
      return {
        has: (name) => settings.teams.has(name) || own.has(name),
        names: () => [...settings.teams.keys(), ...own.keys()],
        snapshot: (name) => teams.snapshot(name, settingsOf(name)),
        isQuiet: (name) => settingsOf(name).teams.get(name)?.quiet ?? false,
        policy(name) {
          const policy = policyOf(settingsOf(name), name);
          return own.has(name) ? { ...policy, code: stricter(policy.code, ceilings.teams.code) } : policy;
        },
        whyNot: (name) => broken(workspace).find((one) => one.name === name)?.why,
        default: teams.default,
      };
    },
    draft(own, inPlace) {
      // One of the file has been checked with it.
      const checked = checkOwnTeam(own, settings);
      if ("mistakes" in checked) return checked;
      const put = inPlace ? withModels(inPlace) : settings;
      if (!put) return { mistakes: [{ path: "model", message: "the file has no such model for teams that people make; take another." }] };
      const now: Settings = { ...put, teams: new Map([...put.teams, [own.name, checked.team]]) };
      const snapshot = teams.snapshot(own.name, now);
      const mistakes = mistakesOfTrial(own.name, snapshot);
      if (mistakes.length > 0) return { mistakes };
      const { code, tools } = policyOf(now, own.name);
      return { name: own.name, snapshot, code: stricter(code, ceilings.teams.code), tools };
    },
    list: (workspace) => [...ofFile, ...ownOf(workspace)],
    get: (workspace, name) => ofFile.find((team) => team.name === name) ?? kept.get(workspace)?.get(name),
    check,
    read(text) {
      const found = readOwnTeam(text);
      if ("mistakes" in found) return found;
      // Its own mistakes with their lines, before anything else is said of it.
      const checked = checkOwnTeam(found, settings, found.yaml);
      return "mistakes" in checked ? checked : { name: found.name, team: found.team };
    },
    write: writeOwnTeam,
    async put({ workspace, name, team, revision, decision }) {
      await open(workspace);
      const value = team === undefined ? undefined : (JSON.parse(JSON.stringify(team)) as unknown);
      const done = await keep.put({ name: `${PREFIX}${name}`, value, revision, decision });
      const own = kept.get(workspace) ?? new Map<string, Kept>();
      kept.set(workspace, own);
      if (!done) await read(workspace);
      else if (value === undefined) own.delete(name);
      else own.set(name, shelved({ name, team: value }, revision + 1));
      return done;
    },
  };
}

const whyBroken = (name: string, { path, message }: TeamMistake): string =>
  `The team "${name}" cannot be used as it is: ${path === "" ? "" : `${path}: `}${message.replace(/\.?$/, ".")} Who may change teams can mend it in App Home.`;

const isSame = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
const byName = (one: OwnTeam, other: OwnTeam): number => (one.name < other.name ? -1 : 1);

const taken = (name: string, byFile: boolean): TeamMistake => ({
  path: "name",
  message: `there is a team "${name}" already${byFile ? ", in the team file" : ""}; take another name.`,
});
