import { expect, test } from "vitest";
import { wishedTeam } from "../../../src/slack/commands/team-wish.ts";
import type { TeamCard } from "../../../src/team-shelf.ts";

const card = (name: string): TeamCard => ({
  name,
  description: "",
  agents: [],
  limits: { turns: 1, minutes: 1, tokens: 1, usd: 1 },
  stopWords: [],
});
const TEAMS = { cards: ["coding", "research", "debate", "code-review"].map(card), default: "coding" };

test.each([
  ["research: compare them", "research", "compare them"],
  ["Research : compare them", "research", "compare them"],
  ["*research*: compare them", "research", "compare them"],
  ["`research`: compare them", "research", "compare them"],
  ["research team: compare them", "research", "compare them"],
  ["the research team: compare them", "research", "compare them"],
  ["team research: compare them", "research", "compare them"],
  ["team:research compare them", "research", "compare them"],
  ["team=research, compare them", "research", "compare them"],
  ["with the research team, compare them", "research", "compare them"],
  ["ask the research team to compare them", "research", "compare them"],
  ["please use team research to compare them", "research", "compare them"],
  ["with research: compare them", "research", "compare them"],
  ["code-review: look at this", "code-review", "look at this"],
  ["team:nobody do it", "nobody", "do it"],
])("%j names a team", (text, team, rest) => {
  expect(wishedTeam(text, TEAMS)).toEqual({ kind: "clear", team, text: rest });
});

test.each([
  ["reserch: compare them", "reserch", "research", "compare them"],
  ["Reserach: compare them", "Reserach", "research", "compare them"],
  ["codng: fix it", "codng", "coding", "fix it"],
  ["coding team's: fix it", undefined, "", ""],
  ["*codng*: fix it", "codng", "coding", "fix it"],
  ["team:resarch compare them", "resarch", "research", "compare them"],
  ["with reserch compare them", "reserch", "research", "compare them"],
  ["with the reserch team, compare them", "reserch", "research", "compare them"],
  ["ask debat to settle it", "debat", "debate", "settle it"],
  ["with research compare them", "research", "research", "compare them"],
  ["codereview: look at this", "codereview", "code-review", "look at this"],
])("%j is asked about", (text, said, near, rest) => {
  const wish = wishedTeam(text, TEAMS);
  expect(wish).toEqual(said === undefined ? { kind: "clear", text } : { kind: "unsure", said, near, text: rest });
});

test.each([
  "compare them",
  "note: the build is red",
  "cooking: plan a dinner",
  "resource: a list of them",
  "with regard to research, what is new?",
  "with great care, compare them",
  "use tabs or spaces?",
  "with coding we are late",
  "let us see",
  "ask: who is it?",
  "https://example.com/research: is it down?",
  "the research is late: what now?",
  "12:30 is the meeting",
  ":wave: hello",
])("%j is a task and names none", (text) => {
  expect(wishedTeam(text, TEAMS)).toEqual({ kind: "clear", text });
});
