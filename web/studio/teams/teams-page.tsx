import { useEffect, useState } from "react";
import { Face } from "../run/face.tsx";
import { newTeamHref, teamHref, teamsHref } from "../state/address.ts";
import { EXAMPLES } from "./examples.ts";
import { teams as readTeams, type TeamLine, type TeamsAnswer } from "./teams-api.ts";
import "../styles/teams.css";

/** The teams of a workspace, and where a new one begins. */
export default function TeamsPage({ workspaces, wanted }: { readonly workspaces: readonly string[]; readonly wanted: string | undefined }) {
  const workspace = wanted ?? workspaces[0] ?? "terminal";
  const [answer, setAnswer] = useState<TeamsAnswer | string | undefined>();
  useEffect(() => {
    let isLeft = false;
    readTeams(workspace).then(
      (found) => !isLeft && setAnswer(found),
      (error: unknown) => !isLeft && setAnswer(error instanceof Error ? error.message : String(error)),
    );
    document.title = "Teams · Parley studio";
    return () => void (isLeft = true);
  }, [workspace]);
  const own = typeof answer === "object" ? answer.teams.filter(({ fromFile }) => !fromFile) : [];
  const ofFile = typeof answer === "object" ? answer.teams.filter(({ fromFile }) => fromFile) : [];
  return (
    <main className="teams">
      <div className="teams-inner">
        <header className="teams-head">
          <h1>Teams</h1>
          {workspaces.length > 1 && (
            <label className="filter">
              Workspace
              <select value={workspace} onChange={({ target }) => (location.hash = teamsHref(target.value))}>
                {workspaces.map((one) => (
                  <option key={one}>{one}</option>
                ))}
              </select>
            </label>
          )}
          {typeof answer === "object" && (
            <a className="main-button" href={newTeamHref(workspace)}>
              New team
            </a>
          )}
        </header>
        {answer === undefined && <p className="told-line">Reading the teams…</p>}
        {typeof answer === "string" && <p className="problem">{answer}</p>}
        {typeof answer === "object" && (
          <>
            {answer.mayNotEdit !== undefined && <p className="hint">{answer.mayNotEdit}</p>}
            <TeamRows
              title="Made by people"
              teams={own}
              workspace={workspace}
              none="None yet. A new one begins empty, with an example, or as a copy."
            />
            <TeamRows title="Of the team file" teams={ofFile} workspace={workspace} none="The file has none." />
            <section className="starts" aria-labelledby="starts">
              <h2 id="starts">Begin with an example</h2>
              <ul>
                {Object.entries(EXAMPLES).map(([name, { description }]) => (
                  <li key={name}>
                    <a className="start" href={newTeamHref(workspace, `example:${name}`)}>
                      <strong>{name}</strong>
                      <span className="hint">{description}</span>
                    </a>
                  </li>
                ))}
              </ul>
            </section>
          </>
        )}
      </div>
    </main>
  );
}

function TeamRows({
  title,
  teams,
  workspace,
  none,
}: {
  readonly title: string;
  readonly teams: readonly TeamLine[];
  readonly workspace: string;
  readonly none: string;
}) {
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      {teams.length === 0 && <p className="told-line">{none}</p>}
      <ul className="team-rows">
        {teams.map(({ name, description, policy, agents, isDefault, mistakes, revision, fromFile }) => (
          <li key={name}>
            <a className="team-row" href={teamHref(workspace, name)}>
              <span className="team-row-name">
                <strong>
                  <bdi>{name}</bdi>
                </strong>
                {isDefault && <span className="badge">DEFAULT</span>}
                {mistakes.length > 0 && <span className="badge badge-bad">CANNOT BE USED</span>}
              </span>
              <span className="team-row-about" dir="auto">
                {description}
              </span>
              <span className="team-row-faces" aria-hidden="true">
                {agents.slice(0, 6).map((agent, index) => (
                  <Face key={index} name={agent.name || "?"} icon={agent.icon} />
                ))}
              </span>
              <span className="hint">
                {policy} · {agents.length} {agents.length === 1 ? "agent" : "agents"}
                {fromFile ? "" : ` · revision ${revision}`}
              </span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
