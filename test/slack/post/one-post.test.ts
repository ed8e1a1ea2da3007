import { afterEach, describe, expect, test } from "vitest";
import type { EventBody } from "../../../src/engine/events/events.ts";
import { oneTurnAt, oneTurnBefore } from "../../../src/slack/render/log-reading.ts";
import { asks, logOf, ran, says, selects, started, stopped } from "../log.ts";
import { eventually } from "../../support/patience.ts";
import { DIRECT, posting, type Posting, type PostingOptions } from "../posting.ts";

let world: Posting | undefined;
const begin = async (options?: PostingOptions) => (world = await posting(options));
afterEach(async () => {
  await world?.close();
  world = undefined;
});

const BEFORE = [started(), asks("Add"), selects("Coder")];
const ANSWER = says("Coder", "I have **added**.");
/** The answer's number in the log, and its end's. */
const [TURN, END] = [4, 5];

const payloads = (parley: Posting, thread: string) => parley.said(thread).map(({ metadata }) => metadata?.event_payload);
const idsOf = (parley: Posting, thread: string) => payloads(parley, thread).map((payload) => payload?.["o"]);
const posts = (parley: Posting) => parley.slack.control.calls("chat.postMessage");
const typesOf = (parley: Posting, thread: string, at = 1) =>
  parley.said(thread)[at]?.blocks.map((block) => (block as { type: string }).type);
const wordsOf = (parley: Posting, thread: string, at = 1) => JSON.stringify(parley.said(thread)[at]?.blocks);

/** However it came about: each end is told, and none twice. */
async function expectToldOnce(parley: Posting, thread: string): Promise<void> {
  const told = payloads(parley, thread).filter((payload) => payload?.["k"] === "end" || payload?.["e"] === END);
  expect(told).toHaveLength(1);
  const ids = idsOf(parley, thread);
  expect(new Set(ids).size).toBe(ids.length);
  expect(await parley.store.duePosts(undefined, 10)).toEqual([]);
}

describe("where one turn was all of a run", () => {
  test("its message tells the end, with what the run has cost and the buttons of the result, and no other message does", async () => {
    const parley = await begin();
    const thread = await parley.thread();
    await parley.record(thread, ...BEFORE, ANSWER, stopped());
    await parley.settle();
    expect(idsOf(parley, thread)).toEqual(["1.card.0", "4.turn.0"]);
    expect(posts(parley)).toHaveLength(2);
    expect(payloads(parley, thread)[1]).toEqual({ o: "4.turn.0", r: "run-1", n: TURN, k: "turn", e: END });
    expect(parley.said(thread)[1]?.username).toBe("Coder");
    expect(typesOf(parley, thread)).toEqual(["markdown", "actions", "context_actions", "section"]);
    const words = wordsOf(parley, thread);
    for (const label of ["Continue…", "Another team…", "Transcript", "Share to channel", "Helpful", "Try another next speaker…"])
      expect(words).toContain(label);
    expect(words).toContain("1k tokens in, 200 out · 0.0 s · :checkered_flag: *Done*:");
    expect(await parley.store.receipt(thread, END, "end")).toBe(parley.said(thread)[1]?.ts);
    await expectToldOnce(parley, thread);
  });

  test("an answer waits for nothing: an end that is not known when it leaves has a message of its own, and the answer stays as it is", async () => {
    const parley = await begin();
    const thread = await parley.thread();
    await parley.record(thread, ...BEFORE, ANSWER);
    await parley.settle();
    expect(typesOf(parley, thread)).toEqual(["markdown", "section"]);
    await parley.record(thread, stopped());
    await parley.settle();
    expect(idsOf(parley, thread)).toEqual(["1.card.0", "4.turn.0", "5.end.0"]);
    expect(parley.slack.control.calls("chat.update").map(({ args }) => args["ts"])).not.toContain(parley.said(thread)[1]?.ts);
    await expectToldOnce(parley, thread);
  });

  test("what is recorded while the answer waits for its channel is told by it", async () => {
    const parley = await begin();
    const thread = await parley.thread();
    parley.slack.control.fault({ method: "chat.postMessage", kind: "ratelimited", retryAfterSeconds: 5 });
    await parley.record(thread, ...BEFORE, ANSWER);
    // The card, which Slack refuses for now. By the time of its next try the answer may tell all that it would: then it is left out.
    await eventually(() => expect(posts(parley)).toHaveLength(1));
    await parley.clock.advance(1_000);
    await parley.record(thread, stopped());
    await parley.settle();
    expect(idsOf(parley, thread).filter((id) => id !== "1.card.0")).toEqual(["4.turn.0"]);
    await expectToldOnce(parley, thread);
  });

  const chosenBy = (by: "policy" | "selector") => [started(), asks("Add"), { type: "speaker.selected", agent: "Coder", by } as const];
  /** The card is there, and the answer is on its way. */
  async function answered(options: PostingOptions, ...before: readonly EventBody[]) {
    const parley = await begin(options);
    const thread = await parley.thread();
    await parley.record(thread, ...before);
    await parley.settle();
    await parley.clock.advance(60_000);
    await parley.record(thread, ANSWER);
    return { parley, thread };
  }

  test("where several processes share a store the answer waits for what is recorded right behind it", async () => {
    const { parley, thread } = await answered({ together: true }, ...chosenBy("policy"));
    await parley.clock.untilSleeping();
    expect(posts(parley)).toHaveLength(1);
    await parley.record(thread, stopped());
    await parley.settle();
    expect(idsOf(parley, thread)).toEqual(["1.card.0", "4.turn.0"]);
    expect(await parley.store.receipt(thread, END, "end")).toBe(parley.said(thread)[1]?.ts);
    await expectToldOnce(parley, thread);
  });

  test("there, too, it waits for a quarter of a second at most, and not at all where a model is asked who is next", async () => {
    const { parley, thread } = await answered({ together: true }, ...chosenBy("policy"));
    await parley.clock.untilSleeping();
    await parley.clock.advance(250);
    await eventually(() => expect(idsOf(parley, thread)).toEqual(["1.card.0", "4.turn.0"]));
    await parley.record(thread, stopped());
    await parley.settle();
    expect(idsOf(parley, thread)).toEqual(["1.card.0", "4.turn.0", "5.end.0"]);
    await expectToldOnce(parley, thread);
    await parley.close();
    const other = await answered({ together: true }, ...chosenBy("selector"));
    await eventually(() => expect(posts(other.parley)).toHaveLength(2));
  });

  test("two runs of a thread are two answers, each with its own end", async () => {
    const parley = await begin();
    const thread = await parley.thread();
    await parley.record(thread, ...BEFORE, ANSWER, stopped());
    await parley.settle();
    await parley.record(thread, started("run-2"), asks("More", "m2"), selects("Coder"), says("Coder", "There."), stopped("run-2"));
    await parley.settle();
    expect(payloads(parley, thread).map((payload) => [payload?.["k"], payload?.["r"], payload?.["e"]])).toEqual([
      ["card", "run-1", undefined],
      ["turn", "run-1", 5],
      ["card", "run-2", undefined],
      ["turn", "run-2", 10],
    ]);
  });

  test("of an answer in several messages the last one tells it", async () => {
    const parley = await begin();
    const thread = await parley.thread();
    await parley.record(thread, ...BEFORE, says("Coder", "A long answer. ".repeat(1_500)), stopped());
    await parley.settle();
    const turns = payloads(parley, thread).slice(1);
    expect(turns.length).toBeGreaterThan(1);
    expect(turns.map((payload) => payload?.["e"])).toEqual([...turns.slice(1).map(() => undefined), END]);
    await expectToldOnce(parley, thread);
  });

  test("files stand under it, those of a call that failed too", async () => {
    const parley = await begin();
    const thread = await parley.thread();
    const hash = await parley.store.putFile(Buffer.from("a,b\n1,2\n"));
    const file = { name: "sums.csv", bytes: 8, hash, mediaType: "text/csv" };
    const shot = { ...file, name: "shot.png", mediaType: "image/png" };
    const error = { kind: "tool_error", message: "no such button" };
    const calls: EventBody[] = [
      { type: "tool.called", agent: "Coder", call: "c1", tool: "sum", args: "{}" },
      { type: "tool.returned", agent: "Coder", call: "c1", tool: "sum", output: "done", files: [file] },
      { type: "tool.called", agent: "Coder", call: "c2", tool: "click", args: "{}" },
      { type: "tool.failed", agent: "Coder", call: "c2", tool: "click", error, files: [shot], images: [shot] },
    ];
    await parley.record(thread, ...BEFORE, ...calls, ANSWER, stopped());
    await parley.settle();
    expect(parley.lines(thread)).toEqual(["app: coding: Add", "Coder: I have **added**.", "app: [sums.csv]", "app: [shot.png]"]);
    expect(wordsOf(parley, thread)).toContain("The code left `sums.csv` (8 bytes)");
    expect(await parley.store.duePosts(undefined, 10)).toEqual([]);
  });

  test("what has grown in a direct message ends as it, too", async () => {
    const parley = await begin();
    const thread = await parley.thread(DIRECT);
    const words = "Plums are a stone fruit, and there are more kinds of them than anybody has ever counted. ";
    await parley.record(thread, ...BEFORE);
    await parley.settle();
    await parley.write(thread, "Coder", words);
    await parley.record(thread, says("Coder", `${words}That is all.`), stopped());
    await parley.settle();
    expect(parley.slack.control.calls("chat.stopStream")).toHaveLength(1);
    expect(idsOf(parley, thread)).toEqual(["1.card.0", "4.turn.0"]);
    expect(wordsOf(parley, thread)).toContain("*Done*");
    await expectToldOnce(parley, thread);
  });
});

describe("whatever happens on the way, the end is told once", () => {
  const FAULTS = ["status500_after", "reset_after", "timeout_after", "status500", "ratelimited"] as const;
  const known = FAULTS.flatMap((kind) => [
    { kind, knows: true },
    { kind, knows: false },
  ]);

  test.each(known)("a post that fails ($kind), while the end is known beforehand: $knows", async ({ kind, knows }) => {
    const parley = await begin({ writeTimeoutMs: 400 });
    const thread = await parley.thread();
    await parley.record(thread, ...BEFORE);
    await parley.settle();
    parley.slack.control.fault({ method: "chat.postMessage", kind, retryAfterSeconds: 3 });
    await parley.record(thread, ANSWER, ...(knows ? [stopped()] : []));
    if (!knows) {
      // The answer has left, and its fate is unknown, when the run ends.
      while (posts(parley).length < 2) await parley.clock.advance(20);
      await parley.record(thread, stopped());
    }
    await parley.settle();
    const isThereWithout = !knows && kind.endsWith("_after");
    expect(idsOf(parley, thread)).toEqual(["1.card.0", "4.turn.0", ...(isThereWithout ? ["5.end.0"] : [])]);
    await expectToldOnce(parley, thread);
  });

  test.each([0, 1])("a process that dies when %d of the two rows are settled", async (settled) => {
    const first = await begin();
    const thread = await first.thread();
    await first.record(thread, ...BEFORE);
    await first.settle();
    const { markDelivered } = first.store;
    let left = settled;
    Object.assign(first.store, {
      markDelivered: async (...args: Parameters<typeof markDelivered>) => {
        if (left-- <= 0) throw new Error("it is dead");
        await markDelivered(...args);
      },
    });
    await first.record(thread, ANSWER, stopped());
    while (first.said(thread).length < 2) await first.clock.advance(20);
    await first.clock.advance(100);
    const second = (world = await first.restart());
    await second.settle();
    expect(idsOf(second, thread)).toEqual(["1.card.0", "4.turn.0"]);
    await expectToldOnce(second, thread);
    expect(await second.store.receipt(thread, END, "end")).toBe(second.said(thread)[1]?.ts);
  });

  test("what it tells of the end is on the disk before it leaves, though the run ends while its own words are waited for", async () => {
    const parley = await begin();
    const thread = await parley.thread();
    await parley.record(thread, ...BEFORE);
    await parley.settle();
    const { markSending } = parley.store;
    let onDisk = 0;
    Object.assign(parley.store, {
      markSending: async (...args: Parameters<typeof markSending>) => {
        const isFirst = onDisk === 0;
        const written = await parley.store.load(thread, 0);
        await markSending(...args);
        onDisk = written.length;
        if (isFirst) await parley.record(thread, stopped());
      },
    });
    await parley.record(thread, ANSWER);
    await parley.settle();
    expect(idsOf(parley, thread)).toEqual(["1.card.0", "4.turn.0"]);
    expect(onDisk).toBe(END);
    await expectToldOnce(parley, thread);
  });

  test("where newer blocks are refused it is told without the feedback, and where all are, in a message of its own", async () => {
    const parley = await begin();
    const [simple, plain] = [await parley.thread(), await parley.thread()];
    await parley.record(simple, ...BEFORE);
    await parley.record(plain, ...BEFORE);
    await parley.settle();
    parley.slack.control.fault({ method: "chat.postMessage", kind: "error", code: "invalid_blocks" });
    await parley.record(simple, ANSWER, stopped());
    await parley.settle();
    expect(typesOf(parley, simple)).toEqual(["markdown", "actions", "section"]);
    await expectToldOnce(parley, simple);
    for (let times = 0; times < 2; times++)
      parley.slack.control.fault({ method: "chat.postMessage", kind: "error", code: "invalid_blocks" });
    await parley.record(plain, ANSWER, stopped());
    await parley.settle();
    expect(idsOf(parley, plain)).toEqual(["1.card.0", "4.turn.0", "5.end.0"]);
    await expectToldOnce(parley, plain);
  });

  test("in pieces, it is told in a message of its own", async () => {
    const parley = await begin();
    const thread = await parley.thread();
    await parley.record(thread, ...BEFORE);
    await parley.settle();
    parley.slack.control.fault({ method: "chat.postMessage", kind: "error", code: "msg_too_long" });
    await parley.record(thread, says("Coder", "Words. ".repeat(1_200)), stopped());
    await parley.settle();
    expect(idsOf(parley, thread)).toEqual(["1.card.0", "4.turn.0.p0", "4.turn.0.p1", "5.end.0"]);
    await expectToldOnce(parley, thread);
  });
});

describe("an end that has more to say or to ask has a message of its own", () => {
  const MARIA = { id: "U0MARIA", name: "Maria" };
  const ends = (outcome: "limit" | "failed" | "stopped"): EventBody => ({ ...stopped(), outcome }) as EventBody;
  const with_ = (more: object): EventBody => ({ ...started(), ...more }) as EventBody;
  const stance: EventBody = { type: "stance.given", agent: "Critic", of: TURN, stance: "disagree", reason: "No." };
  const question: EventBody = { type: "handoff.made", agent: "Coder", to: "human", text: "Which?" };
  const written: EventBody = { type: "code.written", agent: "Coder", text: "```python\n1\n```" } as EventBody;
  const scripted: EventBody = { type: "message.posted", agent: "Runner", text: "7" };

  test.each<[string, readonly EventBody[]]>([
    ["a limit", [...BEFORE, ANSWER, ends("limit")]],
    ["a failure", [...BEFORE, ANSWER, ends("failed")]],
    ["a stop", [...BEFORE, ANSWER, { type: "stop.requested", person: MARIA } as EventBody, ends("stopped")]],
    ["who disagrees", [...BEFORE, ANSWER, stance, stopped()]],
    ["two turns", [...BEFORE, ANSWER, selects("Critic"), says("Critic", "Fine."), stopped()]],
    ["words while the turn was made", [...BEFORE, asks("And be quick", "m2"), ANSWER, stopped()]],
    ["words after it", [...BEFORE, ANSWER, asks("Thanks", "m2"), stopped()]],
    ["code that ran", [...BEFORE, written, ran("7", { agent: "Coder" }), ANSWER, stopped()]],
    ["a question before", [...BEFORE, question, asks("Blue", "m2"), ANSWER, stopped()]],
    ["an agent without a model", [...BEFORE, scripted, stopped()]],
    ["a fork", [with_({ forkedFrom: { run: "x", seq: 1, team: "coding" } }), asks("Add"), selects("Coder"), ANSWER, stopped()]],
    ["a channel that shows the end alone", [with_({ turnsInFile: true }), asks("Add"), selects("Coder"), ANSWER, stopped()]],
    ["an absence", [...BEFORE, { type: "run.resumed" } as EventBody, ANSWER, stopped()]],
  ])("%s", (_, bodies) => {
    const log = logOf(...bodies);
    const turns = log.events.filter((event) => event.type === "message.posted" && "agent" in event);
    const over = log.events.at(-1);
    expect(turns.map(({ seq }) => oneTurnAt(log, seq))).toEqual(turns.map(() => undefined));
    expect(over?.type === "run.stopped" && oneTurnBefore(log, over)).toBe(undefined);
  });

  test("several words of people before it, tools, and what came before in the thread are no hindrance", () => {
    const tool: EventBody[] = [
      { type: "tool.called", agent: "Coder", call: "c1", tool: "sum", args: "{}" },
      { type: "tool.returned", agent: "Coder", call: "c1", tool: "sum", output: "done" },
    ];
    const earlier = [...BEFORE, ANSWER, selects("Critic"), says("Critic", "Fine."), stopped()];
    const log = logOf(
      ...earlier,
      started("run-2"),
      asks("More", "m2"),
      asks("Now", "m3"),
      selects("Coder"),
      ...tool,
      ANSWER,
      stopped("run-2"),
    );
    const over = log.events.at(-1);
    expect(oneTurnAt(log, log.events.length - 1)?.stopped).toBe(over);
    expect(over?.type === "run.stopped" && oneTurnBefore(log, over)?.turn.seq).toBe(log.events.length - 1);
  });
});
