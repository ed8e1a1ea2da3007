import { expect, test } from "vitest";
import { checkOwnTeam } from "../../../src/config/own-team.ts";
import { load } from "../team-files.ts";

test("a team that people make has nobody with the app's or Slack's own name, and may have an Approver, who is marked where they post", () => {
  const settings = load({
    "parley.yml":
      "models: { m: { provider: replay, file: r.yml } }\nteams: { one: { description: One., speakers: { policy: round-robin }, agents: [{ name: Ana, description: Is., model: m }], stop: { maxTurns: 2 } } }",
    "r.yml": "replies: {}",
  });
  const mistakesOf = (name: string) => {
    const agents = [{ name, description: "Is.", model: "m" }];
    const checked = checkOwnTeam(
      { name: "made", team: { description: "Made.", speakers: { policy: "round-robin" }, agents, stop: { maxTurns: 2 } } },
      settings,
    );
    return "mistakes" in checked ? checked.mistakes.map(({ path }) => path) : [];
  };
  for (const name of ["Parley", "ParIey", "Slack", "Slack Security", "Parley Approvals"])
    expect(mistakesOf(name)).toEqual(["agents[0].name"]);
  for (const name of ["Approver", "Code approvals", "Security"]) expect(mistakesOf(name)).toEqual([]);
});
