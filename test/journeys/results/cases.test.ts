import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { parley } from "../../cli/here.ts";
import { JONAS, MARIA, openJourney, PAIR, type Journey } from "../../support/journey.ts";
import { storeIn } from "../../support/postgres/journey-store.ts";
import { screenOf } from "../../support/slack/views.ts";
import type { Thread } from "../../support/slack/thread.ts";

const REPLIES = {
  Ana: ["Is it for Maria?", "Maria, or maria@acme.example: <@U0JONAS> knows."],
  Ben: ["Ask her.", "Send it to Jonas. DONE"],
};
const KEEP = "Keep as a case…";

const exported = async (journey: Journey, ...more: readonly string[]) => {
  const { code, out } = await parley(["eval", "export", "--db", storeIn(journey.folder), ...more], { cwd: journey.folder });
  expect(code).toBe(0);
  return out
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { readonly [field: string]: unknown });
};
async function kept(journey: Journey, thread: Thread, values: { readonly [block: string]: string }): Promise<void> {
  const screen = screenOf(journey, MARIA);
  await thread.click(KEEP, MARIA);
  await screen.until(() => screen.modals().length === 1);
  await screen.submit(values);
}

test("a result is kept as a case: the answer put right, with what people thought of it, and nobody's name; an evaluation reads it, and forgetting takes it away", async () => {
  const journey = await openJourney({ file: PAIR, replies: REPLIES });
  const thread = await journey.mention("@parley who gets Maria's letter, <@U0JONAS>?");
  const end = await thread.ended();
  await journey.slack.control.click({
    user: MARIA,
    channel: thread.channel,
    ts: end.ts,
    actionId: "parley.result.feedback",
    value: JSON.stringify({ r: `${thread.key}#1`, helpful: false }),
  });
  await journey.slack.control.until(() => journey.whispers(MARIA).length === 1);

  const screen = screenOf(journey, MARIA);
  await thread.click(KEEP, MARIA);
  await screen.until(() => screen.modals().length === 1);
  expect(screen.modal()).toContain("who gets Person 2's letter, Person 1?");
  // What was found bad is not proposed as the right one.
  expect(screen.field("expected")).toBe("");
  await screen.submit({ expected: "Send it to Maria.", why: "Jonas is away." });
  await journey.slack.control.until(() => journey.whispers(MARIA).length === 2);
  expect(journey.whispers(MARIA)[1]).toContain("Kept as a case. `parley eval export`");

  const [one, ...rest] = await exported(journey);
  expect(rest).toEqual([]);
  expect(one).toMatchObject({
    id: expect.stringMatching(/^case-[0-9a-f]{10}$/) as string,
    team: "pair",
    input: "who gets Person 2's letter, Person 1?",
    answer: "Send it to Person 1.",
    expected: "Send it to Person 2.",
    answers: [],
    helpful: false,
    why: "Person 1 is away.",
  });
  // Kept again, it takes the place of what was kept.
  await kept(journey, thread, { why: "Twice." });
  await journey.slack.control.until(() => journey.whispers(MARIA).length === 3);
  const [again] = await exported(journey);
  expect(again).toMatchObject({ id: one?.["id"], answer: "Send it to Person 1.", why: "Twice." });
  expect(again).not.toHaveProperty("expected");
  await kept(journey, thread, { expected: "Send it to Jonas.", why: "Thrice." });
  await journey.slack.control.until(() => journey.whispers(MARIA).length === 4);
  expect(await exported(journey)).toMatchObject([{ id: one?.["id"], expected: "Send it to Person 1.", why: "Thrice." }]);

  await writeFile(join(journey.folder, "kept.jsonl"), "what was there", { mode: 0o644 });
  await exported(journey, "--out", "kept.jsonl");
  expect((await stat(join(journey.folder, "kept.jsonl"))).mode & 0o777).toBe(0o600);
  await writeFile(
    join(journey.folder, "suite.yml"),
    stringify({ cases: { file: "kept.jsonl", id: "id" }, teams: ["pair"], score: [{ kind: "exact" }] }),
  );
  await writeFile(join(journey.folder, "replies.yml"), stringify({ replies: { Ana: ["Hm."], Ben: ["Send it to Person 1. DONE"] } }));
  expect(await readFile(join(journey.folder, "kept.jsonl"), "utf8")).not.toMatch(/Maria|Jonas|U0/);
  const evaluated = await parley(["eval", "suite.yml", "--json", "--db", "eval.db"], { cwd: journey.folder });
  expect(JSON.parse(evaluated.out)).toMatchObject({ results: [{ case: one?.["id"], end: "solved" }] });

  const by = { workspace: journey.slack.teamId, person: { id: "operator", name: "Operator" }, deed: "forget", subject: "x", allowed: true };
  await journey.parley.forgetting.forget({ kind: "thread", thread: thread.key }, by);
  expect(await exported(journey)).toEqual([]);
});

test("whom the table does not let take anything out keeps nothing, and a person who is forgotten is so in what they have kept", async () => {
  const allow = { export: [MARIA] };
  const journey = await openJourney({ file: { ...PAIR, slack: { allow } }, replies: REPLIES });
  const thread = await journey.mention("@parley who gets the letter?", { user: JONAS });
  await thread.ended();
  await thread.click(KEEP, JONAS);
  await journey.slack.control.until(() => journey.whispers(JONAS).length === 1);
  expect(journey.whispers(JONAS)[0]).toContain("share a result");
  expect(screenOf(journey, JONAS).modals()).toEqual([]);
  await kept(journey, thread, {});
  await journey.slack.control.until(() => journey.whispers(MARIA).length === 1);
  expect(await exported(journey, "--team", "pair")).toMatchObject([{ answer: "Send it to Person 1.", expected: "Send it to Person 1." }]);
  expect(await exported(journey, "--team", "other")).toEqual([]);
  const by = { workspace: journey.slack.teamId, person: { id: "operator", name: "Operator" }, deed: "forget", subject: "x", allowed: true };
  await journey.parley.forgetting.forget({ kind: "person", person: MARIA }, by);
  expect(await exported(journey)).toEqual([]);
});
