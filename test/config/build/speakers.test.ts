import { describe, expect, test } from "vitest";
import { fakeExecutor, ran } from "../fake-executor.ts";
import { play } from "../play.ts";

const agents = (...names: readonly string[]) =>
  `[${names.map((name) => `{ name: ${name}, description: Does ${name}., model: m }`).join(", ")}]`;

describe("a swarm", () => {
  const SWARM = `teams:
  support:
    description: Answers.
    speakers: { policy: swarm }
    agents:
      - { name: Triage, description: Sorts., model: m, handoffs: [{ to: Billing, tool: send_to_billing, message: Over to Billing. }, human] }
      - { name: Billing, description: Knows bills., model: m, handoffs: [Triage] }
    stop: { textMention: SOLVED }
`;

  test("follows the hand-overs, and a question to a person leaves the floor where it is", async () => {
    const { said, log, askedOf } = await play(SWARM, {
      task: "My bill is wrong",
      answers: ["Number 7"],
      replies: `replies:
  Triage: [{ toolCalls: [{ name: transfer_to_human, args: { question: Which bill? } }] }, { toolCalls: [{ name: send_to_billing }] }]
  Billing: ["I look at bill 7.", "It is paid. SOLVED"]
`,
    });
    expect(said).toEqual([
      "Triage → human: Which bill?", "Maria: Number 7", "Triage → Billing: Over to Billing.",
      "Billing: I look at bill 7.", "Billing: It is paid. SOLVED",
    ]); // prettier-ignore
    expect(log.stopped()?.outcome).toBe("done");
    expect(askedOf("Triage")[0]?.system).toContain("Call send_to_billing to give the floor to Billing.");
    expect(askedOf("Triage")[0]?.system).toContain("You have the floor until you hand it over");
  });
});

describe("a graph", () => {
  const graph = (edges: string, ...names: readonly string[]) => `teams:
  flow:
    description: Flows.
    speakers: { policy: graph, ${edges} }
    agents: ${agents(...names)}
`;

  test("lets independent agents speak side by side, waits for all of them, and ends where no edge leads on", async () => {
    const { said, log } = await play(
      graph(
        "edges: [{ from: Plan, to: Law }, { from: Plan, to: Tax }, { from: Law, to: Sum }, { from: Tax, to: Sum }]",
        "Plan",
        "Law",
        "Tax",
        "Sum",
      ),
      { replies: "replies: { Plan: [plan], Law: [legal], Tax: [taxed], Sum: [all] }" },
    );
    expect(said[0]).toBe("Plan: plan");
    expect(said.slice(1, 3).toSorted()).toEqual(["Law: legal", "Tax: taxed"]);
    expect(said.slice(3)).toEqual(["Sum: all"]);
    expect(log.stopped()?.reasons).toEqual([{ kind: "nobody" }]);
  });

  test("goes round as long as the words ask for it, and tells the agent which words these are", async () => {
    const again = "{ from: Review, to: Write, ifContains: REVISE, group: again }";
    const onward = "{ from: Review, to: Print, ifContains: APPROVED }";
    const { said, askedOf } = await play(
      graph(`edges: [{ from: Write, to: Review }, ${again}, ${onward}], entry: Write`, "Write", "Review", "Print"),
      { replies: "replies: { Write: [one, two], Review: [REVISE it, APPROVED now], Print: [printed] }" },
    );
    expect(said).toEqual(["Write: one", "Review: REVISE it", "Write: two", "Review: APPROVED now", "Print: printed"]);
    expect(askedOf("Review")[0]?.system).toContain(
      "End your message with REVISE to go on with Write, or with APPROVED to go on with Print.",
    );
  });
});

describe("a magentic team", () => {
  const team = (more: string) => `teams:
  lead:
    description: Is led.
    speakers: { policy: magentic, model: m, name: Boss${more} }
    agents: ${agents("Ana", "Ben")}
`;
  const step = (satisfied: boolean, next: string, instruction: string) =>
    `{ answer: { satisfied: ${satisfied}, inLoop: false, progress: true, next: ${next}, instruction: ${instruction}, reason: why } }`;

  test("surveys, plans, says who does what, and answers", async () => {
    const { said, log, askedOf, teams } = await play(team(""), {
      replies: `replies: { Boss: [facts, plan, ${step(false, "Ben", "Count.")}, ${step(true, "Ana", '""')}, The answer is 3.], Ben: [three] }`,
    });
    expect(said).toEqual(["Boss: facts", "Boss: plan", "Ben: three", "Boss: The answer is 3."]);
    expect(log.stopped()?.outcome).toBe("done");
    expect(askedOf("Ben")[0]?.messages.at(-1)?.text).toContain("Count.");
    expect(teams.cards[0]?.agents.map(({ name }) => name)).toEqual(["Ana", "Ben", "Boss"]);
  });

  test("asks for the end by its last message, which a condition can wait for", async () => {
    const { log } = await play(team("").replace(/$/, "    stop: { stopMessage: true }\n"), {
      replies: `replies: { Boss: [facts, plan, ${step(true, "Ana", '""')}, Done.] }`,
    });
    expect(log.stopped()?.reasons).toEqual([{ kind: "stopMessage", agent: "Boss" }]);
  });

  test("with reviewPlan a person sees the plan before the work begins", async () => {
    const { said } = await play(team(", reviewPlan: true"), {
      answers: ["Approve"],
      replies: `replies: { Boss: [facts, plan, ${step(true, "Ana", '""')}, Done.] }`,
    });
    expect(said.slice(2)).toEqual(["Boss → human: Shall the team work by this plan?", "Maria: Approve", "Boss: Done."]);
  });
});

describe("a selector's table", () => {
  const team = (speakers: string, coders = "") => `teams:
  coding:
    description: Codes.
    speakers: { policy: selector, model: m, ${speakers} }
    agents:
      - { name: Coder, description: Writes code., model: m }
      - { name: Runner, description: Runs code., kind: code-runner, runs: [Coder] }
      - { name: Critic, description: Judges., model: m }${coders}
    stop: { textMention: { text: DONE, agents: [Critic] } }
`;
  const rules =
    "rules: [{ after: user, next: Coder }, { after: Coder, when: { hasCode: true }, next: Runner }, { after: Runner, when: { contains: Error }, next: Coder }]";

  test("decides before the model is asked, by the last speaker and the words", async () => {
    let runs = 0;
    const executor = fakeExecutor(() => (++runs === 1 ? ran("Error: no\n", { outcome: "error", exitCode: 1 }) : ran("fine\n")));
    const { said, askedOf, log } = await play(team(rules), {
      executor,
      replies: `replies:
  Coder: ["\`\`\`python\\nbad\\n\`\`\`", "\`\`\`python\\ngood\\n\`\`\`"]
  Critic: [DONE]
  selector: [{ next: Critic, reason: it ran }]
`,
    });
    expect(said.map((line) => line.split(":")[0])).toEqual(["Coder", "Runner", "Coder", "Runner", "Critic"]);
    expect(askedOf("selector")).toHaveLength(1);
    expect(log.events.flatMap((event) => (event.type === "speaker.selected" ? [event.by] : []))).toEqual([
      "policy", "policy", "policy", "policy", "selector",
    ]); // prettier-ignore
  });

  test("code in a language that the sandbox does not run is no code to a rule", async () => {
    const { said } = await play(team(rules), {
      replies: `replies: { Coder: ["\`\`\`json\\n{}\\n\`\`\`"], selector: [{ next: Critic }], Critic: [DONE] }`,
    });
    expect(said.map((line) => line.split(":")[0])).toEqual(["Coder", "Critic"]);
  });

  test("candidates bound whom the model may choose, and its history and prompt are the file's", async () => {
    const { askedOf, said } = await play(
      team(
        `historyMessages: 1, prompt: "Roles: {roles} Choose of {participants}. So far: {history}", candidates: [{ after: user, next: [Coder, Critic] }, { after: Coder, next: [Critic] }]`,
      ),
      { replies: "replies: { Coder: [hm], selector: [{ next: Coder }], Critic: [DONE] }" },
    );
    expect(said).toEqual(["Coder: hm", "Critic: DONE"]);
    const [request] = askedOf("selector");
    expect(askedOf("selector")).toHaveLength(1);
    expect(request?.answer?.schema).toMatchObject({ properties: { next: { enum: ["Coder", "Runner", "Critic", "finish"] } } });
    expect(request?.messages[0]?.text).toBe(
      'Roles: - Coder: Writes code.\n- Runner: Runs code.\n- Critic: Judges. Choose of ["Coder","Critic"]. So far: \nMaria: Go',
    );
  });

  test("a team that goes in a circle asks a person after as many turns as the file says", async () => {
    const { said } = await play(team("stallsMax: 1, mayAskHuman: true"), {
      replies: "replies: { Coder: [hm], Critic: [hm], selector: [{ next: Coder }, { next: Critic, progress: false }] }",
    });
    expect(said.at(-1)).toMatch(/^selector → human: The last 2 turns brought no progress/);
  });
});

test("a selector asks people only where one of its agents may, or the file says so", async () => {
  const offered = async (speakers: string, handoffs: string) => {
    const { askedOf } = await play(
      `teams:
  two:
    description: Two.
    speakers: { policy: selector, model: m, allowRepeats: true${speakers} }
    agents: [{ name: Ana, description: Asks., model: m${handoffs} }, { name: Ben, description: Answers., model: m }]
    stop: { maxTurns: 1 }
`,
      { replies: "replies: { Ana: [hm], selector: [{ next: Ana }] }" },
    );
    return askedOf("selector")[0]?.answer?.schema;
  };
  const names = (...all: readonly string[]) => ({ properties: { next: { enum: [...all, "finish"] } } });
  expect(await offered("", "")).toMatchObject(names("Ana", "Ben"));
  expect(await offered("", ", handoffs: [human]")).toMatchObject(names("Ana", "Ben", "human"));
  expect(await offered(", mayAskHuman: true", "")).toMatchObject(names("Ana", "Ben", "human"));
  expect(await offered(", mayAskHuman: false", ", handoffs: [human]")).toMatchObject(names("Ana", "Ben"));
});

test("a team that nobody leads is watched where a person may be asked: thanks without end become a question", async () => {
  const debate = (speakers: string, handoffs = ", handoffs: [human]") =>
    play(
      `teams:
  two:
    description: Two.
    speakers: { policy: round-robin${speakers} }
    agents: [{ name: Ana, description: Asks., model: m${handoffs} }, { name: Ben, description: Answers., model: m }]
    stop: { maxTurns: 8 }
`,
      { replies: `replies: { Ana: [${"Thank you., ".repeat(4)}], Ben: [${"Thank you., ".repeat(4)}] }` },
    );
  expect((await debate("")).said.at(-1)).toMatch(/^Parley → human: The last 3 turns brought no progress/);
  expect((await debate(", stallsMax: 1")).said).toHaveLength(3);
  for (const silent of [await debate("", ""), await debate(", mayAskHuman: false")]) expect(silent.said).toHaveLength(8);
});
