import { z } from "zod";
import type { ShelvedTeam, TeamMistake } from "../../team-shelf.ts";
import type { Logs } from "../../store/runs/logs.ts";
import { eventsOf, type RunName } from "../runs/one-run.ts";
import { type Asker, sees, seesWorkspace, type Sight } from "../access.ts";
import { NotDone } from "../api/route.ts";
import type { CheckAnswer, PlayAnswer, PlayBody, SaveAnswer, TeamAnswer, TeamLine, TeamsAnswer, VersionsAnswer } from "../api/team-shapes.ts"; // prettier-ignore
import type { TeamWish, Workshop } from "./workshop.ts";

/** Who asks, and what they may see. */
interface By {
  readonly asker: Asker;
  readonly sight: Sight;
}

interface Named {
  readonly workspace: string;
  readonly name: string;
}

/** The teams of a workspace, for whoever sees that workspace; for others there is none. Rejects with {@link NotDone} where somebody may not do what they want. */
export interface StudioTeams {
  list(workspace: string, by: By): Promise<TeamsAnswer | undefined>;
  schema(): Promise<object | undefined>;
  get(named: Named, by: By): Promise<TeamAnswer | undefined>;
  versions(named: Named, by: By): Promise<VersionsAnswer | undefined>;
  check(wanted: { readonly workspace: string; readonly yaml: string; readonly editing?: string }, by: By): Promise<CheckAnswer | undefined>;
  save(named: Named, wanted: { readonly yaml: string; readonly revision: number }, by: By): Promise<SaveAnswer | undefined>;
  remove(named: Named, revision: number, by: By): Promise<object | undefined>;
  /** Nothing where its settings are not kept any more, too. */
  ofRun(name: RunName, sight: Sight): Promise<{ readonly yaml: string } | undefined>;
  play(wish: z.infer<typeof PlayBody>, by: By): Promise<PlayAnswer | undefined>;
}

const NO_TEAMS =
  "There are no teams here: no team file could be read where the studio was started. Start it in the folder of your team file, or name the file with PARLEY_FILE; what is wrong with it, its terminal says.";
const NO_PLAYGROUND = "This studio only reads. `parley start --studio` and `npm run demo` have a playground.";

export function createStudioTeams(logs: Pick<Logs, "load" | "file">, workshopNow: () => Workshop | undefined): StudioTeams {
  /** Opened, for whoever sees the workspace. Rejects where no teams can be had at all. */
  async function opened(workspace: string, { sight }: By): Promise<Workshop | undefined> {
    if (!seesWorkspace(sight, workspace)) return undefined;
    const workshop = workshopNow();
    if (!workshop) throw new NotDone(409, "no_teams", NO_TEAMS);
    await workshop.shelf.open(workspace);
    return workshop;
  }

  /** Rejects where they may not; it is in the audit log then. */
  async function must(workshop: Workshop, asker: Asker, wish: Omit<TeamWish, "isAsked">): Promise<void> {
    const no = await workshop.refusal(asker, { ...wish, isAsked: true });
    if (no !== undefined) throw new NotDone(403, "not_allowed", no);
  }

  async function own(named: Named, by: By): Promise<{ readonly workshop: Workshop; readonly team: ShelvedTeam } | undefined> {
    const workshop = await opened(named.workspace, by);
    const team = workshop?.shelf.get(named.workspace, named.name);
    if (!workshop || !team) return undefined;
    await must(workshop, by.asker, { deed: "export", workspace: named.workspace, subject: `team/${named.name}` });
    return { workshop, team };
  }

  async function changed(workshop: Workshop, { workspace, name }: Named): Promise<never> {
    const last = await workshop.lastChange(workspace, name);
    const who = last ? `${last.person} has changed it (${last.deed}, ${last.at.slice(11, 16)} UTC)` : "Somebody has changed it";
    throw new NotDone(409, "changed", `${who} since you have opened it. Compare the two, and save again over theirs or take theirs.`);
  }

  return {
    async list(workspace, by) {
      const workshop = await opened(workspace, by);
      if (!workshop) return undefined;
      const { shelf, offers, playground } = workshop;
      const ask = (deed: TeamWish["deed"]) => workshop.refusal(by.asker, { deed, workspace, subject: "teams", isAsked: false });
      const mayNotEdit = await ask("editTeams");
      const mayNotPlay = playground ? await ask("start") : NO_PLAYGROUND;
      const { turns, minutes, tokens, usd, code } = shelf.ceilings;
      return {
        teams: shelf.list(workspace).map((team) => lineOf(team, shelf.in(workspace).default)),
        ...(mayNotEdit === undefined ? {} : { mayNotEdit }),
        ...(mayNotPlay === undefined ? {} : { mayNotPlay }),
        models: [...offers.models],
        tools: [...offers.tools],
        ceilings: { turns, minutes, tokens, usd, code },
      };
    },
    schema: async () => workshopNow()?.offers.schema,
    async get(named, by) {
      const found = await own(named, by);
      if (!found) return undefined;
      const { workshop, team } = found;
      const { name, fromFile, revision, mistakes } = team;
      return { name, yaml: workshop.shelf.write(team), fromFile, revision, mistakes: [...mistakes] };
    },
    async versions(named, by) {
      const found = await own(named, by);
      if (!found) return undefined;
      const { workshop } = found;
      const versions = await workshop.versions(named.workspace, named.name);
      return {
        versions: versions.map(({ revision, at, team }) => ({
          revision,
          at,
          ...(team === undefined ? {} : { yaml: workshop.shelf.write({ name: named.name, team }) }),
        })),
      };
    },
    async check({ workspace, yaml, editing }, by) {
      const workshop = await opened(workspace, by);
      return workshop && checked(workshop, { workspace, yaml, editing });
    },
    async save({ workspace, name }, { yaml, revision }, by) {
      const workshop = await opened(workspace, by);
      if (!workshop) return undefined;
      const subject = `team/${name}`;
      await must(workshop, by.asker, { deed: "editTeams", workspace, subject });
      const { shelf } = workshop;
      const read = shelf.read(yaml);
      if ("mistakes" in read) return { mistakes: [...read.mistakes] };
      if (read.name !== name)
        return { mistakes: [{ path: "", message: `the text has the name "${read.name}", and it is kept as "${name}".` }] };
      const stands = shelf.get(workspace, name);
      if ((stands?.fromFile ? 0 : (stands?.revision ?? 0)) !== revision) return changed(workshop, { workspace, name });
      const mistakes = shelf.check(workspace, read, revision === 0);
      if (mistakes.length > 0) return { mistakes: [...mistakes] };
      const decision = {
        workspace,
        person: { id: by.asker.id, name: by.asker.name },
        deed: revision === 0 ? "create team in studio" : "edit team in studio",
        subject,
        allowed: true,
      };
      if (!(await shelf.put({ workspace, name, team: read.team, revision, decision }))) return changed(workshop, { workspace, name });
      return { revision: shelf.get(workspace, name)?.revision ?? revision + 1, mistakes: [] };
    },
    async remove({ workspace, name }, revision, by) {
      const workshop = await opened(workspace, by);
      const stands = workshop?.shelf.get(workspace, name);
      if (!workshop || !stands || stands.fromFile) return undefined;
      const subject = `team/${name}`;
      await must(workshop, by.asker, { deed: "editTeams", workspace, subject });
      const person = { id: by.asker.id, name: by.asker.name };
      const decision = { workspace, person, deed: "delete team", subject, allowed: true };
      const done = stands.revision === revision && (await workshop.shelf.put({ workspace, name, team: undefined, revision, decision }));
      return done ? {} : changed(workshop, { workspace, name });
    },
    async ofRun(name, sight) {
      const started = (await eventsOf(logs, name, sight))?.find(({ seq }) => seq === name.seq);
      if (started?.type !== "run.started" || started.teamHash === undefined) return undefined;
      const snapshot = await logs.file(started.teamHash);
      const team = snapshot && workshopNow()?.teamIn(Buffer.from(snapshot).toString("utf8"), started.team);
      return team ? { yaml: team } : undefined;
    },
    async play({ workspace, yaml, task, model, recorded }, by) {
      const workshop = await opened(workspace, by);
      if (!workshop) return undefined;
      const { playground } = workshop;
      if (!playground) throw new NotDone(403, "not_allowed", NO_PLAYGROUND);
      if (recorded && !sees(by.sight, recorded.thread)) return undefined;
      await must(workshop, by.asker, { deed: "start", workspace, subject: "playground" });
      const read = workshop.shelf.read(yaml);
      if ("mistakes" in read) return { mistakes: [...read.mistakes] };
      const own = { name: read.name, team: read.team };
      const wish = { workspace, person: by.asker, own, task };
      const played = await playground.begin({
        ...wish,
        ...(model === undefined ? {} : { model }),
        ...(recorded === undefined ? {} : { recorded }),
      });
      if ("refused" in played) throw new NotDone(409, "refused", played.refused);
      return "mistakes" in played ? { mistakes: [...played.mistakes] } : { run: { thread: played.thread, seq: played.seq }, mistakes: [] };
    },
  };
}

/** By the rules of the team file, as it would be kept. */
function checked(
  { shelf }: Workshop,
  { workspace, yaml, editing }: { readonly workspace: string; readonly yaml: string; readonly editing?: string | undefined },
): CheckAnswer {
  const read = shelf.read(yaml);
  if ("mistakes" in read) return { mistakes: [...read.mistakes] };
  const stays: readonly TeamMistake[] =
    editing === undefined || read.name === editing
      ? []
      : [{ path: "name", message: `it is kept as "${editing}"; a copy has another name.` }];
  return { name: read.name, mistakes: [...stays, ...shelf.check(workspace, read, read.name !== editing)] };
}

const words = z.string().catch("");
/** What the list shows of a team, of one that is wrong too. */
const Shown = z
  .looseObject({
    description: words,
    speakers: z.looseObject({ policy: words }).catch({ policy: "" }),
    agents: z.array(z.looseObject({ name: words, icon: words }).catch({ name: "", icon: "" })).catch([]),
  })
  .catch({ description: "", speakers: { policy: "" }, agents: [] });

function lineOf({ name, team, fromFile, revision, mistakes }: ShelvedTeam, byDefault: string): TeamLine {
  const { description, speakers, agents } = Shown.parse(team);
  return {
    name,
    description,
    policy: speakers.policy,
    agents: agents.map(({ name: agent, icon }) => ({ name: agent, icon })),
    fromFile,
    isDefault: name === byDefault,
    revision,
    mistakes: [...mistakes],
  };
}
