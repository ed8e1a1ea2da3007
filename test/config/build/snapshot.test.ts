import { expect, test } from "vitest";
import { openLog } from "../../support/scripted.ts";
import { fakeExecutor, ran } from "../fake-executor.ts";
import { stage } from "../play.ts";

const FILE = (
  words: string,
) => `tools: { web: { kind: web-fetch }, ask: { kind: agent, description: x, team: behind }, unused: { kind: web-fetch } }
teams:
  main:
    description: Main.
    speakers: { policy: selector, model: m, rules: [{ after: user, next: Ana }, { after: Ana, next: Panel }] }
    agents:
      - { name: Ana, description: ${words}, model: m, tools: [web, ask], hears: [{ from: user }] }
      - { name: Panel, description: Thinks., kind: team, team: inner }
    stop: { any: [{ textMention: DONE }, { maxMessages: { count: 9, events: true } }] }
    limits: { minutes: 3 }
  inner:
    description: Inner.
    speakers: { policy: graph, edges: [{ from: Uno, to: Due }] }
    agents: [{ name: Uno, description: One., model: m }, { name: Due, description: Two., kind: human }]
  behind: { description: B., speakers: { policy: round-robin }, agents: [{ name: Eva, description: E., model: m }] }
  other: { description: O., speakers: { policy: round-robin }, agents: [{ name: Otto, description: O., model: m }] }
`;
const replies = (word: string) => `replies: { Ana: [${word}], Uno: [one] }`;

test("a snapshot holds all that a team is made of, and nothing else", () => {
  const { teams } = stage(FILE("Asks."), { replies: replies("first") });
  const text = teams.snapshot("main");
  const held = JSON.parse(text) as { file: { teams: object; tools: object; models: object }; scripts: object };
  expect(Object.keys(held.file.teams)).toEqual(["behind", "inner", "main"]);
  expect(Object.keys(held.file.tools)).toEqual(["ask", "web"]);
  expect(Object.keys(held.file.models)).toEqual(["m"]);
  expect(stage(FILE("Asks."), { replies: replies("first") }).teams.snapshot("other")).toContain("Otto");
});

test("a run goes on with the team that it began with, whatever the file says now", async () => {
  const text = stage(FILE("Asks."), { replies: replies("first") }).teams.snapshot("main");
  const { teams, askedOf } = stage(FILE("Answers."), { replies: replies("second") });
  expect(teams.snapshot("main")).not.toBe(text);
  const log = openLog();
  log.start("Go");
  const before = teams.build("main", "t", text);
  expect(before.minutesMax).toBe(3);
  await log.run(before);
  expect(log.said().slice(1, 3)).toEqual(["Ana: first", "Uno: one"]);
  expect(askedOf("Ana")[0]?.system).toContain("Asks.");
  const now = openLog();
  now.start("Go");
  await now.run(teams.build("main", "t"));
  expect(now.said()[1]).toBe("Ana: second");
});

test("written and read again, it is the same text; what another version wrote is said to be so", () => {
  const { teams } = stage(FILE("Asks."), { replies: replies("first") });
  expect(() => teams.build("main", "t", '{"file":{"teams":{"main":{}}},"scripts":{}}')).toThrow(
    "they were written by another version of Parley",
  );
  expect(teams.snapshot("main")).toBe(teams.snapshot("main"));
  expect(() => teams.build("main", "t", teams.snapshot("main"))).not.toThrow();
});

test("what the sandbox is found to run later is in the snapshots from then on, where code is run", () => {
  const found = { ...fakeExecutor(() => ran("")) };
  const { teams } = stage(
    `teams: { main: { description: Codes., speakers: { policy: round-robin }, agents: [{ name: Coder, description: Writes., kind: coder, model: m }] } }`,
    { executor: found },
  );
  expect(JSON.parse(teams.snapshot("main"))).toMatchObject({ languages: ["python"] });
  Object.assign(found, { capabilities: { ...found.capabilities, languages: ["python", "sh"] } });
  expect(JSON.parse(teams.snapshot("main"))).toMatchObject({ languages: ["python", "sh"] });
});
