import { expect, test } from "vitest";
import { coder, type CoderSettings } from "../../../src/engine/agents/code/coder.ts";
import { isEvent, type Delta, type EventBody } from "../../../src/engine/events/events.ts";
import { asked, floor, said, started } from "../../support/facts.ts";
import { openLog, scripted, type Scripted } from "../../support/scripted.ts";
import { turnOn } from "../../support/turn.ts";

const block = (code: string) => `\`\`\`sh\n${code}\n\`\`\``;
const failure = { kind: "failure", error: { kind: "quota", message: "No credit." } } as const;

/** One turn of a coder on a log of these events; its code fails where it is `bad`. */
async function turnOf(facts: readonly EventBody[], replies: readonly Scripted[], more: Partial<CoderSettings> = {}) {
  const log = openLog();
  log.record(...facts);
  const model = scripted(...replies);
  const aborting = new AbortController();
  if (replies.includes("hang")) setImmediate(() => aborting.abort());
  const agent = coder({
    name: "Coder",
    description: "",
    instructions: "You code.",
    model,
    languages: ["sh"],
    retriesMax: 1,
    run: async ({ code }) => {
      const isBad = code.includes("bad");
      return { outcome: isBad ? "error" : "ok", exitCode: isBad ? 2 : 0, output: "", elapsedMs: 1, executor: "x", files: [] };
    },
    ...more,
  });
  const deltas: Delta[] = [];
  for await (const item of agent.turn(turnOn(log.transcript, aborting.signal)))
    if (isEvent(item)) log.record(item);
    else deltas.push(item);
  const told = deltas.flatMap((delta) => (delta.type === "text.delta" ? [delta.text] : []));
  return { model, deltas, told, types: log.events.slice(facts.length).map(({ type }) => type) };
}
const TASK = [started(), asked("count"), floor("Coder")];

test("what others write beside its turn is no step of it", async () => {
  const source = { seq: 4, block: 0 };
  const ran = { type: "code.ran", agent: "Other", source, language: "sh", outcome: "ok", exitCode: 0, output: "" } as const;
  const beside: EventBody[] = [
    { type: "code.written", agent: "Other", text: block("theirs") },
    { ...ran, elapsedMs: 1, executor: "x", files: [] },
  ];
  const { types, model } = await turnOf([...TASK, ...beside], ["In words."]);
  expect(types).toEqual(["message.posted"]);
  expect(model.requests[0]?.messages.map(({ text }) => text)).toEqual(["Maria: count"]);
});

test("its explanation is its answer, also with code in it; what it decides is shown to nobody while it is written", async () => {
  const decision = '{"reason":"","retry":false}';
  const { types, told, model } = await turnOf(TASK, [block("bad"), decision, `It was ${block("bad")}`]);
  expect(types).toEqual(["code.written", "code.ran", "code.written", "message.posted"]);
  expect(told).toEqual([block("bad"), `It was ${block("bad")}`]);
  expect(model.requests.map(({ tools, system }) => [tools, system.split("\n")[0]])).toEqual(Array(3).fill([[], "You code."]));
});

test("what it has decided is no try: it may try again as often as is said", async () => {
  const yes = '{"reason":"","retry":true}';
  const replies = [block("bad 1"), yes, block("bad 2"), yes, block("bad 3"), "I give up."];
  const { types } = await turnOf(TASK, replies, { retriesMax: 2 });
  expect(types.filter((type) => type === "code.ran")).toHaveLength(3);
  expect(types.at(-1)).toBe("message.posted");
});

test("broken off while its model thinks, it has not failed", async () => {
  expect((await turnOf(TASK, ["hang"])).types).toEqual([]);
});

test("where nobody has said anything, and behind its own words, it is told what to do", async () => {
  const { model } = await turnOf([started(), floor("Coder")], ["In words."]);
  expect(model.requests[0]?.messages.map(({ text }) => text)).toEqual(["Write the code, in fenced blocks."]);
  const again = await turnOf([started(), asked("count"), floor("Coder"), said("Coder", "Mine."), floor("Coder")], ["In words."]);
  expect(again.model.requests[0]?.messages.map(({ text }) => text)).toEqual(["Maria: count", "Mine.", "Write the code, in fenced blocks."]);
});

test("it reads what was changed as it was changed", async () => {
  const log: EventBody[] = [
    started(),
    { type: "message.posted", person: { id: "U1", name: "Maria" }, text: "count", id: "m1" },
    { type: "message.edited", id: "m1", of: 2, person: { id: "U1", name: "Maria" }, text: "count them all" },
    floor("Coder"),
  ];
  const { model } = await turnOf(log, ["In words."]);
  expect(model.requests[0]?.messages[0]?.text).toContain("count them all");
});

test("of a long thread it reads the task of the run and the last words", async () => {
  const facts = [started(), asked("old task"), said("A", "old answer"), started(), asked("new task"), ...Array(6).fill(said("A", "more"))];
  const { model } = await turnOf([...facts, floor("Coder")], ["In words."], { context: { kind: "headAndTail", head: 0, tail: 1 } });
  const texts = model.requests[0]?.messages.map(({ text }) => text) ?? [];
  expect(texts).toContain("Maria: new task");
  expect(texts).not.toContain("Maria: old task");
  expect(texts.at(-1)).toBe("[agent] A: more");
});

test("where it keeps in short it reads its own summary for what came before; one that cannot be had is a call that was made", async () => {
  const facts = [started(), asked("count"), ...Array.from({ length: 8 }, (_, nth) => said("A", `${nth} ${"word ".repeat(200)}`))];
  const keeping = (...replies: readonly Scripted[]) => {
    const minutes = scripted(...replies);
    return { minutes, context: { kind: "summary", model: minutes, tokensMax: 500 } as const };
  };
  const kept = keeping("They talked.");
  const { model, types } = await turnOf([...facts, floor("Coder")], ["In words."], { context: kept.context });
  expect(types).toEqual(["context.summarized", "message.posted"]);
  const texts = model.requests[0]?.messages.map(({ text }) => text) ?? [];
  expect(texts.join("\n")).toContain("They talked.");
  expect(texts.join("\n")).not.toContain("0 word");
  expect([kept.minutes.requests[0]?.nth, model.requests[0]?.nth]).toEqual([0, 1]);

  const others: EventBody = { type: "context.summarized", agent: "Other", upToSeq: 9, text: "Others' minutes." };
  const plain = await turnOf([...facts, others, floor("Coder")], ["In words."]);
  expect(plain.model.requests[0]?.messages.map(({ text }) => text).join("\n")).toContain("0 word");

  const lost = keeping({ fails: failure });
  const without = await turnOf([...facts, floor("Coder")], ["In words."], { context: lost.context });
  expect([without.types, without.model.requests[0]?.nth]).toEqual([["message.posted"], 1]);
});
