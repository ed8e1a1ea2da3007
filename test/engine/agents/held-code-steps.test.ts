import { describe, expect, test } from "vitest";
import { heldBack, holding, isHeld, whyHeld } from "../../../src/engine/agents/code/held-code.ts";
import { CALLER, type EventBody, type HeldCode } from "../../../src/engine/events/events.ts";
import { asked, floor, handed, logOf, said, skipped, started, stopped } from "../../support/facts.ts";
import { MARIA } from "../../support/scripted.ts";

const python = (code: string) => ({ language: "python", code });
const fence = (code: string, label = "python") => `\`\`\`${label}\n${code}\n\`\`\``;
const fold = () => holding({ languages: ["python"], runners: [{ name: "Runner", runs: ["Coder"] }] });
const heldIn = (facts: readonly EventBody[], code: string, language = "python") =>
  heldBack(logOf(started(), ...facts), fold(), { language, code });

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

describe("a block in a question", () => {
  const question = handed("Ana", "human", { text: `May I?\n${fence("one")}`, options: ["rm it"], call: "q" });
  test("is held as asked until a plain yes, as refused by a no, as expired where nobody answers", () => {
    expect(heldIn([question], "one")).toMatchObject({ why: "asked", isToBeAsked: false });
    expect(heldIn([question, asked("yes")], "one")).toBeUndefined();
    expect(heldIn([question, asked("no, never")], "one")).toMatchObject({ why: "refused", by: "Maria" });
    expect(heldIn([question, asked("yes, but later")], "one")).toMatchObject({ why: "asked" });
    expect(heldIn([question, { type: "question.expired", agent: "Ana", of: 2 } as EventBody], "one")).toMatchObject({ why: "expired" });
  });

  test("is to be asked for once a person has written behind it; the caller of a tool is none", () => {
    const refused = [question, asked("no")];
    expect(heldIn([...refused, asked("Go on")], "one")).toMatchObject({ isToBeAsked: true });
    const called: EventBody = { type: "message.posted", person: CALLER, text: "Go on" };
    expect(heldIn([...refused, called], "one")).toMatchObject({ isToBeAsked: false });
  });

  test("without a fence, and an answer that was offered, are held where they come in one", () => {
    expect(heldIn([question], "rm it")).toMatchObject({ why: "asked" });
    expect(isHeld(logOf(started(), question), python("rm it"))).toBe(true);
    expect(isHeld(logOf(started(), question), python("something else"))).toBe(false);
  });

  test("is told by the words beside the call, of the reply that asked and of no other", () => {
    const call = (id: string, more: object): EventBody => ({ type: "tool.called", agent: "Ana", call: id, tool: "t", args: "{}", ...more });
    const usage = { inputTokens: 1, outputTokens: 1 };
    const asks = handed("Ana", "human", { text: "May I?", call: "q" });
    expect(heldIn([call("q", { text: fence("one"), usage }), asks], "one")).toMatchObject({ why: "asked" });
    expect(heldIn([call("p", { text: fence("one"), usage }), call("q", { usage }), asks], "one")).toBeUndefined();
    expect(heldIn([call("p", { text: fence("one"), usage }), call("q", {}), asks], "one")).toMatchObject({ why: "asked" });
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
