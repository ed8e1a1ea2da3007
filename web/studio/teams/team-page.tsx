import { useEffect, useState } from "react";
import { newTeamHref, teamsHref } from "../state/address.ts";
import { readDraft, withName } from "./edit/draft.ts";
import { EMPTY, EXAMPLES } from "./examples.ts";
import type { Opened } from "./opened.ts";
import { TeamEditor } from "./team-editor.tsx";
import { schema as readSchema, team as readTeam, teamOfRun, teams as readTeams, type TeamsAnswer } from "./teams-api.ts";
import "../styles/teams.css";
import "../styles/team-graph.css";
import "../styles/team-form.css";

interface Props {
  readonly workspace: string;
  readonly name: string | undefined;
  readonly from: string | undefined;
}

/** A team: looked at, changed, tried; or a new one, which begins empty, with an example, as a copy, or as it was in a run. */
export default function TeamPage({ workspace, name, from }: Props) {
  const [ready, setReady] = useState<
    { readonly opened: Opened; readonly offers: TeamsAnswer; readonly schema: object } | string | undefined
  >();
  useEffect(() => {
    let isLeft = false;
    const read = async (): Promise<void> => {
      const [offers, schema] = await Promise.all([readTeams(workspace), readSchema()]);
      const opened = await openedFrom({ workspace, name, from }, offers);
      if (!isLeft) setReady({ opened, offers, schema });
    };
    read().catch((error: unknown) => !isLeft && setReady(error instanceof Error ? error.message : String(error)));
    document.title = `${name ?? "New team"} · Parley studio`;
    return () => void (isLeft = true);
  }, [workspace, name, from]);
  const isNew = name === undefined && from === undefined;
  if (ready === undefined) return <p className="loading">Opening the team…</p>;
  if (typeof ready === "string")
    return (
      <main className="told">
        <h1>This team cannot be shown</h1>
        <p>{ready}</p>
        <p>
          <a href={teamsHref(workspace)}>All teams</a>
          {isNew || (
            <>
              {" · "}
              <a href={newTeamHref(workspace)}>A new one</a>
            </>
          )}
        </p>
      </main>
    );
  return <TeamEditor workspace={workspace} {...ready} />;
}

async function openedFrom({ workspace, name, from }: Props, offers: TeamsAnswer): Promise<Opened> {
  if (name !== undefined) {
    const { yaml, fromFile, revision, mistakes } = await readTeam(workspace, name);
    return { yaml, isFile: fromFile, revision, mistakes, ...(fromFile ? {} : { keptAs: name }) };
  }
  const isNew = { isFile: false, revision: 0, mistakes: [] };
  const [, kind, what = ""] = /^(\w+):(.*)$/.exec(from ?? "") ?? [];
  const free = (yaml: string): string => withFreeName(yaml, offers.teams);
  if (kind === "example") return { ...isNew, yaml: free(EXAMPLES[what]?.yaml ?? EMPTY("smart")) };
  if (kind === "team") return { ...isNew, yaml: free((await readTeam(workspace, what)).yaml) };
  if (kind === "run") {
    const [, thread = "", seq] = /^(.*)#(\d{1,9})$/.exec(what) ?? [];
    return { ...isNew, yaml: free((await teamOfRun({ thread, seq: Number(seq) })).yaml) };
  }
  return { ...isNew, yaml: free(EMPTY(offers.models[0]?.name ?? "smart")) };
}

/** A copy does not begin with the mistake that there is a team of its name. */
function withFreeName(yaml: string, teams: TeamsAnswer["teams"]): string {
  const draft = readDraft(yaml);
  const isTaken = (name: string): boolean => teams.some((team) => team.name === name);
  if (!isTaken(draft.name)) return yaml;
  let nth = 2;
  while (isTaken(`${draft.name}-${nth}`)) nth++;
  return withName(draft, `${draft.name}-${nth}`);
}
