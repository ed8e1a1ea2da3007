import { expect, test } from "vitest";
import type { EventBody } from "../../../src/engine/events/events.ts";
import { currentRun } from "../../../src/engine/reading/transcript.ts";
import { homeView, type HomeFacts } from "../../../src/slack/home/home-view.ts";
import type { HomeRun } from "../../../src/slack/home/recent-runs.ts";
import { loadTranslator } from "../../../src/slack/language/translator.ts";
import { asks, logOf, says, started } from "../log.ts";

const t = await loadTranslator("en");
const AT_LIMIT: EventBody = {
  type: "limit.reached",
  run: "run-1",
  reason: "reached 1 turn",
  reasons: [{ kind: "maxTurns", limit: 1, count: 1 }],
};

/** The sections of Home with one run, which waits for its reader or goes on. */
function shown(under: "waiting" | "running", ...events: readonly EventBody[]): readonly string[] {
  const state = currentRun(logOf(started(), asks("count"), ...events));
  const place = { team: "T", channel: "C1", ts: "1.0" };
  const run: HomeRun = { thread: "T/C1/1.0", place, at: "", task: "count", state, asksFor: [], outcome: undefined };
  const nothing = { waiting: [], running: [], recent: [], teams: [], cards: [], schedules: [], logins: [], admin: [], missing: [] };
  const facts: HomeFacts = {
    ...nothing,
    t,
    bot: "U0BOT",
    older: undefined,
    isPaged: false,
    more: false,
    unsaid: undefined,
    offerAt: () => ({ seq: 1, to: {} }),
    budget: undefined,
    mine: { tellWhenDone: false, revision: 0 },
    defaultTeam: "duo",
    page: 0,
    mayEditTeams: false,
    proposals: new Map(),
    hasShelf: false,
    whoEditsTeams: "",
    [under]: [run],
  };
  return homeView(facts).blocks.flatMap((block) => ("text" in block && block.type === "section" && block.text ? [block.text.text] : []));
}

test("that a run waits at a limit is said once of it", () => {
  const [words = ""] = shown("waiting", says("Ana", "One."), AT_LIMIT).filter((text) => text.includes("count"));
  expect(words).toContain("*Waits at a limit:* reached 1 turn");
  expect(words.match(/at a limit/gi)).toHaveLength(1);
  // Of somebody else's run nothing above says it.
  expect(shown("running", says("Ana", "One."), AT_LIMIT).filter((text) => text.includes("· waits at a limit"))).toHaveLength(1);
});
