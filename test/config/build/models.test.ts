import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Model } from "../../../src/engine/model.ts";
import { buildTeams } from "../../../src/config/build.ts";
import { createModelFor } from "../../../src/config/build/models.ts";
import { transcriptOf } from "../../../src/transcript.ts";
import { readEvent } from "../../../src/cli/logs/event-shape.ts";
import { fakeClock, until } from "../../../src/store/contracts/fake-clock.ts";
import { ask, failureOf, request } from "../../models/servers/asking.ts";
import { type ModelServer, startModelServer } from "../../models/servers/model-server.ts";
import { openLog } from "../../support/scripted.ts";
import { fakeExecutor, ran } from "../fake-executor.ts";
import { instantly } from "../instantly.ts";
import { load, mistakesOf, SMALL } from "../team-files.ts";

const local = (more: string) => `{ provider: openai-compatible, baseUrl: "http://127.0.0.1:1/v1", model: q${more} }`;
const withModels = (models: readonly string[]) =>
  SMALL.replace(/models:\n.*\n/, `models:\n${models.map((line) => `  ${line}\n`).join("")}`);

describe("a chain of models in the team file", () => {
  test("a name that is not there is told with the one that was meant", () => {
    expect(mistakesOf({ "parley.yml": withModels([`m: ${local(", fallback: [fast, fats]")}`, `fast: ${local("")}`]) })).toEqual([
      'parley.yml:2: models.m.fallback[1]: there is no model "fats"; the file has m, fast. Did you mean "fast"?',
    ]);
  });

  test("a chain that comes back to where it began is told with its way, for each model that is in it", () => {
    const models = [
      `m: ${local(", fallback: [fast]")}`,
      `fast: ${local(", fallback: [slow]")}`,
      `slow: ${local(", fallback: [fast]")}`,
      `own: ${local(", fallback: [own]")}`,
    ];
    expect(mistakesOf({ "parley.yml": withModels(models) })).toEqual([
      "parley.yml:3: models.fast.fallback: the chain comes back to where it began: fast → slow → fast. Take one of them out.",
      "parley.yml:4: models.slow.fallback: the chain comes back to where it began: slow → fast → slow. Take one of them out.",
      "parley.yml:5: models.own.fallback: the chain comes back to where it began: own → own. Take one of them out.",
    ]);
  });

  test("a chain that no team asks for is not built; one that a team asks for is built to its end, and each thread has its turn", async () => {
    const settings = load({
      "parley.yml": withModels([
        `m: ${local(", fallback: [fast]")}`,
        `fast: ${local(", fallback: [slow]")}`,
        `slow: ${local("")}`,
        `idle: ${local(", fallback: [slow]")}`,
      ]),
    });
    const made: string[] = [];
    const threads: (string | undefined)[] = [];
    const createModel = (_: unknown, name: string): Model => ({
      name,
      // oxlint-disable-next-line require-yield -- It fails before a word.
      async *call(_request, { thread }) {
        threads.push(thread.id);
        return { kind: "failure" as const, error: { kind: "quota" as const, message: `${name} is out of credit.` } };
      },
    });
    const teams = buildTeams(settings, {
      createModel: (...parts) => {
        made.push(parts[1]);
        return createModel(parts[0], parts[1]);
      },
      executor: fakeExecutor(() => ran("")),
      keepFile: async () => "",
    });
    expect(made).toEqual(["m", "fast", "slow"]);
    const log = openLog();
    log.start("Go");
    await log.run(teams.build("pair", "T/C/1"), { thread: "T/C/1" });
    expect(log.events.find((event) => event.type === "turn.failed")).toMatchObject({
      error: { kind: "quota", message: "slow is out of credit." },
      notices: ["fast was asked instead. m is out of credit.", "slow was asked instead. fast is out of credit."],
      usage: { calls: 3 },
    });
    expect(threads).toEqual(["T/C/1", "T/C/1", "T/C/1"]);
  });

  test("the log says which model spoke in the end and why the first did not, for words and for calls", async () => {
    const settings = load({
      "parley.yml": SMALL.replace(
        /models:\n.*\n/,
        `models:\n  m: { provider: replay, file: m.yml, fallback: [fast] }\n  fast: { provider: replay, file: fast.yml }\n`,
      ).replace("handoffs: []", ""),
      "m.yml": `replies:\n  Ana: [{ error: { kind: quota, message: No credit. } }]\n  Ben: [DONE]\n`,
      "fast.yml": `replies:\n  Ana: ["Well."]\n`,
    });
    const teams = buildTeams(settings, {
      createModel: createModelFor({ env: {}, clock: instantly }),
      executor: fakeExecutor(() => ran("")),
      keepFile: async () => "",
    });
    const log = openLog();
    log.start("Go");
    await log.run(teams.build("pair", "t"));
    const [ana, ben] = log.events.filter((event) => event.type === "message.posted" && "agent" in event);
    expect(ana).toMatchObject({ text: "Well.", model: "fast", notices: ["fast was asked instead. No credit."], usage: { calls: 2 } });
    expect(ben).toMatchObject({ text: "DONE", model: "m" });
    expect(ben).not.toHaveProperty("notices");
    expect(readEvent(ana)).toEqual({ event: ana });
    expect(transcriptOf(log.events, "whole")).toContain("*fast was asked instead. No credit.*");
  });
});

describe("how long a model may be silent, and how often a provider is asked", () => {
  let server: ModelServer;
  beforeEach(async () => {
    server = await startModelServer();
  });
  afterEach(() => server.close());

  const modelsOf = (more: string, file = "") => {
    const settings = load({ "parley.yml": `${withModels([`m: ${local(more).replace("http://127.0.0.1:1", server.url)}`])}${file}` });
    const m = settings.models.get("m");
    if (!m) throw new Error("m is there");
    return { settings, m };
  };

  test("each time-out has a default and can be set for each model", async () => {
    const { m, settings } = modelsOf(", attempts: 1, timeouts: { firstTokenSeconds: 7 }");
    expect(m).toMatchObject({ timeouts: { firstTokenSeconds: 7, betweenTokensSeconds: 60, callSeconds: 600 } });
    const clock = fakeClock();
    const model = createModelFor({ env: {}, clock })(m, "m", settings.file);
    server.will({ body: [], ends: "hang" });
    const asked = ask(model, request());
    await until(() => server.requests.length === 1 && clock.sleepers === 1);
    await clock.advance(7_000);
    expect(failureOf((await asked).reply)).toMatchObject({ kind: "timeout", message: expect.stringContaining("for 7 s") as string });
  });

  test("each provider has its caps, with defaults", () => {
    const { settings } = modelsOf("", "providers: { openai: { concurrency: 4, requestsPerMinute: 60, tokensPerMinute: 30000 } }\n");
    expect(settings.providers).toEqual({
      anthropic: { concurrency: 50, waitingMax: 5_000 },
      openai: { concurrency: 4, requestsPerMinute: 60, tokensPerMinute: 30_000, waitingMax: 5_000 },
      azure: { concurrency: 50, waitingMax: 5_000 },
      "openai-compatible": { concurrency: 8, waitingMax: 5_000 },
    });
  });

  test("models see where most of their provider's do, unless the file says otherwise", () => {
    const models = load({
      "parley.yml": withModels([
        "m: { provider: anthropic, model: c }",
        "o: { provider: openai, model: g, images: false }",
        `l: ${local("")}`,
        `v: ${local(", images: true")}`,
      ]),
    }).models;
    expect([...models.values()].map((model) => "images" in model && model.images)).toEqual([true, false, false, true]);
  });
});
