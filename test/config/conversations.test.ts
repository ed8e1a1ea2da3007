/**
 * Conversations of teams from a file, in which engines have been seen to go wrong: whose turn it is after a failure, what a hand-over takes along, how a
 * graph or a plan goes on, what counts as the end. docs/conversations.md says which rule each shows.
 */
import { describe, expect, test } from "vitest";
import { currentRun } from "../../src/engine/reading/transcript.ts";
import { openLog } from "../support/scripted.ts";
import { fakeExecutor, ran } from "./fake-executor.ts";
import { stage, type Stage } from "./play.ts";

/** What a team says to a person's words, one after the other: each answers where the run waits, and begins another one where it is over. */
async function talk(file: string, replies: string, words: readonly string[], more: Stage = {}) {
  const on = stage(file, { replies: `replies: ${replies}`, ...more });
  const log = openLog();
  const turns: string[] = [];
  for (const text of words) {
    const from = log.events.length;
    if (currentRun(log.transcript).running) log.reply(text);
    else log.start(text);
    await log.run(on.teams.build(on.teams.default, "t"));
    for (const event of log.events.slice(from)) {
      if (event.type === "message.posted" && "agent" in event) turns.push(`${event.agent}: ${event.text.trim()}`);
      if (event.type === "handoff.made") turns.push(`${event.agent} → ${event.to}`);
      if (event.type === "turn.failed") turns.push(`${event.agent} failed`);
      if (event.type === "run.stopped") turns.push(`(${event.reason})`);
    }
  }
  return {
    log,
    turns,
    askedOf: on.askedOf,
    lastAsked: (agent: string) =>
      on
        .askedOf(agent)
        .at(-1)
        ?.messages.map(({ text }) => text) ?? [],
  };
}

const agent = (name: string, more = "") => `{ name: ${name}, description: ${name} does it., model: m${more} }`;
const PANEL = "{ name: Panel, kind: team, team: panel, description: Several. }";
const team = (speakers: string, agents: readonly string[], stop: string, rest = "") => `defaultTeam: main
teams:
  main:
    description: Works.
    speakers: ${speakers}
    agents: [${agents.join(", ")}]
    stop: ${stop}
${rest}`;
const panel = (agents: readonly string[], stop = "{ maxTurns: 2 }") => `  panel:
    description: Inside.
    speakers: { policy: round-robin }
    agents: [${agents.join(", ")}]
    stop: ${stop}
`;
const IN_TURN = "{ policy: round-robin }";
const FAILS = "{ error: { kind: refused, message: away } }";
const DONE = "{ textMention: DONE }";
const FAILED = "(Ben could not answer: away)";

describe("an agent whose turn failed has it again", () => {
  test.each([
    ["in turn", IN_TURN, "a", ""],
    ["chosen by a selector", "{ policy: selector, model: m }", "a", ", selector: [{ next: Ana }, { next: Ben }, { next: Cleo }]"],
    ["along a graph", "{ policy: graph, edges: [{ from: Ana, to: Ben }, { from: Ben, to: Cleo }] }", "a", ""],
  ])("%s", async (_how, speakers, said, more) => {
    const { turns } = await talk(
      team(speakers, ["Ana", "Ben", "Cleo"].map((name) => agent(name)), DONE),
      `{ Ana: [${said}], Ben: [${FAILS}, b1], Cleo: [c. DONE]${more} }`,
      ["Go", "try again"],
    ); // prettier-ignore
    expect(turns).toEqual(["Ana: a", "Ben failed", FAILED, "Ben: b1", "Cleo: c. DONE", expect.stringMatching(/DONE|nobody/)]);
  });

  test("where the floor was handed to it, and as often as it fails", async () => {
    const hands = (name: string) => `{ toolCalls: [{ name: ${name} }] }`;
    const { turns } = await talk(
      team("{ policy: swarm }", [agent("Ana", ", handoffs: [Ben]"), agent("Ben", ", handoffs: [Cleo]"), agent("Cleo")], DONE),
      `{ Ana: [${hands("transfer_to_ben")}], Ben: [${FAILS}, ${FAILS}, ${hands("transfer_to_cleo")}], Cleo: [c. DONE] }`,
      ["Go", "again", "once more"],
    );
    expect(turns).toEqual(["Ana → Ben", "Ben failed", FAILED, "Ben failed", FAILED, "Ben → Cleo", "Cleo: c. DONE", '(Cleo said "DONE")']);
  });

  test("inside a team that is a participant, whose own turn it was; what the failed call took is counted there", async () => {
    const { turns, log } = await talk(
      team(IN_TURN, [PANEL, agent("Zed")], DONE, panel([agent("Ana"), agent("Ben")])),
      `{ Ana: [a1, a2], Ben: [${FAILS}, b1], Zed: [z. DONE] }`,
      ["Go", "try again"],
    );
    const again = ["Ben: b1", "Ana: a2", "Zed: z. DONE", '(Zed said "DONE")'];
    expect(turns).toEqual(["Ana: a1", "Panel failed", "(Panel could not answer: away)", ...again]);
    expect(log.events.find((event) => event.type === "turn.failed")).toMatchObject({ agent: "Panel", member: "Ben" });
  });
});

const LOOK = "tools: { look: { kind: agent, description: Looks., agent: { model: m, instructions: Look. } } }\n";
const looks = (task: string) => `{ name: look, args: { task: ${task} } }`;
const SEEN = '"saw {{last}}"';
const calls = (...all: readonly string[]) =>
  `{ toolCalls: [${all.map((one) => (one.startsWith("{") ? one : `{ name: ${one} }`)).join(", ")}] }`;

describe("what tools of the same reply returned travels with a hand-over", () => {
  const handing = [agent("Ana", ", handoffs: [Ben], tools: [look]"), agent("Ben", ", handoffs: [Ana]")];
  test.each([
    ["called before it", calls(looks("pears"), "transfer_to_ben"), "look: saw pears"],
    ["called behind it, twice", calls("transfer_to_ben", looks("pears"), looks("figs")), "look: saw pears\n| look: saw figs"],
    ["that failed", calls("nowhere", "transfer_to_ben"), "nowhere: Error: There is no tool"],
  ])("%s", async (_how, reply, told) => {
    const { lastAsked } = await talk(
      LOOK + team("{ policy: swarm }", handing, DONE),
      `{ Ana: [${reply}], look: [${SEEN}], Ben: [b. DONE] }`,
      ["Go"],
    );
    expect(lastAsked("Ben").at(-1)).toContain(`Transferred to Ben, adopting the role of Ben immediately.\n[tool results] Ana: ${told}`);
  });

  test("to a team that is a participant, each of whose members reads them, and nobody pays for them again", async () => {
    const { lastAsked, log } = await talk(
      LOOK + team("{ policy: swarm }", [agent("Ana", ", handoffs: [Panel], tools: [look]"), PANEL], DONE, panel([agent("Uno"), agent("Due")], "{ any: [{ maxTurns: 2 }, { tokens: 40 }, { maxMessages: { count: 5, events: true } }] }")),
      `{ Ana: [{ toolCalls: [${looks("pears")}, { name: transfer_to_panel }], usage: { input: 100, output: 100 } }], look: [${SEEN}], Uno: [u], Due: [d. DONE] }`,
      ["Go"],
    ); // prettier-ignore
    for (const name of ["Uno", "Due"]) expect(lastAsked(name).join("\n")).toContain("[tool results] Ana: look: saw pears");
    expect(log.said().slice(-2)).toEqual(["Uno: u", "Due: d. DONE"]);
  });

  test("and to a model that speaks for such a team", async () => {
    const voiced = PANEL.replace(" }", ", voice: { model: m, instructions: Say it. } }");
    const { lastAsked } = await talk(
      LOOK +
        team("{ policy: swarm }", [agent("Ana", ", handoffs: [Panel], tools: [look]"), voiced], DONE, panel([agent("Uno"), agent("Due")])),
      `{ Ana: [${calls(looks("pears"), "transfer_to_panel")}], look: [${SEEN}], Uno: [u], Due: [d], Panel: [p. DONE] }`,
      ["Go"],
    );
    expect(lastAsked("Panel").join("\n")).toContain("[tool results] Ana: look: saw pears");
  });
});

describe("a call in the last round", () => {
  const ana = (more: string) => [agent("Ana", `, tools: [look], toolRoundsMax: 1${more}`), agent("Ben")];
  const twice = `{ Ana: [${calls(looks("pears"))}, ${calls(looks("figs"))}], look: [${SEEN}], Ben: [b] }`;
  test("is answered, and its result is what the others hear", async () => {
    const { turns, lastAsked } = await talk(LOOK + team(IN_TURN, ana(""), "{ maxTurns: 2 }"), twice, ["Go"]);
    expect(turns).toEqual(["Ana: saw figs", "Ben: b", "(reached 2 turns)"]);
    expect(lastAsked("Ben").at(-1)).toContain("[tool results] Ana: saw figs");
  });

  test("that asks a person is asked, and what was called beside it is read with the answer", async () => {
    const { turns, lastAsked } = await talk(
      LOOK + team(IN_TURN, ana(", handoffs: [human]"), "{ maxTurns: 2 }"),
      `{ Ana: [${calls(looks("pears"))}, ${calls(looks("figs"), "transfer_to_human")}, a], look: [${SEEN}], Ben: [b] }`,
      ["Go", "yes"],
    );
    expect(turns).toEqual(["Ana → human", "Ana: a", "Ben: b", "(reached 2 turns)"]);
    expect(lastAsked("Ana").join("\n")).toMatch(/\[output\] saw pears[^]*\[output\] saw figs[^]*Maria: yes/);
  });

  test("in summary mode is told to others once, and the agent reads it once", async () => {
    const { turns, lastAsked } = await talk(
      LOOK + team(IN_TURN, ana(", afterTools: summary"), "{ maxTurns: 3 }"),
      twice.replace(`, ${calls(looks("figs"))}]`, ", a]"),
      ["Go"],
    );
    expect(turns).toEqual(["Ana: saw pears", "Ben: b", "Ana: a", "(reached 3 turns)"]);
    expect(lastAsked("Ana").filter((text) => text.includes("saw pears"))).toHaveLength(1);
    expect(lastAsked("Ben").filter((text) => text.includes("saw pears"))).toHaveLength(1);
  });
});

describe("a person who is a participant", () => {
  const boss = "{ name: Boss, kind: human, description: Decides. }";
  test.each([
    ["{ textMention: { text: APPROVE, agents: [Boss] } }", '(Boss said "APPROVE")'],
    ["{ textMention: APPROVE }", '(Boss said "APPROVE")'],
    ["{ all: [{ source: Boss }, { textMention: { text: APPROVE, agents: [Boss] } }] }", '(Boss has spoken; Boss said "APPROVE")'],
  ])("ends a run with the answer that is their turn: %s", async (stop, reason) => {
    const { turns } = await talk(team(IN_TURN, [agent("Ana"), boss], stop), "{ Ana: [a1, a2] }", [
      "Go. APPROVE",
      "Not yet",
      "Good. APPROVE",
    ]);
    expect(turns).toEqual(["Ana: a1", "Boss → human", "Ana: a2", "Boss → human", reason]);
  });

  test("ends it by speaking, where that is its goal", async () => {
    const { turns } = await talk(team(IN_TURN, [agent("Ana"), boss], "{ source: Boss }"), "{ Ana: [a1] }", ["Go", "Hm"]);
    expect(turns).toEqual(["Ana: a1", "Boss → human", "(Boss has spoken)"]);
  });

  test("ends the turn of a team inside; what they are asked is nobody's words", async () => {
    const { turns, lastAsked } = await talk(
      team(IN_TURN, [PANEL, agent("Zed")], "{ textMention: { text: DONE, agents: [Zed] } }", panel([agent("Ana"), boss], "{ textMention: { text: APPROVE, agents: [Boss] } }")),
      "{ Ana: [a1, a2], Zed: [z. DONE] }",
      ["Go", "no", "APPROVE"],
    ); // prettier-ignore
    expect(turns).toEqual(["Ana: a1", "Boss → human", "Ana: a2", "Boss → human", "Zed: z. DONE", '(Zed said "DONE")']);
    expect(lastAsked("Ana")).toEqual(["Maria: Go", "a1", "Maria: no"]);
  });
});

describe("a graph that has come to its end", () => {
  const ends = (stop: string, limits = "") =>
    talk(
      team("{ policy: graph, edges: [{ from: Ana, to: Ben }] }", [agent("Ana"), agent("Ben")], stop, limits),
      "{ Ana: [a1, a2], Ben: [b1, b2] }",
      ["Go", "again"],
    );
  test.each([
    ["{ maxTurns: 2 }", "", "(reached 2 turns)"],
    ["{ maxMessages: 3 }", "", "(reached 3 messages)"],
    ["{ any: [{ maxTurns: 2 }, { maxMessages: 3 }] }", "", "(reached 2 turns; reached 3 messages)"],
    ["{ textMention: DONE }", "    limits: { turns: 2 }\n", "(nobody left to speak)"],
  ])("begins at its start, also where a cap is met at that moment: %s %s", async (stop, limits, reason) => {
    expect((await ends(stop, limits)).turns).toEqual(["Ana: a1", "Ben: b1", reason, "Ana: a2", "Ben: b2", reason]);
  });

  test("is not one that was cut off before", async () => {
    expect((await ends("{ maxTurns: 1 }")).turns).toEqual(["Ana: a1", "(reached 1 turn)", "Ben: b1", "(reached 1 turn)"]);
  });
});

describe("a team led by a plan", () => {
  const judged = (more: object) =>
    `{ answer: ${JSON.stringify({ satisfied: false, inLoop: false, progress: true, next: "Ana", instruction: "do", reason: "r", ...more })} }`;
  test.each([
    [1, [{ progress: false }], ["Lead: facts", "Lead: plan"]],
    [1, [{ inLoop: true }], ["Lead: facts", "Lead: plan"]],
    [2, [{ progress: false }, { progress: false }], ["Lead: facts", "Lead: plan", "Ana: a1"]],
    // Progress takes one back.
    [
      2,
      [{ progress: false }, {}, { progress: false }, { progress: false }],
      ["Lead: facts", "Lead: plan", "Ana: a1", "Ana: a2", "Ana: a3"],
    ],
  ])("makes a new plan in the turn that reaches the stall, of %i: %j", async (stallsMax, before, said) => {
    const { turns } = await talk(
      team(`{ policy: magentic, model: m, stallsMax: ${stallsMax} }`, [agent("Ana"), agent("Ben")], "{ maxTurns: 9 }"),
      `{ Lead: [facts, plan, ${before.map(judged).join(", ")}, facts2, plan2, ${judged({ next: "Ben" })}, ${judged({ satisfied: true })}, final], Ana: [a1, a2, a3], Ben: [b] }`,
      ["Go"],
    );
    expect(turns).toEqual([...said, "Lead: facts2", "Lead: plan2", "Ben: b", "Lead: final", "(the task is done)"]);
  });
});

test("a team of one voice begins anew at its next turn, and one whose members speak goes on", async () => {
  const members = [agent("Ana"), agent("Ben"), agent("Cleo")];
  const replies = "{ Ana: [a1, a2], Ben: [b1, b2], Cleo: [c1], Panel: [p1, p2], Zed: [z1, z. DONE] }";
  const spoken = async (more: string) => {
    const { log } = await talk(
      team(IN_TURN, [PANEL.replace(" }", `${more} }`), agent("Zed")], "{ textMention: { text: DONE, agents: [Zed] } }", panel(members)),
      replies,
      ["Go"],
    );
    return log.said().slice(1).map((line) => line.replace(/^\w+: /, "")); // prettier-ignore
  };
  expect(await spoken(", voice: { model: m, instructions: Say it. }")).toEqual(["a1", "b1", "p1", "z1", "a2", "b2", "p2", "z. DONE"]);
  expect(await spoken("")).toEqual(["a1", "b1", "z1", "c1", "a2", "z. DONE"]);
});

test("of what is said inside a team of one voice, a team around it hears the answer alone, and no stop word", async () => {
  const voiced = PANEL.replace(" }", ", voice: { model: m, instructions: Say it. } }");
  const around = `  around:
    description: Around.
    speakers: { policy: round-robin }
    agents: [${voiced}, ${agent("Cleo")}]
    stop: { any: [{ textMention: READY }, { maxTurns: 2 }] }
`;
  const { turns, lastAsked } = await talk(
    team(IN_TURN, ["{ name: Around, kind: team, team: around, description: Several. }", agent("Zed")], DONE, around + panel([agent("Ana"), agent("Ben")], "{ textMention: READY }")),
    "{ Ana: [a1], Ben: [b1. READY], Panel: [p1], Cleo: [c1], Zed: [z1. DONE] }",
    ["Go"],
  ); // prettier-ignore
  expect(turns).toEqual(["Ana: a1", "Ben: b1. READY", "Panel: p1", "Cleo: c1", "Zed: z1. DONE", '(Zed said "DONE")']);
  for (const name of ["Cleo", "Zed"]) expect(lastAsked(name).join("\n")).not.toMatch(/a1|b1/);
});

test("what an agent writes before its question to a person is heard by the others, and ends nothing", async () => {
  const asks = "{ text: There are two. DONE, toolCalls: [{ name: transfer_to_human, args: { question: Which one? } }] }";
  const { turns, lastAsked } = await talk(
    team(IN_TURN, [agent("Ana", ", handoffs: [human]"), agent("Ben")], DONE),
    `{ Ana: [${asks}, a2], Ben: [b1. DONE] }`,
    ["Go", "The first"],
  );
  expect(turns).toEqual(["Ana → human", "Ana: a2", "Ben: b1. DONE", '(Ben said "DONE")']);
  expect(lastAsked("Ben").join("\n")).toMatch(/There are two\. DONE\n\| Which one\?[^]*The first/);
});

test.each([
  ["'Literal {{json}} and {{{{x}}}}: {participants}'", 'Literal {json} and {{x}}: ["Ana","Ben"]'],
  ["'{{\"next\": one of {participants}}} {{roles}} {unknown}'", '{"next": one of ["Ana","Ben"]} {roles} {unknown}'],
  ["'{{{roles}}}'", "{- Ana: Ana does it.\n- Ben: Ben does it.}"],
])("doubled braces in a selector's own prompt are braces: %s", async (prompt, read) => {
  const { lastAsked } = await talk(
    team(`{ policy: selector, model: m, prompt: ${prompt} }`, [agent("Ana"), agent("Ben")], "{ maxTurns: 1 }"),
    "{ selector: [{ next: Ana }], Ana: [a] }",
    ["Go"],
  );
  expect(lastAsked("selector").at(-1)).toBe(read);
});

test.each([
  ["研究员", "é"],
  ["e\u0301a", "éb"],
  ["assistant", "user2"],
  ["हिन्दी", "عربي"],
  ["ЁЖ", "ñandú"],
  ["ไทย", "한국"],
])(
  "agents may be called %s and %s, and every spelling of a name is that name: in lines, in words that end, in replies and in what a selector says",
  async (one, other) => {
    const { turns } = await talk(
    team(`{ policy: selector, model: m, rules: [{ after: user, next: ${one.normalize("NFD")} }] }`, [agent(one), agent(other), agent("Zed")], `{ textMention: { text: DONE, agents: [${JSON.stringify(other.normalize("NFD").toUpperCase())}] } }`),
    `{ ${JSON.stringify(one.normalize("NFD"))}: [x. DONE], ${JSON.stringify(other)}: [y. DONE], selector: [${JSON.stringify(`${other.normalize("NFD")} should speak`)}] }`,
    ["Go"],
  ); // prettier-ignore
    const [first, second] = [one.normalize("NFC"), other.normalize("NFC")];
    expect(turns).toEqual([`${first}: x. DONE`, `${second}: y. DONE`, `(${second} said "DONE")`]);
  },
);

test.each([["é", "e\u0301"], ["Ana", "ANA"], ["Ａｎａ", "ana"]])("two agents may not be called %s and %s, which is one name", (one, other) => {
  expect(() => stage(team(IN_TURN, [agent(one), agent(other)], DONE))).toThrow("are the same name");
}); // prettier-ignore

describe("a stop word and code in one message", () => {
  const runner = (runs: string) => `{ name: Runner, kind: code-runner, runs: [${runs}], description: Runs. }`;
  const CODE = JSON.stringify("```python\nprint(1)\n```\nDONE");
  const said = (agents: readonly string[], stop = DONE, words = CODE) =>
    talk(team(IN_TURN, agents, stop), `{ Ana: [${words}], Ben: [b] }`, ["Go"], {
      executor: fakeExecutor(({ code }) => ran(`ran ${code}`)),
    });

  test("the code is run first, also by a runner who is not next; then the run ends by the word", async () => {
    for (const agents of [
      [agent("Ana"), runner("Ana")],
      [agent("Ana"), agent("Ben"), runner("Ana")],
    ])
      expect((await said(agents)).turns.slice(1)).toEqual(["Runner: ran print(1)", '(Ana said "DONE")']);
  });

  test("is not waited for where nobody would run it, and told where it was left", async () => {
    expect((await said([agent("Ana"), agent("Ben"), runner("Ben")])).turns.slice(1)).toEqual(['(Ana said "DONE")']);
    expect((await said([agent("Ana"), agent("Ben")])).turns.slice(1)).toEqual(['(Ana said "DONE")']);
    expect((await said([agent("Ana"), agent("Ben"), runner("Ana")], "{ maxTurns: 1 }")).turns.at(-1)).toBe(
      "(reached 1 turn; code was left that nobody ran)",
    );
  });
});

test.each([
  ["Here it is: ```python\nprint(1)\n``` and that is all.", ["print(1)\n"]],
  ["- item\n\n  ```python\n  print(1)\n  ```\n  after", ["print(1)\n"]],
  ["1. ```python\n   print(1)\n   ```", ["print(1)\n"]],
  ["* a\n  * b\n    ```py\n    print(1)\n    ```\n  and ```python", ["print(1)\n"]],
  ["Use ```python\nprint(1)\n```\nor ```python\nprint(2)\n```", ["print(1)\n", "print(2)\n"]],
  ["`````python\nprint('```')\n`````", ["print('```')\n"]],
  ["> ```python\n> print(1)\n> ```", []],
  ["    ```python\n    print(1)\n    ```", []],
  ["Text ```print(1)``` in a line", []],
])("of %j what stands in the block is run, and no words around it", async (words, run) => {
  const blocks: string[] = [];
  const executor = fakeExecutor(({ code }) => (blocks.push(code), ran("ok")));
  const runner = "{ name: Runner, kind: code-runner, runs: [Ana], description: Runs. }";
  await talk(team(IN_TURN, [agent("Ana"), runner], "{ maxTurns: 2 }"), `{ Ana: [${JSON.stringify(words)}] }`, ["Go"], { executor });
  expect(blocks).toEqual(run);
});
