import { afterEach, beforeEach, expect, test } from "vitest";
import { buildTeams } from "../../../src/config/build.ts";
import { createModelFor } from "../../../src/config/build/models.ts";
import { systemClock } from "../../../src/engine/clock.ts";
import { currentRun } from "../../../src/engine/reading/transcript.ts";
import { startModelServer, type ModelServer } from "../../models/servers/model-server.ts";
import { chatBody } from "../../models/servers/wire-chat.ts";
import { openLog } from "../../support/scripted.ts";
import { fakeExecutor, ran } from "../fake-executor.ts";
import { load } from "../team-files.ts";

let server: ModelServer;
beforeEach(async () => {
  server = await startModelServer();
});
afterEach(() => server.close());

/** A team of one on a real server, which counts what it is told to. */
async function talk(limits: string, price: string) {
  const settings = load({
    "parley.yml": `models: { m: { provider: openai-compatible, baseUrl: "${server.url}/v1", model: local, outputTokensMax: 1000${price} } }
teams: { solo: { description: One., speakers: { policy: round-robin }, agents: [{ name: Ana, description: Talks., model: m }], stop: { textMention: DONE }, limits: ${limits} } }
`,
  });
  const teams = buildTeams(settings, {
    createModel: createModelFor({ env: {}, clock: systemClock }),
    executor: fakeExecutor(() => ran("")),
    keepFile: async () => "",
  });
  const log = openLog();
  log.start("Talk");
  await log.run(teams.build("solo", "t"));
  return log;
}

const answer = (input: number, output: number) => ({
  body: chatBody({ text: ["More."], usage: { input, output, cached: 0, reasoning: 0 } }),
});

test("the team's limit on money is checked before a call, with the model's price: the reply is shortened, then no call is made", async () => {
  server.will(answer(1_000, 1_000), answer(1_000, 700), answer(1_000, 1_000));
  // $0.001 a token out: the first reply takes the most of it.
  const log = await talk("{ usd: 2, tokens: 1000000 }", ", price: { inputPerMTokUsd: 1, outputPerMTokUsd: 1000 }");
  const asked = server.requests.map(({ body }) => body["max_tokens"] as number);
  expect(asked[0]).toBe(1_000);
  expect(asked[1]).toBeLessThan(1_000);
  expect(asked[2]).toBeLessThan(400);
  expect(server.requests.length).toBeLessThanOrEqual(3);
  expect(log.stopped()).toMatchObject({ outcome: "limit" });
});

test("a run whose first call could already pass the limit asks nothing of the provider, and says what the limit is", async () => {
  const log = await talk("{ usd: 1, tokens: 300 }", "");
  expect(server.requests).toEqual([]);
  expect(currentRun(log.transcript)).toMatchObject({ priced: true, usage: { calls: 0 } });
  expect(log.stopped()).toMatchObject({ outcome: "limit", reason: expect.stringContaining("limit of 300 tokens: 0 are taken") as string });
});

test("without a price the money limit cannot count, the cost is unknown, and the log says no amount", async () => {
  server.will(answer(10, 10), { body: chatBody({ text: ["DONE"], usage: { input: 10, output: 10, cached: 4, reasoning: 3 } }) });
  const log = await talk("{ usd: 0.000001 }", "");
  const { priced, usage } = currentRun(log.transcript);
  expect({ priced, usd: usage.usd, cached: usage.cachedTokens, reasoning: usage.reasoningTokens }).toEqual({
    priced: false,
    usd: 0,
    cached: 4,
    reasoning: 3,
  });
  expect(log.events.filter((event) => "usage" in event && event.usage?.usd !== undefined)).toEqual([]);
});
