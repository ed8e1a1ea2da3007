import type { EventBody } from "../../../src/engine/events/events.ts";

export const MARIA = { id: "U0MARIA", name: "Maria Sole" };
export const NOBODY = { id: "p1", name: "Somebody" };
export const AT = "2026-01-05T09:00:00.000Z";
export const FILE = { hash: "h", name: "said.txt", mediaType: "text/plain", bytes: 4 };
const USAGE = { inputTokens: 1, outputTokens: 2, usd: 0.1 };
const PUT = { ...FILE, name: "put.txt" };

/** Each with all of its fields, and what the pen makes of those that have words; the others stay. "said" stands wherever it may. */
export const EVENTS: readonly (readonly [EventBody, object])[] = [
  [
    {
      type: "run.started",
      run: "said",
      team: "said",
      startedBy: MARIA,
      teamHash: "h",
      turnsInFile: true,
      haltsAtLimits: true,
      code: "ask",
      tools: "off",
      ahead: 2,
      goesOn: true,
      unkept: true,
      forkedFrom: { run: "said", seq: 1, team: "said" },
    },
    { startedBy: NOBODY, teamHash: "h put" },
  ],
  [
    {
      type: "message.posted",
      person: MARIA,
      text: "said",
      id: "said",
      files: [FILE],
      beside: [{ source: "said", text: "said" }, { text: "said" }],
      answers: 3,
    },
    { person: NOBODY, text: "SAID", files: [PUT], beside: [{ source: "SAID", text: "SAID" }, { text: "SAID" }] },
  ],
  [
    { type: "message.posted", agent: "said", text: "said", kind: "summary", model: "said", notices: ["said"], usage: USAGE },
    { text: "SAID", notices: ["SAID"] },
  ],
  [
    {
      type: "speaker.selected",
      agent: "said",
      by: "selector",
      reason: "said",
      instruction: "said",
      progress: true,
      others: ["said"],
      leader: "said",
      notices: ["said"],
      usage: USAGE,
    },
    { reason: "SAID", instruction: "SAID", notices: ["SAID"] },
  ],
  [
    {
      type: "tool.called",
      agent: "said",
      call: "said",
      tool: "said",
      args: '{"a":"said"}',
      text: "said",
      others: [{ call: "said", tool: "said", args: '["said"]' }],
      model: "said",
      notices: ["said"],
      usage: USAGE,
    },
    { args: '{"a":"SAID"}', text: "SAID", others: [{ call: "said", tool: "said", args: '["SAID"]' }], notices: ["SAID"] },
  ],
  [
    {
      type: "tool.returned",
      agent: "said",
      call: "said",
      tool: "said",
      output: "said",
      files: [FILE],
      changed: { person: MARIA, args: '"said"' },
      usage: USAGE,
    },
    { output: "SAID", files: [PUT], changed: { person: NOBODY, args: '"SAID"' } },
  ],
  [
    {
      type: "tool.failed",
      agent: "said",
      call: "said",
      tool: "said",
      error: { kind: "said", message: "said" },
      changed: { person: MARIA, args: '"said"' },
      usage: USAGE,
    },
    { error: { kind: "said", message: "SAID" }, changed: { person: NOBODY, args: '"SAID"' } },
  ],
  [
    { type: "code.written", agent: "said", text: "said", notices: ["said"], usage: USAGE },
    { text: "SAID", notices: ["SAID"] },
  ],
  [
    {
      type: "code.ran",
      agent: "said",
      source: { seq: 1, block: 0 },
      language: "said",
      outcome: "ok",
      exitCode: 0,
      output: "said",
      elapsedMs: 1,
      executor: "said",
      files: [FILE],
      memoryPeakBytes: 9,
      limits: { timeoutMs: 1, memoryMb: 2, outputBytesMax: 3 },
      changed: { person: MARIA, code: "said" },
    },
    { output: "SAID", files: [PUT], changed: { person: NOBODY, code: "SAID" } },
  ],
  [
    {
      type: "handoff.made",
      agent: "said",
      to: "said",
      text: "said",
      turn: true,
      beside: "said",
      options: ["said", "no"],
      call: "said",
      answerBy: AT,
      usage: USAGE,
    },
    { text: "SAID", beside: "SAID", options: ["SAID", "no"] },
  ],
  [
    { type: "approval.requested", agent: "said", call: "said", what: "said", tool: "said", language: "said", lasting: true, approveBy: AT },
    { what: "SAID" },
  ],
  [
    { type: "approval.given", call: "said", approved: true, person: MARIA, reason: "said", scope: "run", edited: "said" },
    { person: NOBODY, reason: "SAID", edited: "SAID" },
  ],
  [{ type: "approval.expired", call: "said" }, {}],
  [{ type: "approval.withdrawn", call: "said", person: MARIA }, { person: NOBODY }],
  [
    { type: "turn.ended", agent: "said", reason: "said", notices: ["said"], usage: USAGE },
    { reason: "SAID", notices: ["SAID"] },
  ],
  [
    { type: "turn.failed", agent: "said", error: { kind: "said", message: "said" }, notices: ["said"], usage: USAGE },
    { error: { kind: "said", message: "SAID" }, notices: ["SAID"] },
  ],
  [
    { type: "turn.skipped", agent: "said", person: MARIA, id: "skip/U0MARIA/1" },
    { person: NOBODY, id: "skip/p1/1" },
  ],
  [{ type: "finish.decided", agent: "said", reason: "said", usage: USAGE }, { reason: "SAID" }],
  [
    {
      type: "stance.given",
      agent: "said",
      of: 3,
      stance: "disagree",
      reason: "said",
      error: { kind: "said", message: "said" },
      notices: ["said"],
      usage: USAGE,
    },
    { reason: "SAID", error: { kind: "said", message: "SAID" }, notices: ["SAID"] },
  ],
  [{ type: "speaker.requested", speaker: "said", person: MARIA }, { person: NOBODY }],
  [
    { type: "run.paused", run: "said", person: MARIA, id: "U0MARIA" },
    { person: NOBODY, id: "p1" },
  ],
  [
    { type: "run.unpaused", run: "said", person: MARIA, id: "U0MARIA" },
    { person: NOBODY, id: "p1" },
  ],
  [
    { type: "message.edited", of: 3, id: "said", person: MARIA, text: "said", files: [FILE], beside: [{ text: "said" }] },
    { person: NOBODY, text: "SAID", files: [PUT], beside: [{ text: "SAID" }] },
  ],
  [{ type: "message.deleted", of: 3, id: "said", person: MARIA }, { person: NOBODY }],
  [{ type: "question.expired", of: 3 }, {}],
  [{ type: "feedback.given", run: "said", person: MARIA, helpful: true }, { person: NOBODY }],
  [{ type: "limit.neared", run: "said", limit: "budget", account: "person/U0MARIA", used: 1, of: 2 }, { account: "person/p1" }],
  [{ type: "limit.neared", run: "said", limit: "turns", used: 1, of: 2 }, {}],
  [
    {
      type: "limit.reached",
      run: "said",
      reason: "said",
      reasons: [{ kind: "finish", agent: "said", reason: "said" }],
      until: AT,
      offer: {
        to: { turns: 4 },
        budgets: [{ account: "person/U0MARIA", usd: 1 }],
        atCeiling: [
          { limit: "budget", account: "person/U0MARIA", most: 1 },
          { limit: "turns", most: 9 },
        ],
      },
      agent: "said",
      notices: ["said"],
      usage: USAGE,
    },
    {
      reason: "SAID",
      reasons: [{ kind: "finish", agent: "said", reason: "SAID" }],
      offer: {
        to: { turns: 4 },
        budgets: [{ account: "person/p1", usd: 1 }],
        atCeiling: [
          { limit: "budget", account: "person/p1", most: 1 },
          { limit: "turns", most: 9 },
        ],
      },
      notices: ["SAID"],
    },
  ],
  [{ type: "limit.raised", run: "said", person: MARIA, to: { turns: 4 }, budgets: [{ account: "workspace", usd: 1 }] }, { person: NOBODY }],
  [{ type: "summary.requested", run: "said", person: MARIA }, { person: NOBODY }],
  [{ type: "stop.requested", person: MARIA }, { person: NOBODY }],
  [{ type: "context.summarized", agent: "said", upToSeq: 3, text: "said", usage: USAGE }, { text: "SAID" }],
  [{ type: "run.resumed", run: "said" }, {}],
  [
    { type: "run.stopped", run: "said", reason: "said", reasons: [{ kind: "textMention", text: "said", agent: "said" }], outcome: "done" },
    { reason: "SAID", reasons: [{ kind: "textMention", text: "SAID", agent: "said" }] },
  ],
];
