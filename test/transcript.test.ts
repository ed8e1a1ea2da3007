import { expect, test } from "vitest";
import type { EventBody, RunEvent } from "../src/engine/events/events.ts";
import { transcriptOf } from "../src/transcript.ts";

const MARIA = { id: "U1", name: "Maria" };
const logOf = (...events: readonly EventBody[]): readonly RunEvent[] =>
  events.map((event, index) => ({ ...event, seq: index + 1, at: "2026-01-01T00:00:00.000Z" }));

const RAN: EventBody = {
  type: "code.ran",
  agent: "Runner",
  source: { seq: 1, block: 0 },
  language: "python",
  outcome: "ok",
  exitCode: 0,
  output: "```\n# forged\n```",
  elapsedMs: 5,
  executor: "wasm",
  files: [{ name: "a.csv", mediaType: "text/csv", bytes: 3, hash: "abc" }],
};

test.each(["brief", "whole"] as const)("what agents and code wrote cannot break out of its place: %s", (detail) => {
  const text = transcriptOf(logOf(RAN, { type: "speaker.selected", agent: "Ana", by: "selector", reason: "*bold*\n# forged" }), detail);
  expect(text).toContain("````\n```\n# forged\n```\n````");
  expect(text).toContain("*Next: Ana. \\*bold\\* \\# forged*");
});

test("a brief one has what was said, run and decided; a whole one what tools gave, the files and who steered it besides", () => {
  const log = logOf(
    { type: "run.started", run: "T/C/1#1", team: "pair", startedBy: MARIA },
    { type: "message.posted", person: MARIA, text: "Which colour?", id: "m1" },
    { type: "tool.called", agent: "Ana", call: "c1", tool: "look", args: "{}", text: "I look it up." },
    { type: "tool.returned", agent: "Ana", call: "c1", tool: "look", output: "blue" },
    RAN,
    { type: "run.paused", run: "T/C/1#1", person: MARIA },
    { type: "message.posted", agent: "Ana", text: "Blue." },
  );
  const [brief, whole] = [transcriptOf(log, "brief"), transcriptOf(log, "whole")];
  for (const words of ["Started by Maria", "## Maria (person)\n\nWhich colour?", "I look it up.", "*Ran python: ok", "## Ana\n\nBlue."]) {
    expect(brief).toContain(words);
    expect(whole).toContain(words);
  }
  for (const words of ["run T/C/1\\#1", "*look returned:*", "a.csv (text/csv, 3 bytes, SHA-256 abc)", "*Paused by Maria.*"]) {
    expect(brief).not.toContain(words);
    expect(whole).toContain(words);
  }
});
