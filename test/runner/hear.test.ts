import { describe, expect, test } from "vitest";
import type { EventBody, FileRef } from "../../src/engine/events/events.ts";
import { createDayBudgets } from "../../src/runner/day-budgets.ts";
import { hear, type HearingParts, type Said } from "../../src/runner/hear.ts";
import type { Heard as HeardOf } from "../../src/store/store.ts";
import { asked, floor, handed, said, started, stopped } from "../support/facts.ts";
import { MARIA, openLog } from "../support/scripted.ts";

// What a person's words are to a thread, by its log: the lane is a list, and nothing runs.

const NOW = Date.UTC(2026, 0, 5, 9);
const FILE: FileRef = { hash: "h", name: "a.txt", mediaType: "text/plain", bytes: 1 };

/** Says it into a thread that stands so, and tells what came of it, what was recorded, and how it was counted. */
async function heard(before: readonly EventBody[], words: Partial<Said>, parts: Partial<HearingParts> = {}, tooMany = false) {
  const { transcript, record } = openLog();
  record(...before);
  const recorded: EventBody[] = [];
  const counted: HeardOf[] = [];
  const kept: string[] = [];
  const outcome = await hear(
    {
      thread: "T/C/1",
      workspace: "T",
      transcript,
      appendHeard: async (bodies: readonly EventBody[], one: HeardOf) => {
        counted.push(one);
        if (tooMany) return { kind: "too many", heard: one, at: NOW - 60_000 } as const;
        recorded.push(...bodies);
        return undefined;
      },
    } as unknown as Parameters<typeof hear>[0],
    { thread: "T/C/1", workspace: "T", person: MARIA, text: "Go", id: "m1", addressed: true, ...words },
    {
      store: { putFile: async (content) => `hash of ${kept.push(Buffer.from(content).toString("utf8"))}` },
      dispatch: { ahead: () => 0 },
      teams: {
        build: () => {
          throw new Error("none is built");
        },
        has: (name) => name === "duo",
        names: () => ["duo", "trio"],
        default: "duo",
      },
      clock: { now: () => NOW },
      ...parts,
    },
  );
  return { outcome, recorded, counted, kept };
}
const running = [started(), asked("t"), floor("A"), floor("B")];
const question = (agent: string) => handed(agent, "human", { text: "Which?" });
const message = (more: object = {}) => ({ type: "message.posted", person: MARIA, text: "Go", id: "m1", ...more });

describe("where no run is going on", () => {
  test("words that are addressed begin one, with the default team or the one that is named", async () => {
    const begun = { type: "run.started", run: "T/C/1#1", team: "duo", startedBy: MARIA };
    expect(await heard([], { text: "  Go \n" })).toEqual({
      outcome: { kind: "started", run: "T/C/1#1", team: "duo" },
      recorded: [begun, message()],
      counted: [{ person: MARIA.id, kind: "run" }],
      kept: [],
    });
    expect((await heard([started(), stopped], { team: "duo" })).recorded).toEqual([{ ...begun, run: "T/C/1#3" }, message()]);
    expect((await heard([], { to: "Ada" })).recorded.at(-1)).toEqual({ type: "speaker.requested", speaker: "Ada", person: MARIA });
  });

  test("those that are not addressed, and those that were heard before, are nothing", async () => {
    expect(await heard([], { addressed: false })).toMatchObject({ outcome: { kind: "ignored" }, recorded: [] });
    expect(await heard([{ ...asked("Go"), id: "m1" } as EventBody], {})).toMatchObject({ outcome: { kind: "duplicate" }, recorded: [] });
    expect(await heard([], { answers: 3 })).toMatchObject({ outcome: { kind: "too late" }, recorded: [] });
  });

  test("a team that there is not is refused, with those that there are, or why it is not to be had", async () => {
    const teams = {
      build: () => {
        throw new Error("none");
      },
      has: () => false,
      names: () => ["duo", "trio"],
      default: "duo",
    };
    expect((await heard([], { team: "solo" }, { teams })).outcome).toEqual({
      kind: "refused",
      why: { kind: "team", team: "solo", teams: ["duo", "trio"] },
      reason: 'There is no team "solo". The teams are: duo, trio.',
    });
    const whyNot = (team: string) => `${team} is broken.`;
    expect((await heard([], { team: "solo" }, { teams: { ...teams, whyNot } })).outcome).toEqual({
      kind: "refused",
      why: { kind: "team", team: "solo", teams: ["duo", "trio"], because: "solo is broken." },
      reason: "solo is broken.",
    });
    // A workspace may have teams of its own.
    const own = { ...teams, of: async () => ({ ...teams, has: (name: string) => name === "own", default: "own" }) };
    expect((await heard([], {}, { teams: own })).outcome).toMatchObject({ kind: "started", team: "own" });
  });

  test("the run keeps its team's settings, how its turns are shown, and the stricter rules of its place and its team", async () => {
    const teams = {
      build: () => { throw new Error("none"); }, has: () => true, names: () => [], default: "duo",
      snapshot: (team: string) => `settings of ${team}`, isQuiet: () => true,
      policy: () => ({ code: "ask", tools: "auto" }) as const,
    }; // prettier-ignore
    const ruled = await heard(
      [],
      {},
      { teams, haltMinutes: 30, dispatch: { ahead: () => 2 }, rulesAt: async () => ({ code: "auto", tools: "off" }) },
    );
    expect(ruled.recorded[0]).toEqual({
      type: "run.started", run: "T/C/1#1", team: "duo", startedBy: MARIA, teamHash: "hash of 1",
      turnsInFile: true, haltsAtLimits: true, code: "ask", tools: "off", ahead: 2,
    }); // prettier-ignore
    expect(ruled.kept).toEqual(["settings of duo"]);
    expect((await heard([], { quiet: false }, { teams })).recorded[0]).not.toHaveProperty("turnsInFile");
    // Who tries a team is asked at its limits, too.
    const draft = { snapshot: "tried", code: "auto", tools: "auto" } as const;
    expect((await heard([], { draft }, { teams, haltMinutes: 30 })).recorded[0]).toHaveProperty("haltsAtLimits", true);
    expect((await heard([], { quiet: true })).recorded[0]).toHaveProperty("turnsInFile", true);
  });

  test("nothing begins where a budget of the day is used up; the person is told which, and when it starts anew", async () => {
    const budgets = createDayBudgets({
      store: { spentOn: async () => ({ usd: 2, priced: true }) },
      settings: { get: async () => undefined, put: async () => true, follow: () => () => undefined },
      budgets: { personUsdPerDay: 2, workspaceUsdPerDay: 9 },
      accounts: () => ["workspace", "person/U0MARIA"],
      clock: { now: () => NOW },
    });
    const { outcome, recorded } = await heard([], {}, { budgets });
    expect(outcome).toEqual({
      kind: "refused",
      reason:
        "Today's budget is used up: $2.00 spent today, the budget of the person who asked is $2.00 a day. It starts anew at 2026-01-06 00:00 UTC.",
      why: {
        kind: "budget",
        budgets: [{ account: "person/U0MARIA", day: "2026-01-05", limit: 2, spent: 2, priced: true }],
        until: "2026-01-06T00:00:00.000Z",
      },
    });
    expect(recorded).toEqual([]);
  });
});

describe("what is said", () => {
  test("is refused where it is empty or too long, and files or what came along are enough", async () => {
    const refused = async (words: Partial<Said>) => (await heard([], words)).outcome;
    expect(await refused({ text: " \n" })).toEqual({
      kind: "refused",
      why: { kind: "empty" },
      reason: "There is nothing to do in an empty message. Mention me with a task.",
    });
    expect(await refused({ text: "x".repeat(30_001) })).toEqual({
      kind: "refused",
      why: { kind: "long", chars: 30_001, charsMax: 30_000 },
      reason: "The message has 30001 characters; I read at most 30000. Shorten it, or attach the text as a file.",
    });
    expect(await refused({ text: "x".repeat(30_000) })).toMatchObject({ kind: "started" });
    expect((await heard([], { text: "", files: [FILE] })).recorded[1]).toEqual(message({ text: "", files: [FILE] }));
    const beside = [{ source: "Ben", text: "forwarded" }];
    expect((await heard([], { text: "", beside })).recorded[1]).toEqual(message({ text: "", beside }));
    expect((await heard([], { text: "", beside, files: [FILE] })).recorded[1]).toEqual(message({ text: "", beside, files: [FILE] }));
  });

  test("is counted for the person, and told with the time where it is one more than they may", async () => {
    const rates = { runsPerHour: 1, messagesPerHour: 20 };
    const run = await heard([], {}, { rates }, true);
    expect(run).toMatchObject({ counted: [{ person: MARIA.id, kind: "run", perHour: 1 }], recorded: [] });
    expect(run.outcome).toEqual({
      kind: "refused",
      reason: "You have started 1 run within an hour, as many as one person may here. You can start the next at 2026-01-05 09:59 UTC.",
      why: { kind: "rate", rate: { kind: "run", perHour: 1, until: "2026-01-05T09:59:00.000Z" } },
    });
    const words = await heard(running, {}, { rates }, true);
    expect(words).toMatchObject({
      counted: [{ person: MARIA.id, kind: "message", perHour: 20 }],
      recorded: [],
      outcome: { kind: "refused", why: { kind: "rate", rate: { kind: "message" } } },
    });
  });
});

describe("in a run that goes on", () => {
  test("words steer it, addressed or not, and may ask for who is next", async () => {
    for (const addressed of [true, false])
      expect(await heard(running, { addressed })).toMatchObject({ outcome: { kind: "steered" }, recorded: [message()] });
    expect((await heard(running, { to: "B" })).recorded).toEqual([message(), { type: "speaker.requested", speaker: "B", person: MARIA }]);
  });

  test("they answer the question that fits, or the one that they name, and say how many are left", async () => {
    const open = [...running, question("A"), question("B")]; // Seq 5 and 6.
    expect(await heard(open, {})).toMatchObject({
      outcome: { kind: "answered", question: { agent: "A" }, left: 1 },
      recorded: [message({ answers: 5 })],
    });
    expect(await heard(open, { answers: 6 })).toMatchObject({
      outcome: { kind: "answered", question: { agent: "B" } },
      recorded: [message({ answers: 6 })],
    });
    expect(await heard(open, { to: "B" })).toMatchObject({ recorded: [message({ answers: 6 })] });
    expect(await heard(open, { answers: 2 })).toMatchObject({ outcome: { kind: "too late" }, recorded: [] });
  });

  test("words for an agent that asks nothing leave the questions open", async () => {
    const { outcome, recorded } = await heard([...running, question("A")], { to: "B" });
    expect(outcome).toEqual({ kind: "steered" });
    expect(recorded).toEqual([message({ answers: 0 }), { type: "speaker.requested", speaker: "B", person: MARIA }]);
  });

  test("what is said to answer none of the questions leaves them open", async () => {
    expect(await heard([...running, question("A")], { answers: 0 })).toMatchObject({
      outcome: { kind: "steered" },
      recorded: [message({ answers: 0 })],
    });
    expect(await heard(running, { answers: 0 })).toMatchObject({ outcome: { kind: "steered" }, recorded: [message()] });
    expect((await heard([], { answers: 0 })).outcome).toMatchObject({ kind: "started" });
  });

  test("what agents say is nobody's answer", async () => {
    expect((await heard([...running, said("A")], { answers: 5 })).outcome).toEqual({ kind: "too late" });
  });
});
