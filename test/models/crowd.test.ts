import { afterEach, expect, test } from "vitest";
import { systemClock } from "../../src/engine/clock.ts";
import { createModel } from "../../src/models/create.ts";
import { createGates, type Gates } from "../../src/models/gated.ts";
import { until } from "../../src/store/contracts/fake-clock.ts";
import { ask, failureOf, request } from "./servers/asking.ts";
import { type SlowServer, startSlowServer } from "./servers/slow-server.ts";

const CALLS = 1_000;
const AT_ONCE = 20;

let server: SlowServer | undefined;
afterEach(() => server?.close());

const modelOf = ({ url }: SlowServer, replied?: Gates["replied"]) =>
  createModel(
    { provider: "openai-compatible", model: "slow", baseUrl: url },
    { env: {}, clock: systemClock, gates: createGates({ "openai-compatible": { concurrency: AT_ONCE } }, systemClock, undefined, replied) },
  );

const crowd = (model: ReturnType<typeof modelOf>, signal: AbortSignal) =>
  Array.from({ length: CALLS }, (_, call) => ask(model, request(), signal, undefined, `t${call % 50}`));

test("a thousand calls at once all get their answer, and the server never has more than the cap", async () => {
  server = await startSlowServer(10);
  const { origin } = new URL(server.url);
  const told: string[] = [];
  const model = modelOf(server, (account, reply) => told.push(`${account.provider} ${account.host} ${reply.kind}`));
  const replies = await Promise.all(crowd(model, new AbortController().signal));
  expect(replies.filter(({ reply }) => reply.kind === "answer")).toHaveLength(CALLS);
  expect(server.asked).toBe(CALLS);
  // Whoever watches a provider hears of each.
  expect([told.length, ...new Set(told)]).toEqual([CALLS, `openai-compatible ${origin} answer`]);
  expect(server.openMost).toBe(AT_ONCE);
});

test("stopping a thousand calls ends those that wait and those that run, closes every connection and makes no further call", async () => {
  const slow = (server = await startSlowServer());
  const stop = new AbortController();
  const asked = crowd(modelOf(slow), stop.signal);
  await until(() => slow.open === AT_ONCE);
  stop.abort();
  const kinds = (await Promise.all(asked)).map(({ reply }) => failureOf(reply).kind);
  expect(new Set(kinds)).toEqual(new Set(["aborted"]));
  await until(() => slow.open === 0);
  expect(slow.asked).toBe(AT_ONCE);
});
