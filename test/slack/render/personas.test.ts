import type { TeamCard } from "../../../src/team-shelf.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { lookalikesOf } from "../../../src/lookalikes.ts";
import { persona } from "../../../src/slack/render/personas.ts";
import { TEAM } from "../log.ts";

const team = (...agents: TeamCard["agents"]): TeamCard => ({ ...TEAM, agents });

test("an agent has the face that its team gives it: an emoji, or a picture over https", () => {
  expect(persona("Coder", TEAM)).toEqual({ username: "Coder", icon_emoji: ":technologist:" });
  expect(persona("Critic", TEAM)).toEqual({ username: "Critic", icon_url: "https://example.com/critic.png" });
  expect(persona("Runner", TEAM)).toEqual({ username: "Runner", icon_emoji: ":gear:" });
});

test("an agent without a face gets one of its own, the same each time and not a teammate's", () => {
  const names = Array.from({ length: 10 }, (_, index) => ({ name: `Agent ${index}`, description: "" }));
  const faces = names.map(({ name }) => JSON.stringify(persona(name, team(...names))));
  expect(new Set(faces.map((face) => face.replace(/.*icon/, ""))).size).toBe(10);
  expect(names.map(({ name }) => JSON.stringify(persona(name, team(...names))))).toEqual(faces);
});

test("an icon that Slack would not show is replaced", () => {
  for (const icon of ["gear", "http://example.com/a.png", "javascript:alert(1)", "https://e.example/a b.png", "::", ":a b:"]) {
    expect(persona("Ada", team({ name: "Ada", icon, description: "" }))).toHaveProperty("icon_emoji");
  }
  expect(persona("Ada", team({ name: "Ada", icon: "🧑‍🔬", description: "" }))).toEqual({ username: "Ada", icon_emoji: "🧑‍🔬" });
});

test("a name never passes for Slack's own voice or for a call to everybody", () => {
  expect(persona("slackbot", TEAM).username).toBe("slackbot (agent)");
  expect(persona("Every one", TEAM).username).toBe("Every one (agent)");
  expect(persona("\u202Ename\n<!here>", TEAM).username).toBe("name !here");
  expect(persona(" ", TEAM).username).toBe("Agent");
});

test("a name that reads like the app, its approvals, Slack or a member is marked as an agent's, however it is written", () => {
  const members = lookalikesOf(["Maria", "mаrcо", "Parley"]);
  const called = (name: string) => persona(name, TEAM, (one) => members.has(one)).username;
  for (const name of ["ParIey", "Slack Security", "Parley Approvals", "Maria", "MARIA", "Mаriа", "Marco"])
    expect(called(name)).toBe(`${name} (agent)`);
  for (const name of ["Mario", "Security", "Coder"]) expect(called(name)).toBe(name);
  // What marks it is never cut off.
  expect(called(`Slack ${"x".repeat(60)}`)).toMatch(/^Slack x+… \(agent\)$/);
});

test("a face that is the app's, Slack's or a member's is no agent's", () => {
  for (const icon of [":slack:", ":white_check_mark:", "https://avatars.slack-edge.com/maria.png"])
    expect(persona("Ada", team({ name: "Ada", icon, description: "" }))).toEqual(persona("Ada", team({ name: "Ada", description: "" })));
});

test("any name gives a name of 1 to 50 visible characters", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), (name) => {
      const { username } = persona(name, TEAM);
      expect(username.length).toBeGreaterThan(0);
      expect(username.length).toBeLessThanOrEqual(50);
      expect(username).not.toMatch(/[<>\n\u0000-\u001f\u202a-\u202e]/);
    }),
  );
});
