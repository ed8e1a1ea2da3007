import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { buildTeams } from "../../src/config/build.ts";
import { createModelFor } from "../../src/config/build/models.ts";
import type { Executor } from "../../src/sandbox/executor.ts";
import { openLog } from "../support/scripted.ts";
import { fakeExecutor, missingExecutor, ran } from "./fake-executor.ts";
import { instantly } from "./instantly.ts";
import { load } from "./team-files.ts";

const sha256 = (content: Uint8Array) => createHash("sha256").update(content).digest("hex");

/** Teams whose models all speak from `replies`. */
function teamsOf(teamFile: string, replies: string, executor: Executor = fakeExecutor(() => ran(""))) {
  const settings = load({ "parley.yml": `models: { m: { provider: replay, file: replies.yml } }\n${teamFile}`, "replies.yml": replies });
  const kept: Uint8Array[] = [];
  const keepFile = async (content: Uint8Array) => {
    kept.push(content);
    return sha256(content);
  };
  return { kept, teams: buildTeams(settings, { createModel: createModelFor({ env: {}, clock: instantly }), executor, keepFile }) };
}

const CODING = `teams:
  coding:
    description: Writes code.
    speakers: { policy: selector, model: m }
    agents:
      - { name: Coder, description: Writes code., model: m, handoffs: [human, Critic], instructions: Be small. }
      - { name: Runner, description: Runs code., kind: code-runner, runs: [Coder] }
      - { name: Critic, description: Judges., model: m }
    stop: { any: [{ textMention: { text: TERMINATE, agents: [Critic] } }, { maxMessages: 10 }] }
`;
const REPLIES = `replies:
  selector: [{ next: Coder }, { next: Runner, reason: there is code }, { next: Critic }]
  Coder: ["\`\`\`python\\nprint(42)\\n\`\`\`"]
  Critic: ["It printed {{last:/[0-9]+/}}. TERMINATE"]
`;

describe("a team from a file", () => {
  test("talks until its goal: the selector leads, the runner runs, the critic reads what was printed", async () => {
    const executor = fakeExecutor(({ code }) => ran(code.includes("42") ? "42\n" : ""));
    const { teams } = teamsOf(CODING, REPLIES, executor);
    const log = openLog();
    log.start("What is six times seven?");
    await log.run(teams.build("coding", "thread-1"), { thread: "thread-1" });
    expect(log.said().slice(1)).toEqual(["Coder: ```python\nprint(42)\n```", "Runner: 42\n", "Critic: It printed 42. TERMINATE"]);
    expect(log.stopped()).toMatchObject({ outcome: "done", reasons: [{ kind: "textMention", text: "TERMINATE", agent: "Critic" }] });
    expect(log.events.find((event) => event.type === "code.ran")).toMatchObject({
      executor: "a fake sandbox",
      outcome: "ok",
      elapsedMs: 7,
    });
    expect(executor.opened).toEqual(["thread-1"]);
  });

  test("tells Slack and the terminal who is in it, without building it", () => {
    const { teams } = teamsOf(CODING, REPLIES);
    expect(teams.names()).toEqual(["coding"]);
    expect(teams.has("coding")).toBe(true);
    expect(teams.has("constructor")).toBe(false);
    expect(teams.default).toBe("coding");
    expect(teams.cards).toEqual([
      {
        name: "coding",
        description: "Writes code.",
        agents: ["Coder", "Runner", "Critic"].map((name) => expect.objectContaining({ name, runsCode: name === "Runner" }) as unknown),
        limits: { turns: 24, minutes: 20, tokens: 200_000, usd: 1 },
        stopWords: ["TERMINATE"],
      },
    ]);
    expect(() => teams.build("nobody", "t")).toThrow('nothing is named "nobody"');
  });

  test("an agent reads who it is, who else is there, what the sandbox can do and how to end, the same each time", async () => {
    const asked: string[] = [];
    const settings = load({ "parley.yml": `models: { m: { provider: replay, file: replies.yml } }\n${CODING}`, "replies.yml": REPLIES });
    const createModel = () => ({
      name: "listener",
      // eslint-disable-next-line require-yield
      async *call(request: { agent: string; system: string }) {
        asked.push(`${request.agent}: ${request.system}`);
        return {
          kind: "answer" as const,
          text: request.agent === "selector" ? '{"next":"Coder"}' : "TERMINATE",
          toolCalls: [],
          usage: { inputTokens: 1, outputTokens: 1 },
        };
      },
    });
    const teams = buildTeams(settings, { createModel, executor: fakeExecutor(() => ran("")), keepFile: async () => "" });
    for (const thread of ["one", "two"]) {
      const log = openLog();
      log.start("Go");
      await log.run(teams.build("coding", thread), { until: (event) => event.type === "message.posted" && "agent" in event });
    }
    const coder = asked.filter((line) => line.startsWith("Coder: "));
    expect(coder).toHaveLength(2);
    expect(coder[0]).toBe(coder[1]);
    expect(coder[0]).toContain("You are Coder, one of a team");
    expect(coder[0]).toContain("Be small.");
    expect(coder[0]).toContain("- Coder (you): Writes code.\n- Runner: Runs code.\n- Critic: Judges.");
    expect(coder[0]).toContain("Runner runs it after your turn");
    expect(coder[0]).toContain("Only Python here.");
    expect(coder[0]).toContain("transfer_to_human");
    expect(coder[0]).toContain("Call transfer_to_critic to give the floor to Critic.");
    // Only the Critic's stop word ends the run, so only the Critic is told of it.
    expect(coder[0]).not.toContain("TERMINATE");
  });

  test("a limit stops it even in the middle of work", async () => {
    const { teams } = teamsOf(
      `${CODING}    limits: { turns: 2 }\n`,
      REPLIES,
      fakeExecutor(() => ran("42")),
    );
    const log = openLog();
    log.start("Go");
    await log.run(teams.build("coding", "t"));
    expect(log.stopped()).toMatchObject({ outcome: "limit", reasons: [{ kind: "maxTurns", limit: 2 }] });
  });
});

describe("stop conditions of the file", () => {
  const pair = (stop: string) => `teams:
  pair:
    description: Two.
    speakers: { policy: round-robin }
    agents: [{ name: Ana, description: A., model: m, handoffs: [human] }, { name: Ben, description: B., model: m }]
    stop: ${stop}
`;
  const replies = `replies: { Ana: [one. DONE, three, five, seven], Ben: [two, four. DONE, six, eight] }`;

  test.each([
    ["{ maxMessages: 3 }", ["maxMessages"], 2],
    ["{ maxTurns: 3 }", ["maxTurns"], 3],
    ["{ textMention: DONE }", ["textMention"], 1],
    ["{ textMention: { text: DONE, agents: [Ben] } }", ["textMention"], 4],
    ["{ tokens: 1 }", ["tokens"], 1],
    ["{ tokens: { output: 3 } }", ["tokens"], 2],
    ["{ all: [{ textMention: DONE }, { maxTurns: 2 }] }", ["textMention", "maxTurns"], 2],
    ["{ any: [{ maxTurns: 9 }, { all: [{ maxTurns: 2 }, { tokens: 1 }] }] }", ["tokens", "maxTurns"], 2],
    ["{ minutes: 0.05 }", ["minutes"], 1],
    ["{ source: Ben }", ["source"], 2],
    ["{ source: [Ben, Ana] }", ["source"], 1],
    ["{ maxMessages: { count: 3 } }", ["maxMessages"], 2],
  ])("%s", async (stop, kinds, turns) => {
    const { teams } = teamsOf(pair(stop), replies);
    const log = openLog();
    log.start("Talk");
    await log.run(teams.build("pair", "t"));
    expect(log.stopped()?.reasons.map((reason) => reason.kind)).toEqual(kinds);
    expect(log.said().length - 1).toBe(turns);
    expect(log.stopped()?.outcome).toBe("done");
  });

  test("a hand-over to a person ends a team whose goal it is", async () => {
    const { teams } = teamsOf(
      pair("{ handoff: human }"),
      "replies: { Ana: [{ toolCalls: [{ name: transfer_to_human, args: { question: Now? } }] }], Ben: [] }",
    );
    const log = openLog();
    log.start("Talk");
    await log.run(teams.build("pair", "t"));
    expect(log.stopped()?.reasons).toEqual([{ kind: "handoff", agent: "Ana", to: "human" }]);
  });
});

test("messages are counted with the work behind them where the file says so", async () => {
  const said = async (stop: string) => {
    const { teams } = teamsOf(
      CODING.replace(/stop:.*/, `stop: ${stop}`),
      REPLIES,
      fakeExecutor(() => ran("42\n")),
    );
    const log = openLog();
    log.start("Go");
    await log.run(teams.build("coding", "t"));
    return log.said().length - 1;
  };
  // The task, the code, its run, and what it printed are four.
  expect(await said("{ maxMessages: { count: 4, events: true } }")).toBe(2);
  expect(await said("{ maxMessages: { count: 4 } }")).toBe(3);
});

describe("running code", () => {
  const run = async (executor: Executor) => {
    const { teams, kept } = teamsOf(CODING, REPLIES, executor);
    const log = openLog();
    log.start("Go");
    await log.run(teams.build("coding", "t"), {
      until: (event) => event.type === "message.posted" && "agent" in event && event.agent === "Runner",
    });
    return { kept, event: log.events.find((event) => event.type === "code.ran") };
  };

  test("files are kept under their hash, and what was refused is told", async () => {
    const content = new Uint8Array([1, 2, 3]);
    const { kept, event } = await run(
      fakeExecutor(() =>
        ran("done", { files: [{ name: "a.bin", mediaType: "application/octet-stream", content }], notices: ["big.bin is too big"] }),
      ),
    );
    expect(kept).toEqual([content]);
    expect(event).toMatchObject({
      output: "done\n[big.bin is too big]",
      files: [{ hash: sha256(content), name: "a.bin", mediaType: "application/octet-stream", bytes: 3 }],
    });
  });

  test("where there is no sandbox the block is rejected with the reason, and the talk goes on", async () => {
    const { event } = await run(missingExecutor("No Docker engine answers. Start Docker."));
    expect(event).toMatchObject({ outcome: "rejected", exitCode: 1, output: "No Docker engine answers. Start Docker.", files: [] });
  });

  test("a bug in the sandbox is thrown, not told to the agents", async () => {
    await expect(run(fakeExecutor(() => Promise.reject(new TypeError("a bug"))))).rejects.toThrow("a bug");
  });
});

describe("models", () => {
  test("a model that two agents use is made once", () => {
    const settings = load({ "parley.yml": `models: { m: { provider: replay, file: replies.yml } }\n${CODING}`, "replies.yml": REPLIES });
    const made: string[] = [];
    const real = createModelFor({ env: {}, clock: instantly });
    const createModel: typeof real = (model, name, file) => {
      made.push(name);
      return real(model, name, file);
    };
    buildTeams(settings, { createModel, executor: fakeExecutor(() => ran("")), keepFile: async () => "" });
    expect(made).toEqual(["m"]);
  });

  test("a model without its key is a mistake that names the variable", () => {
    const settings = load({ "parley.yml": `models: { m: { provider: openai, model: gpt-5-mini } }\n${CODING}` });
    const build = () =>
      buildTeams(settings, {
        createModel: createModelFor({ env: {}, clock: instantly }),
        executor: fakeExecutor(() => ran("")),
        keepFile: async () => "",
      });
    expect(build).toThrow(/^parley\.yml: models\.m: Model "gpt-5-mini" \(openai\) needs a key: put OPENAI_API_KEY=/);
  });
});
