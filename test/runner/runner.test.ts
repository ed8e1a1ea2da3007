import { expect, test } from "vitest";
import { assistant } from "../../src/engine/agents/assistant.ts";
import type { Delta } from "../../src/engine/events/events.ts";
import { roundRobin } from "../../src/engine/policies/round-robin.ts";
import type { Team } from "../../src/engine/team.ts";
import { maxTurns } from "../../src/engine/stops/max-turns.ts";
import { textMention } from "../../src/engine/stops/text-mention.ts";
import { mention, open, said } from "../support/running.ts";
import { MARIA, says, scripted, team } from "../support/scripted.ts";

const duo = (): Team =>
  team({ agents: [says("A", "hello"), says("B", "DONE")], nextSpeakers: roundRobin, stopWhen: textMention("DONE"), limits: maxTurns(10) });
test("a task starts a run, and the run goes on by itself to its end", async () => {
  const parley = open(duo);
  parley.runner.start();
  expect(await parley.runner.say(mention("go"))).toMatchObject({ kind: "started", team: "duo" });
  await parley.stopped();
  expect(said(parley.log)).toEqual(["Maria: go", "A: hello", "B: DONE"]);
  expect((await parley.store.duePosts("T/C/1", 10)).map((post) => post.kind)).toEqual(["turn", "turn"]);
  expect((await parley.store.load("T/C/1", 0)).map((event) => event.seq)).toEqual(parley.log.map((event) => event.seq));
});

test("what is only shown is made fit to be seen once, however many follow", async () => {
  const looked: string[] = [];
  const shown = (delta: Delta): Delta => {
    if (delta.type === "text.delta") looked.push(delta.text);
    return delta.type === "text.delta" ? { ...delta, text: delta.text.replace("secret", "[redacted]") } : delta;
  };
  const model = scripted("a secret DONE");
  const solo = () => team({ agents: [assistant({ name: "A", description: "", instructions: "", tools: [], model, toolRoundsMax: 1, handoffs: [], afterTools: "prose" })], nextSpeakers: roundRobin, stopWhen: textMention("DONE"), limits: maxTurns(2) }); // prettier-ignore
  const parley = open(solo, { parts: { shown } });
  const seen: string[][] = [[], [], []];
  for (const own of seen) parley.runner.follow((_, item) => void (item.type === "text.delta" && own.push(item.text)));
  parley.runner.start();
  await parley.runner.say(mention("go"));
  await parley.stopped();
  expect(seen).toEqual([["a [redacted] DONE"], ["a [redacted] DONE"], ["a [redacted] DONE"]]);
  expect(looked).toEqual(["a secret DONE"]);
});

test("what was said twice is heard once", async () => {
  const parley = open(duo);
  const heard = await Promise.all([parley.runner.say(mention("go")), parley.runner.say(mention("go"))]);
  expect(heard.map((answer) => answer.kind)).toEqual(["started", "duplicate"]);
});

test("words that are not addressed are heard only while a run is going on", async () => {
  const parley = open(duo);
  expect(await parley.runner.say(mention("hi all", { addressed: false }))).toEqual({ kind: "ignored" });
  await parley.runner.say(mention("go"));
  expect(await parley.runner.say(mention("and quickly", { addressed: false }))).toEqual({ kind: "steered" });
  parley.runner.start();
  await parley.stopped();
  expect(await parley.runner.say(mention("thanks", { addressed: false }))).toEqual({ kind: "ignored" });
});

test("an empty task, one that is too long and an unknown team are refused with the mend", async () => {
  const parley = open(duo);
  expect(await parley.runner.say(mention("   "))).toMatchObject({
    kind: "refused",
    reason: expect.stringContaining("Mention me with a task"),
  });
  expect(await parley.runner.say(mention("x".repeat(100_000)))).toMatchObject({
    kind: "refused",
    reason: expect.stringContaining("100000 characters; I read at most 30000"),
  });
  expect(await parley.runner.say(mention("go", { team: "dua" }))).toMatchObject({
    kind: "refused",
    reason: 'There is no team "dua". The teams are: duo, broken.',
  });
  expect(parley.log).toEqual([]);
});

const asking = (model = scripted({ calls: [{ tool: "transfer_to_human", args: { question: "Which day?" } }] }, "Friday. DONE")) =>
  team({
    agents: [
      assistant({
        name: "A",
        description: "",
        instructions: "",
        model,
        tools: [],
        handoffs: ["human"],
        toolRoundsMax: 3,
        afterTools: "prose",
      }),
    ],
    nextSpeakers: roundRobin,
    stopWhen: textMention("DONE"),
  });

test("a question waits for a person, also over a restart, and the reply is its answer", async () => {
  const first = open(() => asking());
  first.runner.start();
  await first.runner.say(mention("when?"));
  await first.until(() => first.log.some((event) => event.type === "handoff.made"));
  await first.close();

  const second = open(() => asking(scripted("Friday. DONE")));
  second.runner.start();
  expect(await second.runner.say(mention("Friday", { addressed: false }))).toMatchObject({ kind: "answered" });
  await second.stopped();
  expect(said(await second.store.load("T/C/1", 0))).toEqual(["Maria: when?", "Maria: Friday", "A: Friday. DONE"]);
});

test("stop ends a run at once in the middle of a model call, and says who stopped it", async () => {
  const parley = open(() => asking(scripted("hang")));
  parley.runner.start();
  await parley.runner.say(mention("go"));
  await parley.until(() => parley.log.some((event) => event.type === "speaker.selected"));
  expect(await parley.runner.stop("T/C/1", MARIA)).toBe(true);
  expect(parley.log.at(-1)).toMatchObject({ type: "run.stopped", outcome: "stopped", reason: "stopped by Maria" });
  expect(await parley.runner.stop("T/C/1", MARIA)).toBe(false);
  expect(await parley.runner.say(mention("again"))).toMatchObject({ kind: "started" });
});

test("closing in the middle of a call leaves the thread due, and the next start finishes the run", async () => {
  const first = open(() => asking(scripted("hang")));
  first.runner.start();
  await first.runner.say(mention("go"));
  await first.until(() => first.log.some((event) => event.type === "speaker.selected"));
  await first.close();

  const second = open(() => asking(scripted("DONE")));
  second.runner.start();
  await second.stopped();
  const all = await second.store.load("T/C/1", 0);
  expect(all.map((event) => event.type)).toEqual(["run.started", "message.posted", "speaker.selected", "message.posted", "run.stopped"]);
});

test("a run taken up after a long absence says so, and the absence does not count as its time", async () => {
  const first = open(() => asking(scripted("hang")));
  first.runner.start();
  await first.runner.say(mention("go"));
  await first.until(() => first.log.some((event) => event.type === "speaker.selected"));
  await first.close();

  const second = open(() => asking(scripted("DONE")), { clock: { now: () => Date.now() + 3_600_000 } });
  second.runner.start();
  await second.stopped();
  expect(second.log.map((event) => event.type)).toEqual(["run.resumed", "message.posted", "run.stopped"]);
});

test("a bug in a turn ends the run with a word, not in silence", async () => {
  const parley = open(() => asking(scripted()));
  parley.runner.start();
  await parley.runner.say(mention("go"));
  await parley.stopped();
  expect(parley.log.at(-1)).toMatchObject({ outcome: "failed", reason: expect.stringContaining("was not expected") });
  expect(parley.problems).toHaveLength(1);
});

test("two hundred threads run at once, each in its own order, and nothing stays in memory", async () => {
  const parley = open(duo);
  parley.runner.start();
  const threads = Array.from({ length: 200 }, (_, index) => `T${index % 5}/C/${index}`);
  await Promise.all(
    threads.map((thread) => parley.runner.say(mention("go", { thread, workspace: thread.split("/")[0] ?? "", id: thread }))),
  );
  await parley.until(() => parley.log.filter((event) => event.type === "run.stopped").length === threads.length);
  for (const thread of threads)
    expect(said(parley.log.filter((event) => event.thread === thread))).toEqual(["Maria: go", "A: hello", "B: DONE"]);
});
