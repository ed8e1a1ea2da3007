import { describe, expect, test } from "vitest";
import type { RunEvent } from "../../../src/engine/events/events.ts";
import { createOffExecutor } from "../../../src/sandbox/off.ts";
import { fakeExecutor, ran } from "../fake-executor.ts";
import { play } from "../play.ts";

const team = (agents: string, more = "stop: { maxTurns: 3 }") => `teams:
  main:
    description: Main.
    speakers: { policy: round-robin }
    agents: [${agents}]
    ${more}
`;
const ANA = "{ name: Ana, description: Asks., model: m }";

describe("a coder", () => {
  const CODER = "{ name: Cody, description: Codes., kind: coder, model: m, retriesMax: 1, instructions: Be small. }";
  const code = (text: string) => `"\`\`\`python\\n${text}\\n\`\`\`"`;

  test("writes, runs, mends as often as the file says, and explains, in one turn", async () => {
    const executor = fakeExecutor(({ code: block }) =>
      block.includes("good") ? ran("42\n") : ran("no\n", { outcome: "error", exitCode: 1 }),
    );
    const { said, log, askedOf } = await play(team(CODER, "stop: { maxTurns: 1 }"), {
      executor,
      replies: `replies: { Cody: [${code("bad")}, { answer: { reason: typo, retry: true } }, ${code("good")}, It is 42.] }`,
    });
    expect(said).toEqual(["Cody: It is 42."]);
    expect(log.events.flatMap((event) => (event.type === "code.ran" ? [event.outcome] : []))).toEqual(["error", "ok"]);
    expect(askedOf("Cody")[0]?.system).toMatch(/Be small\.[^]*it is run at once[^]*Only Python here\./);
  });
});

describe("a coder's code", () => {
  const CODER = (more: string) =>
    team(`{ name: Cody, description: Codes., kind: coder, model: m, retriesMax: 0${more} }`, "stop: { maxTurns: 1 }");
  const replies = 'replies: { Cody: ["```python\\nprint(1)\\n```", It ended.] }';
  const outcomes = (log: { readonly events: readonly RunEvent[] }) =>
    log.events.flatMap((event) => (event.type === "code.ran" ? [`${event.outcome}: ${event.output}`] : []));

  test("runs at once by default", async () => {
    const { log } = await play(CODER(""), { executor: fakeExecutor(() => ran("1\n")), replies });
    expect(outcomes(log)).toEqual(["ok: 1\n"]);
  });

  test("with approval: ask waits for a yes", async () => {
    const { log, teams } = await play(CODER(", approval: ask"), { executor: fakeExecutor(() => ran("1\n")), replies });
    const asked = log.events.at(-1);
    expect(asked).toMatchObject({ type: "approval.requested", agent: "Cody", what: "print(1)\n" });
    const call = asked?.type === "approval.requested" ? asked.call : "";
    log.record({ type: "approval.given", call, approved: true, person: { id: "U0MARIA", name: "Maria" } });
    await log.run(teams.build("main", "t"));
    expect(outcomes(log)).toEqual(["ok: 1\n"]);
    expect(log.said().at(-1)).toBe("Cody: It ended.");
  });

  test("is not run where the sandbox is off, and it reads why", async () => {
    const { log } = await play(CODER(""), { executor: createOffExecutor("It is switched off."), replies });
    expect(outcomes(log)).toEqual(["rejected: Code is not run here. It is switched off."]);
    expect(log.said().at(-1)).toBe("Cody: It ended.");
  });
});

describe("a code-runner with approval: ask", () => {
  test("asks a person before each block, and runs it after the yes", async () => {
    const { log, teams } = await play(
      team(`${ANA}, { name: Run, description: Runs., kind: code-runner, runs: [Ana], approval: ask }`, "stop: { maxTurns: 2 }"),
      { executor: fakeExecutor(() => ran("1\n")), replies: 'replies: { Ana: ["```python\\nprint(1)\\n```"] }' },
    );
    const asked = log.events.at(-1);
    expect(asked).toMatchObject({ type: "approval.requested", agent: "Run" });
    log.record({
      type: "approval.given",
      call: asked?.type === "approval.requested" ? asked.call : "",
      approved: true,
      person: { id: "U0MARIA", name: "Maria" },
    });
    await log.run(teams.build("main", "t"));
    expect(log.said().at(-1)).toBe("Run: 1\n");
  });
});

describe("a team as a participant", () => {
  const panel = (
    voice: string,
  ) => `${team(`{ name: Panel, description: Thinks., kind: team, team: inner${voice} }, ${ANA}`, "stop: { maxTurns: 2 }")}
  inner:
    description: Two heads.
    speakers: { policy: round-robin }
    agents: [{ name: Uno, icon: ":cat:", description: One., model: m }, { name: Due, description: Two., model: m }]
    stop: { maxTurns: 2 }
`;

  test("its members speak for themselves, under their own names and faces", async () => {
    const { said, log, teams, askedOf } = await play(panel(""), { replies: "replies: { Uno: [one], Due: [two], Ana: [heard both] }" });
    expect(said).toEqual(["Uno: one", "Due: two", "Ana: heard both"]);
    expect(log.events.find((event) => event.type === "message.posted" && "agent" in event)).toMatchObject({
      agent: "Uno",
      within: "Panel",
    });
    expect(askedOf("Ana")[0]?.messages.map(({ text }) => text)).toContain("[agent] Due: two");
    // They begin alike, so that what one has had read is in the cache for the other; what is its own comes last.
    expect(askedOf("Uno")[0]?.system).toContain("- Uno: One.\n- Due: Two.");
    expect(askedOf("Due")[0]?.system).toBe(askedOf("Uno")[0]?.system);
    expect(askedOf("Uno")[0]?.messages.at(-1)?.text).toContain("You are Uno.");
    expect(teams.cards[0]?.agents.map(({ name, icon }) => [name, icon])).toEqual([
      ["Panel", undefined], ["Ana", undefined], ["Uno", ":cat:"], ["Due", undefined],
    ]); // prettier-ignore
  });

  test("or it speaks with one voice, and the others hear only that", async () => {
    const { log, askedOf } = await play(panel(", voice: { model: m, instructions: Rhyme. }"), {
      replies: "replies: { Uno: [one], Due: [two], Panel: [three], Ana: [heard] }",
    });
    expect(askedOf("Ana")[0]?.messages.map(({ text }) => text)).toEqual(["Maria: Go", "[agent] Panel: three"]);
    expect(askedOf("Panel")[0]?.system).toContain("Rhyme.");
    expect(log.stopped()?.outcome).toBe("done");
  });

  test("the tasks of a script are told apart inside it too", async () => {
    const { said } = await play(panel(""), {
      task: "Make tea",
      replies:
        "scripts: [{ match: [tea], replies: { Uno: [boil], Due: [pour], Ana: [drink] } }]\notherwise: { Uno: [what], Due: [what], Ana: [what] }\n",
    });
    expect(said).toEqual(["Uno: boil", "Due: pour", "Ana: drink"]);
  });
});

describe("a person as a participant", () => {
  const BOSS = "{ name: Boss, description: Decides., kind: human, options: [yes, no] }";

  test("is asked with the last words, nothing waits but the log, and the turn ends with the answer", async () => {
    const { said, log } = await play(team(`${ANA}, ${BOSS}`), { answers: ["yes"], replies: "replies: { Ana: [Shall we?, Good.] }" });
    expect(said).toEqual(["Ana: Shall we?", "Boss → human: Shall we?", "Maria: yes", "Ana: Good."]);
    expect(log.events.find((event) => event.type === "handoff.made")).toMatchObject({ options: ["yes", "no"] });
    expect(log.stopped()?.reasons).toEqual([{ kind: "maxTurns", limit: 3, count: 3 }]);
  });

  test("is not asked with its own words, and may always be asked the same", async () => {
    expect((await play(team(BOSS), {})).said).toEqual(["Boss → human: It is your turn: what do you say?"]);
    expect((await play(team(BOSS.replace("options", "question: Go on?, options")), {})).said).toEqual(["Boss → human: Go on?"]);
  });

  test("decides where a graph goes on with the words of the answer", async () => {
    const flow = `teams:
  main:
    description: Main.
    speakers: { policy: graph, edges: [{ from: Ana, to: Boss }, { from: Boss, to: Ben, ifContains: "yes" }, { from: Boss, to: Cy, ifContains: "no" }] }
    agents: [${ANA}, ${BOSS}, { name: Ben, description: Builds., model: m }, { name: Cy, description: Cleans., model: m }]
`;
    const replies = "replies: { Ana: [Shall we?], Ben: [built], Cy: [cleaned] }";
    expect((await play(flow, { answers: ["yes, do"], replies })).said.at(-1)).toBe("Ben: built");
    expect((await play(flow, { answers: ["no"], replies })).said.at(-1)).toBe("Cy: cleaned");
  });

  test("stands in a selector's table under its own name", async () => {
    const table = `teams:
  main:
    description: Main.
    speakers: { policy: selector, model: m, rules: [{ after: user, next: Boss }, { after: Boss, next: Ana }] }
    agents: [${ANA}, ${BOSS}, { name: Ben, description: Builds., model: m }]
    stop: { source: Ana }
`;
    const { said } = await play(table, { answers: ["no"], replies: "replies: { Ana: [I see.] }" });
    expect(said.slice(1)).toEqual(["Maria: no", "Ana: I see."]);
  });
});

describe("an assistant", () => {
  test("hears only those whom the file lists", async () => {
    const { askedOf } = await play(
      team(
        `${ANA}, { name: Ben, description: Builds., model: m }, { name: Cy, description: Cleans., model: m, hears: [{ from: Ana, last: 1 }] }`,
      ),
      { replies: "replies: { Ana: [a], Ben: [b], Cy: [c] }" },
    );
    expect(askedOf("Cy")[0]?.messages.map(({ text }) => text)).toEqual(["[agent] Ana: a"]);
  });

  test("answers with JSON of the file's shape, and is told when it does not fit", async () => {
    const answer =
      "answer: { type: object, properties: { verdict: { type: string, enum: [ok, bad] }, points: { type: array, items: { type: object, properties: { text: { type: string } } } } } }";
    const { said, askedOf } = await play(team(`{ name: Ana, description: Judges., model: m, ${answer} }`, "stop: { maxTurns: 1 }"), {
      replies: "replies: { Ana: [{ answer: { verdict: maybe, points: [] } }, { answer: { verdict: ok, points: [] } }] }",
    });
    expect(said).toEqual(['Ana: {"verdict":"ok","points":[]}']);
    expect(askedOf("Ana")[0]?.answer).toMatchObject({
      name: "answer_of_Ana",
      schema: {
        required: ["verdict", "points"],
        additionalProperties: false,
        properties: { points: { items: { required: ["text"], additionalProperties: false } } },
      },
    });
  });

  test.each([
    ["all", 5],
    ["{ lastMessages: 2 }", 4], // The task, a note on what is left out, and two.
    ["{ head: 1, tail: 1 }", 3],
    ["{ tokens: 500 }", 5],
  ])("with context: %s its model reads that much", async (context, count) => {
    const { askedOf } = await play(
      team(
        `{ name: Ana, description: Asks., model: m, context: ${context} }, { name: Ben, description: Builds., model: m }`,
        "stop: { maxTurns: 5 }",
      ),
      { replies: "replies: { Ana: [a1, a2, a3], Ben: [b1, b2] }" },
    );
    const last = askedOf("Ana").at(-1);
    expect(last?.messages.slice(0, last.stable)).toHaveLength(count);
  });

  test("with a summary, what has grown too long is put in short by the model that the file names", async () => {
    const long = "word ".repeat(600).trim();
    const { log } = await play(
      team(`{ name: Ana, description: Asks., model: m, context: { summary: { model: m, tokensMax: 500 } } }`, "stop: { maxTurns: 2 }"),
      { replies: `replies: { Ana: ["${long}", In short., Done.] }` },
    );
    expect(log.events.find((event) => event.type === "context.summarized")).toMatchObject({ agent: "Ana", text: "In short." });
  });
});
