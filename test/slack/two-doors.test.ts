import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { assistant } from "../../src/engine/agents/assistant.ts";
import { maxTurns } from "../../src/engine/stops/max-turns.ts";
import { textMention } from "../../src/engine/stops/text-mention.ts";
import type { Model, ModelReply } from "../../src/engine/model.ts";
import { roundRobin } from "../../src/engine/policies/round-robin.ts";
import { createForgetting } from "../../src/runner/upkeep/forgetting.ts";
import { createRunner } from "../../src/runner/runner.ts";
import { plan } from "../../src/slack/render/render.ts";
import { createSlack } from "../../src/slack/slack.ts";
import type { Opened } from "../../src/store/own-store.ts";
import { openSqlite } from "../../src/store/sqlite/store.ts";
import { createWorkspace, type Workspace } from "../../local-slack/index.ts";
import { fastClock } from "../support/journey.ts";
import { PATIENCE_MS } from "../support/patience.ts";
import { team } from "../support/scripted.ts";

// Two Parleys over one store and in one workspace, as on two machines: Slack gives an envelope to either, and again to the other.

const GENERAL = "C0GENERAL";
const MARIA = "U0MARIA";
const POLL = { timeout: PATIENCE_MS, interval: 5 };

/** A model that answers when the test says so. */
function onCue() {
  const calls: { answer(reply: string | { readonly asks: string }): void; readonly signal: AbortSignal }[] = [];
  const model: Model = {
    name: "on cue",
    // eslint-disable-next-line require-yield
    async *call(_request, { signal }): AsyncGenerator<never, ModelReply> {
      const reply = await new Promise<string | { readonly asks: string } | undefined>((resolve) => {
        calls.push({ answer: resolve, signal });
        signal.addEventListener("abort", () => resolve(undefined), { once: true });
      });
      const usage = { inputTokens: 10, outputTokens: 5 };
      if (reply === undefined) return { kind: "failure", error: { kind: "aborted", message: "aborted" } };
      if (typeof reply === "string") return { kind: "answer", text: reply, toolCalls: [], usage };
      const toolCalls = [{ call: `c${calls.length}`, tool: "transfer_to_human", args: JSON.stringify({ question: reply.asks }) }];
      return { kind: "answer", text: "", toolCalls, usage };
    },
  };
  /** The call that is under way, the `count`-th of all. */
  const called = async (count: number) => {
    await expect.poll(() => calls.length, POLL).toBe(count);
    return calls[count - 1]!;
  };
  return { model, called };
}

const LIMITS = { turns: 10, minutes: 600, tokens: 100_000, usd: 1 };
const CARDS = [
  { name: "duo", description: "Talks.", agents: [{ name: "Ana", description: "Talks." }], limits: LIMITS, stopWords: ["DONE"] },
];

function open(slack: Workspace, opened: Opened, clock: ReturnType<typeof fastClock>, model: Model) {
  const { store, dispatch, memory, settings, schedules, runs, forgetter } = opened;
  const problems: string[] = [];
  const log = (line: string, error?: unknown) =>
    void problems.push(error === undefined ? line : `${line}: ${error instanceof Error ? error.message : JSON.stringify(error)}`);
  const about = { name: "Ana", description: "", instructions: "", handoffs: ["human"], toolRoundsMax: 3, afterTools: "prose" } as const;
  const build = () =>
    team({
      agents: [assistant({ ...about, model, tools: [] })],
      nextSpeakers: roundRobin,
      stopWhen: textMention("DONE"),
      limits: maxTurns(10),
    });
  const runner = createRunner({
    store,
    dispatch,
    teams: { build, has: (name) => name === "duo", names: () => ["duo"], default: "duo" },
    posts: plan,
    clock,
    slots: 8,
    perWorkspace: 8,
    log,
  });
  const { botToken, appToken, apiUrl } = slack;
  const forgetting = createForgetting({ store, rewrite: runner.rewrite, forgetter, compacts: "if small" });
  const parts = {
    store,
    dispatch,
    memory,
    settings,
    schedules,
    runs,
    runner,
    forgetting,
    teams: { cards: CARDS, default: "duo" },
    clock,
    log,
  };
  let isOpen = true;
  return {
    ...opened,
    runner,
    problems,
    async start() {
      const door = await createSlack({ ...parts, botToken, appToken, apiUrl });
      runner.start();
      await door.start();
      return {
        idle: () => door.idle(),
        async close() {
          if (!isOpen) return;
          isOpen = false;
          await door.hangUp();
          await runner.close();
          await door.stop();
          await store.close();
        },
      };
    },
  };
}

/** Two of them, the first of which began first. */
async function twoDoors() {
  const clock = fastClock();
  const slack = await createWorkspace({ port: 0, now: () => clock.now() });
  const folder = await mkdtemp(join(tmpdir(), "parley-two-doors-"));
  const cue = onCue();
  const opened = openSqlite({ path: join(folder, "parley.db"), ...clock });
  const [first, second] = [open(slack, opened, clock, cue.model), open(slack, opened.beside(), clock, cue.model)];
  const [a, b] = [await first.start(), await second.start()];
  onTestFinished(async () => {
    await a.close();
    await b.close();
    await slack.close();
    await rm(folder, { recursive: true, force: true });
    // An ack may not reach Slack any more when a socket closes: then it comes again, and is known.
    expect([...first.problems, ...second.problems].filter((problem) => /broke|could not|twice/.test(problem))).toEqual([]);
  });
  /** A person's words, told to one of the doors and then to the other. */
  const say = async (text: string, threadTs?: string) => {
    const { ts } = await slack.control.post({ user: MARIA, channel: GENERAL, text, ...(threadTs ? { threadTs } : {}) });
    for (let again = 0; again < 4; again++) await slack.control.redeliver({ acked: true });
    return ts;
  };
  const messages = (ts: string) => slack.control.thread(GENERAL, ts);
  const kinds = (ts: string) => messages(ts).flatMap(({ metadata }) => (metadata ? [String(metadata.event_payload["k"])] : []));
  const reactions = (ts: string) =>
    messages(ts)
      .find((one) => one.ts === ts)
      ?.reactions.map(({ name }) => name) ?? [];
  const calls = (method: string) => slack.control.calls(method).map(({ args }) => JSON.stringify(args));
  return { slack, clock, cue, first, second, a, b, say, messages, kinds, reactions, calls };
}

/** Of calls that follow each other, none says what the one before has said. */
const repeated = (calls: readonly string[]) => calls.filter((call, index) => call === calls[index - 1]);

test("what both hear is heard once, and has one card, one status, one sign and one entry in the audit log", async () => {
  const { slack, cue, first, second, a, b, say, kinds, reactions, calls } = await twoDoors();
  const ts = await say("<@U0PARLEY> which day suits?");
  const thread = `${slack.teamId}/${GENERAL}/${ts}`;
  const asking = await cue.called(1);
  await expect.poll(() => slack.control.status(GENERAL, ts)?.username, POLL).toBe("Ana");
  expect(reactions(ts)).toEqual(["eyes"]);
  asking.answer({ asks: "Friday or Monday?" });
  await expect.poll(() => kinds(ts), POLL).toContain("question");
  await say("Friday", ts);
  await cue.called(2);
  await say("stop", ts);
  await expect.poll(() => kinds(ts), POLL).toContain("end");
  await expect.poll(() => reactions(ts), POLL).toEqual(["octagonal_sign"]);
  await Promise.all([a.idle(), b.idle()]);

  const log = await second.store.load(thread, 0);
  expect(log.filter(({ type }) => type === "run.started")).toHaveLength(1);
  expect(log.filter((event) => event.type === "message.posted" && "person" in event)).toHaveLength(2);
  expect(kinds(ts).filter((kind) => kind === "card")).toHaveLength(1);
  expect(new Set(kinds(ts)).size).toBe(kinds(ts).length);
  const decisions = await first.settings.decisions(slack.teamId, { limit: 10 });
  expect(decisions.map(({ deed, times }) => [deed, times])).toEqual([["stop", undefined]]);
  for (const method of ["chat.update", "agents.sessions.setStatus", "reactions.add", "reactions.remove"])
    expect(repeated(calls(method))).toEqual([]);
  // Once when she begins, once more when the card has landed behind that, which takes the line away, and once when the answer has come.
  expect(calls("assistant.threads.setStatus").filter((call) => call.includes("(turn 1)")).length).toBeLessThanOrEqual(3);
  expect(calls("agents.sessions.setStatus").filter((call) => call.includes("processing")).length).toBeLessThanOrEqual(2);
  expect(calls("reactions.remove")).toHaveLength(1);
});

test("the one that leads goes in the middle: the other goes on with the turn, the posts, the card, the status, the signs and the reminders", async () => {
  const { slack, clock, cue, second, a, b, say, messages, kinds, reactions, calls } = await twoDoors();
  const ts = await say("<@U0PARLEY> say it");
  const first = await cue.called(1);
  await expect.poll(() => slack.control.status(GENERAL, ts)?.username, POLL).toBe("Ana");
  await expect.poll(() => kinds(ts), POLL).toEqual(["card"]);
  const other = await say("<@U0PARLEY> ask me");
  (await cue.called(2)).answer({ asks: "What?" });
  await expect.poll(() => kinds(other), POLL).toContain("question");
  clock.skip(30 * 3_600_000);
  const told = calls("assistant.threads.setStatus").length;
  await a.close();
  // Had the first one the turn, the second begins it anew.
  const { answer } = first.signal.aborted ? await cue.called(3) : first;
  await expect.poll(() => calls("assistant.threads.setStatus").slice(told).join(" "), POLL).toContain(ts);
  const reminders = () => slack.control.calls("chat.postMessage").filter(({ args }) => args["channel"] === MARIA);
  await expect.poll(() => reminders().length, POLL).toBe(1);

  await say("and be quick", ts);
  const said = async () =>
    (await second.store.load(`${slack.teamId}/${GENERAL}/${ts}`, 0)).filter((event) => event.type === "message.posted").length;
  await expect.poll(said, POLL).toBe(2);
  answer("It is said. DONE");
  await expect.poll(() => kinds(ts), POLL).toEqual(expect.arrayContaining(["card", "turn", "end"]));
  await expect.poll(() => reactions(ts), POLL).toEqual(["white_check_mark"]);
  await b.idle();
  expect(await said()).toBe(3);
  const card = messages(ts).find(({ metadata }) => metadata?.event_payload["k"] === "card");
  expect(JSON.stringify(card)).not.toContain("parley.run.stop");
  expect(new Set(kinds(ts)).size).toBe(kinds(ts).length);
  expect(reminders()).toHaveLength(1);
});
