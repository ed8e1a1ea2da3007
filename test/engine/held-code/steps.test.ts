import { describe, expect, test } from "vitest";
import { heldBack, heldIn as listed, whyHeld } from "../../../src/engine/held-code/held-code.ts";
import { holding } from "../../../src/engine/held-code/holding.ts";
import type { EventBody, HeldCode } from "../../../src/engine/events/events.ts";
import { asked, floor, handed, logOf, said, skipped, started, stopped } from "../../support/facts.ts";
import { MARIA } from "../../support/scripted.ts";

const python = (code: string) => ({ language: "python", code });
const fence = (code: string, label = "python") => `\`\`\`${label}\n${code}\n\`\`\``;
const fold = () => holding({ languages: ["python"], runners: [{ name: "Runner", runs: ["Coder"] }] });
const heldIn = (facts: readonly EventBody[], code: string, language = "python") =>
  heldBack(logOf(started(), ...facts), fold(), { language, code });

/** Everything that is held, as a conversation inside is told it. */
const all = (facts: readonly EventBody[]) => listed(logOf(started(), ...facts));

const wanted = (call: string, agent: string, what: string, within?: string): EventBody => ({
  type: "approval.requested",
  agent,
  call,
  what,
  language: "python",
  ...(within === undefined ? {} : { within }),
});
const answer = (call: string, more: object): EventBody => ({ type: "approval.given", call, person: MARIA, approved: true, ...more });

describe("what a person is told of a block that is held back", () => {
  const why = (held: Partial<HeldCode>) => whyHeld({ ...python("x"), why: "refused", seq: 1, ...held }).split(" It is not run")[0];
  test.each<readonly [Partial<HeldCode>, string]>([
    [{ why: "refused", by: "Maria" }, "Maria said no to this block before."],
    [{ why: "refused", reason: "too loud" }, "A person said no to this block before: too loud"],
    [{ why: "expired" }, "Nobody allowed this block in time when it was asked for before."],
    [{ why: "skipped", by: "Maria" }, "Maria skipped the turn that was to run this block."],
    [{ why: "skipped" }, "A person skipped the turn that was to run this block."],
    [{ why: "asked" }, "A person was asked about this block and has not said yes."],
    [{ why: "changed", by: "Maria" }, "Maria changed this block before it ran."],
    [{ why: "changed" }, "A person changed this block before it ran."],
  ])("%j", (held, words) => {
    expect(why(held)).toBe(words);
  });
});

describe("a skipped turn", () => {
  test("holds what waited for a yes in it, and what waits in another one stays to be answered", () => {
    const facts = [floor("Runner"), wanted("c1", "Runner", "one"), wanted("c2", "Other", "two"), skipped("Runner")];
    expect(heldIn(facts, "one")).toMatchObject({ why: "skipped", by: "Maria" });
    expect(heldIn(facts, "two")).toBeUndefined();
    expect(heldIn([...facts, answer("c2", { approved: false })], "two")).toMatchObject({ why: "refused" });
    // The call is over: a late yes to it allows nothing.
    expect(heldIn([...facts, answer("c1", {})], "one")).toMatchObject({ why: "skipped" });
  });

  test("of a team holds what waited inside it", () => {
    const facts = [floor("Panel"), wanted("c1", "Runner", "one", "Panel/Desk"), skipped("Panel")];
    expect(heldIn(facts, "one")).toMatchObject({ why: "skipped" });
    expect(heldIn([...facts.slice(0, 2), skipped("Runner")], "one")).toBeUndefined();
  });

  test("ends the questions of that turn and of no other: a later no is to those that are left", () => {
    const question = (agent: string, code: string) => handed(agent, "human", { text: `May I?\n${fence(code)}` });
    const facts = [question("Ana", "one"), question("Ben", "two"), skipped("Ana"), asked("no")];
    expect(heldIn(facts, "two")).toMatchObject({ why: "refused" });
    expect(heldIn(facts, "one")).toMatchObject({ why: "asked" });
  });
});

describe("blocks for a runner", () => {
  const posted = said("Coder", `${fence("one")}\n${fence("two")}\n${fence("ls", "sh")}`);
  test("that a skipped turn has not come to are held, and those that it has run are not", () => {
    const ran: EventBody = {
      type: "code.ran",
      agent: "Runner",
      source: { seq: 2, block: 0 },
      language: "python",
      outcome: "ok",
      exitCode: 0,
      output: "",
      elapsedMs: 1,
      executor: "x",
      files: [],
    };
    const facts = [posted, floor("Runner"), ran, skipped("Runner")];
    expect(heldIn(facts, "one")).toBeUndefined();
    expect(heldIn(facts, "two")).toMatchObject({ why: "skipped" });
    // In a language that nobody runs here.
    expect(heldIn(facts, "ls", "sh")).toBeUndefined();
    // Inside another team it was not this runner's.
    expect(heldIn([posted, floor("Runner"), { ...ran, within: "Panel" }, skipped("Runner")], "one")).toMatchObject({ why: "skipped" });
  });

  test("are theirs of those whom it runs alone, once, and not of a turn that is over", () => {
    expect(heldIn([said("Other", fence("one")), floor("Runner"), skipped("Runner")], "one")).toBeUndefined();
    const again = [posted, floor("Runner"), said("Runner", "done"), floor("Runner"), skipped("Runner")];
    expect(heldIn(again, "one")).toBeUndefined();
    expect(heldIn([posted, floor("Runner", { within: "Panel" }), skipped("Runner")], "one")).toBeUndefined();
  });

  test("that it wrote itself are in hand, but not what its namesake inside another team wrote", () => {
    const written = (more: object): EventBody => ({ type: "code.written", agent: "Runner", text: fence("own"), ...more });
    expect(heldIn([floor("Runner"), written({}), skipped("Runner")], "own")).toMatchObject({ why: "skipped" });
    expect(heldIn([floor("Runner"), written({ within: "Panel" }), skipped("Runner")], "own")).toBeUndefined();
    expect(heldIn([floor("Runner"), written({}), stopped], "own")).toMatchObject({ why: "skipped" });
  });

  test("are asked about where a question came behind them and the answer is a no", () => {
    const facts = [posted, handed("Coder", "human", { text: "Shall it run?" })];
    expect(heldIn([...facts, asked("no")], "one")).toMatchObject({ why: "asked" });
    expect(heldIn([...facts, asked("yes")], "one")).toBeUndefined();
    expect(heldIn([...facts, asked("no", { answers: 99 })], "one")).toBeUndefined();
    expect(heldIn([...facts, asked("no", { answers: 3 })], "one")).toMatchObject({ why: "asked" });
  });
});

describe("a new run", () => {
  const refused = [wanted("c1", "Runner", "one"), answer("c1", { approved: false })];
  const seen = (code: string): HeldCode => ({ ...python(code), why: "refused", seq: 7 });
  test("holds nothing of the one before; a team's next turn in the same run does", () => {
    expect(heldIn([...refused, started()], "one")).toBeUndefined();
    expect(heldIn([...refused, started({ goesOn: true })], "one")).toMatchObject({ why: "refused" });
  });

  test("is told what people hold back outside, once, and whether they have written since", () => {
    const inner = (held: readonly HeldCode[], ...more: readonly EventBody[]) => heldIn([started({ held }), ...more], "one");
    expect(inner([seen("one")])).toMatchObject({ why: "refused", isToBeAsked: false });
    expect(inner([{ ...seen("one"), seq: 0 }])).toMatchObject({ isToBeAsked: false });
    expect(inner([{ ...seen("one"), seq: 0 }], asked("Task"))).toMatchObject({ isToBeAsked: true });
    // Said before, and told only now.
    expect(inner([seen("one")], asked("Task"))).toMatchObject({ isToBeAsked: false });
    expect(inner([seen("one")], asked("Task"), floor("Ana"), asked("More"))).toMatchObject({ isToBeAsked: true });
    expect(heldIn([started({ held: [seen("one")] }), started({ goesOn: true, held: [] })], "one")).toBeUndefined();
  });

  test("takes what waited in the one before for over", () => {
    const waiting = [wanted("c1", "Runner", "one"), started({ goesOn: true }), answer("c1", { approved: false })];
    expect(heldIn(waiting, "one")).toBeUndefined();
  });
});

describe("a yes", () => {
  test("lets exactly that run; a yes to words about it undoes no decision", () => {
    const refused = [wanted("c1", "Runner", "one"), answer("c1", { approved: false })];
    expect(heldIn([...refused, wanted("c2", "Runner", "one"), answer("c2", {})], "one")).toBeUndefined();
    expect(heldIn([...refused, handed("Ana", "human", { text: fence("one") }), asked("yes")], "one")).toMatchObject({ why: "refused" });
  });

  test("to a change allows the change, and holds what stood there", () => {
    const changed = [wanted("c1", "Runner", "one"), answer("c1", { edited: "two" })];
    expect(heldIn(changed, "one")).toMatchObject({ why: "changed", isToBeAsked: true });
    expect(heldIn(changed, "two")).toBeUndefined();
  });

  test("that does not come in time is a no", () => {
    expect(heldIn([wanted("c1", "Runner", "one"), { type: "approval.expired", call: "c1" }], "one")).toMatchObject({ why: "expired" });
  });
});

describe("everything that is held back", () => {
  const refused = (call: string, code: string) => [wanted(call, "Runner", code), answer(call, { approved: false })];
  const no = (code: string, seq: number) => ({ ...python(code), why: "refused", by: "Maria", seq });

  test("is each block once, also where it is decided again, and nothing where it is allowed", () => {
    expect(all([...refused("c1", "one"), ...refused("c2", "two"), ...refused("c3", "one\n")])).toEqual([no("two", 5), no("one", 7)]);
    expect(all([...refused("c1", "one"), wanted("c2", "Runner", "one"), answer("c2", {})])).toEqual([]);
    expect(all([wanted("c1", "Runner", "one"), answer("c1", {})])).toEqual([]);
    // Decided inside, and told from outside as well.
    const again = started({ goesOn: true, held: [{ ...python("one"), why: "refused", seq: 3 }] });
    expect(all([...refused("c1", "one"), again])).toEqual([no("one", 3)]);
  });

  test("of a question is its words, those beside its call, and the answers that it offers", () => {
    const usage = { inputTokens: 1, outputTokens: 1 };
    const call = (more: object): EventBody => ({ type: "tool.called", agent: "Ana", call: "q", tool: "t", args: "{}", ...more });
    const asks = handed("Ana", "human", { text: "May I?", call: "q", options: ["rm it", " "] });
    const words = (code: string) => ({ language: "", code, isWithin: true, why: "asked", seq: 3 });
    expect(all([call({ usage, text: "I would." }), asks])).toEqual([words("May I?"), words("I would."), words("rm it")]);
    expect(all([call({ text: "I would." }), asks])).toEqual([words("May I?"), words("I would."), words("rm it")]);
    expect(all([call({ usage }), asks])).toEqual([words("May I?"), words("rm it")]);
    expect(all([call({ usage, text: "Others'.", agent: "Ben" }), asks])).toEqual([words("May I?"), words("rm it")]);
    expect(all([call({ usage, text: "Inside.", within: "Panel" }), asks])).toEqual([words("May I?"), words("rm it")]);
  });

  test("is no tool's call, no hand-over to an agent, and no question that was asked outside", () => {
    const tool: EventBody = { type: "approval.requested", agent: "Runner", call: "c1", what: "one", tool: "sh" };
    expect(all([tool, answer("c1", { approved: false })])).toEqual([]);
    expect(all([handed("Ana", "Ben", { text: fence("one") })])).toEqual([]);
    expect(all([handed("Ana", "human", { text: fence("one"), outside: true })])).toEqual([]);
  });

  test("holds no code of a call that was answered, when its turn is skipped later", () => {
    expect(all([wanted("c1", "Runner", "one"), answer("c1", {}), skipped("Runner")])).toEqual([]);
    const late = [wanted("c1", "Runner", "one"), { type: "approval.expired", call: "c1" } as EventBody, skipped("Runner")];
    expect(all(late)).toMatchObject([{ why: "expired" }]);
  });
});

describe("what a person has decided", () => {
  const refused = [wanted("c1", "Runner", "one"), answer("c1", { approved: false })];
  const no = [said("Coder", fence("one")), handed("Coder", "human", { text: "Shall it run?" }), asked("no")];
  test.each<readonly [HeldCode["why"], readonly EventBody[]]>([
    ["refused", refused],
    ["expired", [wanted("c1", "Runner", "one"), { type: "approval.expired", call: "c1" }]],
    ["skipped", [wanted("c1", "Runner", "one"), skipped("Runner")]],
    ["changed", [wanted("c1", "Runner", "one"), answer("c1", { edited: "two" })]],
  ])("(%s) is not undone by a no to a question about it", (why, decided) => {
    expect(heldIn([...decided, ...no], "one")).toMatchObject({ why });
  });

  test("is for one language's block where it is a yes, and for the words in every language where it is a no", () => {
    const sh = (call: string, more: object): EventBody[] => [
      { ...wanted(call, "Runner", "one"), language: "sh" } as EventBody,
      answer(call, more),
    ];
    expect(heldIn(refused, "one", "sh")).toMatchObject({ why: "refused" });
    expect(heldIn([...refused, ...sh("c2", {})], "one", "sh")).toBeUndefined();
    expect(heldIn([...refused, ...sh("c2", {})], "one", "python")).toMatchObject({ why: "refused" });
    expect(all([...refused, ...sh("c2", {})]).map(({ language, why }) => `${language} ${why}`)).toEqual(["python refused", "sh allowed"]);
  });

  test("(a yes) is kept where another form of the block, or the block in words, is still held, whatever else is", () => {
    const yes = [wanted("c9", "Runner", "f(1)"), answer("c9", {})];
    const no = (call: string, code: string) => [wanted(call, "Runner", code), answer(call, { approved: false })];
    expect(heldIn([...no("c1", "f( 1 )"), ...no("c2", "g()"), ...yes], "f(1)")).toBeUndefined();
    expect(heldIn([...no("c1", "f( 1 )"), ...no("c2", "g()"), ...yes], "f( 1 )")).toMatchObject({ why: "refused" });
    expect(heldIn([handed("Ana", "human", { text: "f(1)" }), asked("no"), ...yes], "f(1)")).toBeUndefined();
  });

  test("(a skip) is decided once: what is allowed behind it is not held when the run is stopped", () => {
    const skip = [said("Coder", fence("one")), floor("Runner"), skipped("Runner")];
    expect(heldIn(skip, "one")).toMatchObject({ why: "skipped" });
    expect(heldIn([...skip, wanted("c1", "Other", "one"), answer("c1", {}), stopped], "one")).toBeUndefined();
  });
});

describe("a runner's blocks in hand", () => {
  const posted = said("Coder", fence("one"));
  test("stay there while its namesakes inside and outside speak", () => {
    for (const more of [{ within: "Panel" }, { outside: true as const }])
      expect(heldIn([posted, floor("Runner"), said("Runner", "done", more), skipped("Runner")], "one")).toMatchObject({ why: "skipped" });
  });

  test("are of finished messages to the team alone", () => {
    for (const more of [{ kind: "stop" as const }, { quiet: true as const, within: "Panel" }, { outside: true as const }])
      expect(heldIn([said("Coder", fence("one"), more), floor("Runner"), skipped("Runner")], "one")).toBeUndefined();
  });

  test("are none where code ran without a turn that the log knows", () => {
    const source = { seq: 1, block: 0 };
    const ran = { type: "code.ran", agent: "Runner", source, language: "python", outcome: "ok", exitCode: 0, output: "" } as const;
    expect(heldIn([{ ...ran, elapsedMs: 1, executor: "x", files: [] }, skipped("Runner")], "one")).toBeUndefined();
  });
});
