import { expect, test } from "vitest";
import { stanceOf } from "../../../src/engine/agents/stance.ts";
import type { EventBody } from "../../../src/engine/events/events.ts";
import { asked, said, started } from "../../support/facts.ts";
import { openLog, scripted, type Scripted } from "../../support/scripted.ts";
import { turnOn } from "../../support/turn.ts";

const ANSWER = [started(), asked("count"), said("Ben", "It is 7.", { model: "m" })];
const usage = { inputTokens: 10, outputTokens: 5 };

async function stance(reply: Scripted, facts: readonly EventBody[] = ANSWER) {
  const log = openLog();
  log.record(...facts);
  const model = scripted(reply);
  const agent = stanceOf({ name: "Ana", model, instructions: "You are Ana." });
  const aborting = new AbortController();
  if (reply === "hang") setImmediate(() => aborting.abort());
  const events = [];
  for await (const item of agent.turn(turnOn(log.transcript, aborting.signal))) events.push(item);
  return { events, request: model.requests[0], agent };
}
const given = (more: object) => [{ type: "stance.given", agent: "Ana", of: 3, usage, ...more }];

test("it is asked for itself alone, behind what it has heard, with the answer before it", async () => {
  const { request, agent } = await stance("AGREE");
  expect(agent.description).toBe("Says whether it agrees with the answer.");
  expect(request).toMatchObject({ agent: "Ana", tools: [], nth: 0 });
  expect(request?.system).toMatch(/^You are Ana\.\n\n/);
  expect(request?.answer).toEqual({
    name: "stance",
    schema: {
      type: "object",
      properties: { stance: { type: "string", enum: ["agree", "disagree", "unclear"] }, reason: { type: "string" } },
      required: ["stance", "reason"],
      additionalProperties: false,
    },
  });
  const texts = request?.messages.map(({ text }) => text) ?? [];
  expect(texts.slice(0, -1)).toEqual(["Maria: count", "[agent] Ben: It is 7."]);
  expect(texts.at(-1)).toMatch(
    /^The team is about to end.*do you agree with it\? Nobody of the team reads your reply.*a person is told who disagrees.*Say AGREE or DISAGREE first.*\n\[agent\] Ben: It is 7\.$/,
  );
});

test("JSON is taken as it is, and words are read; the reason is no longer than people read", async () => {
  expect((await stance('{"stance":"disagree","reason":" It is 8. "}')).events).toEqual(given({ stance: "disagree", reason: "It is 8." }));
  expect((await stance("DISAGREE. It is 8.\n")).events).toEqual(given({ stance: "disagree", reason: "DISAGREE. It is 8." }));
  expect((await stance(`DISAGREE ${"x".repeat(2_000)}`)).events).toEqual(
    given({ stance: "disagree", reason: `DISAGREE ${"x".repeat(991)}` }),
  );
  const long = JSON.stringify({ stance: "agree", reason: "x".repeat(2_000) });
  expect((await stance(long)).events).toEqual(given({ stance: "agree", reason: "x".repeat(1_000) }));
});

test("broken off it has given none, and without an answer there is nothing to ask", async () => {
  expect((await stance("hang")).events).toEqual([]);
  await expect(stance("AGREE", ANSWER.slice(0, 2))).rejects.toThrow("there is no answer to agree with");
});
