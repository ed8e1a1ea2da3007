import { expect, test } from "vitest";
import { snapshotOf, readSnapshot } from "../../src/config/build/snapshot.ts";
import { selectorModel } from "../../src/config/selector-model.ts";
import { load, mistakesOf } from "./team-files.ts";
import { play } from "./play.ts";

const file = (
  models: string,
  speakers = "{ policy: selector, allowRepeats: true }",
  agents = "{ name: Ana, description: Asks., model: m }",
) => `models: { m: { provider: replay, file: replies.yml }${models} }
teams:
  talk:
    description: Talks.
    speakers: ${speakers}
    agents: [${agents}, { name: Run, kind: code-runner, description: Runs., runs: [Ana] }]
`;
const FAST = ", fast: { provider: replay, file: replies.yml }";
const replies = { "replies.yml": "replies: {}" };

test.each([
  ["the model that the team names", FAST, "{ policy: selector, model: m, allowRepeats: true }", "m"],
  ["else the one that is called fast", FAST, undefined, "fast"],
  ["else that of the first agent that has one", "", undefined, "m"],
])("a selector asks %s", (_what, models, speakers, expected) => {
  const settings = load({ "parley.yml": file(models, speakers), ...replies });
  const team = settings.teams.get("talk");
  expect(team && selectorModel(team, settings.models)).toBe(expected);
  const snapshot = readSnapshot(snapshotOf(settings, "talk", []), settings);
  expect(team && selectorModel(team, snapshot.models)).toBe(expected);
});

test("a selector without any model to ask is a mistake that says what to add", () => {
  const agents = "{ name: Ana, kind: code-runner, description: Runs., runs: [Run] }";
  expect(mistakesOf({ "parley.yml": file("", undefined, agents), ...replies }).join("\n")).toContain("a model named `fast` under `models`");
});

test("rules and a single candidate decide without a call; only where neither does is the model asked", async () => {
  const talk = `teams:
  talk:
    description: Talks.
    speakers:
      policy: selector
      rules: [{ after: Ana, next: Ben }]
      candidates: [{ after: Ben, next: [Cleo] }]
    agents: [{ name: Ana, description: A., model: m }, { name: Ben, description: B., model: m }, { name: Cleo, description: C., model: m }]
    limits: { turns: 6 }
`;
  const { log, askedOf } = await play(talk, {
    replies: "replies: { Ana: [a, a], Ben: [b, b], Cleo: [c, c], selector: [{ next: Ana, reason: first }, { next: Ana, reason: again }] }",
  });
  const chosen = log.events.flatMap((event) => (event.type === "speaker.selected" ? [`${event.agent} (${event.by})`] : []));
  expect(chosen).toEqual(["Ana (selector)", "Ben (policy)", "Cleo (only)", "Ana (selector)", "Ben (policy)", "Cleo (only)"]);
  expect(askedOf("selector")).toHaveLength(2);
});
