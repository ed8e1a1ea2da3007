import type { EventBody, FileRef, RunEvent, StopReason } from "../../../src/engine/events/events.ts";

type Samples = { readonly [Type in RunEvent["type"]]: readonly Extract<EventBody, { readonly type: Type }>[] };

/** A person as a log holds one; the name is two words, so that it can be found in texts. */
export const PLANTED = { id: "U0PLANTED", name: "Petra Planted" };
const usage = { inputTokens: 7, outputTokens: 3, usd: 0.25 };

/** Every event that there is, with the word in each of its texts and the person wherever one stands. */
export function everyEvent(word: string, file: FileRef, person = PLANTED): readonly EventBody[] {
  const text = `so ${word} it is`;
  const args = JSON.stringify({ q: text });
  const error = { kind: "crashed", message: text };
  const notices = [text];
  const files = [{ ...file, name: `${word}.txt` }];
  const reasons: StopReason[] = [
    { kind: "textMention", text, agent: "Ana" },
    { kind: "goal", goal: "done", text },
    { kind: "finish", agent: "Ana", reason: text },
    { kind: "person", person },
    { kind: "failure", agent: "Ana", error },
    { kind: "budget", account: `person/${person.id}`, day: "2026-11-23", limit: 1, spent: 1, priced: true },
    { kind: "maxTurns", limit: 3, count: 3 },
  ];
  const budgets = [{ account: `person/${person.id}`, usd: 2 }];
  const samples: Samples = {
    "run.started": [{ type: "run.started", run: "T1/C1/1#1", team: "pair", startedBy: person, teamHash: file.hash }],
    "speaker.selected": [{ type: "speaker.selected", agent: "Ana", by: "selector", reason: text, instruction: text, notices, usage }],
    "message.posted": [
      { type: "message.posted", person, text, id: "T1:C1:1.1", files, beside: [{ source: person.name, text }, { text }] },
      { type: "message.posted", agent: "Ana", text, printed: { from: 1, to: 3 }, model: "m", notices, usage },
    ],
    "tool.called": [
      {
        type: "tool.called",
        agent: "Ana",
        call: "c1",
        tool: "web",
        args,
        text,
        others: [{ call: "c2", tool: "web", args }],
        notices,
        usage,
      },
      { type: "tool.called", agent: "Ana", call: "c2", tool: "web", args },
    ],
    "tool.returned": [{ type: "tool.returned", agent: "Ana", call: "c1", tool: "web", output: text, changed: { person, args }, usage }],
    "tool.failed": [{ type: "tool.failed", agent: "Ana", call: "c2", tool: "web", error, changed: { person, args } }],
    "code.written": [{ type: "code.written", agent: "Ana", text, notices, usage }],
    "code.ran": [
      {
        type: "code.ran",
        agent: "Runner",
        source: { seq: 3, block: 0 },
        language: "python",
        outcome: "ok",
        exitCode: 0,
        output: text,
        elapsedMs: 5,
        executor: "wasm",
        files,
        changed: { person, code: text },
      },
    ],
    "handoff.made": [{ type: "handoff.made", agent: "Ana", to: "human", text, beside: text, options: [text, "b"], usage }],
    "question.expired": [{ type: "question.expired", of: 9 }],
    "approval.requested": [{ type: "approval.requested", agent: "Runner", call: "code-1", what: text, language: "python" }],
    "approval.given": [{ type: "approval.given", call: "code-1", approved: true, person, reason: text, edited: text }],
    "approval.expired": [{ type: "approval.expired", call: "code-2" }],
    "approval.withdrawn": [{ type: "approval.withdrawn", call: "code-1", person }],
    "turn.ended": [{ type: "turn.ended", agent: "Ana", reason: text }],
    "turn.failed": [{ type: "turn.failed", agent: "Ana", error, notices, usage }],
    "turn.skipped": [{ type: "turn.skipped", agent: "Ana", person, id: `press:${person.id}:1` }],
    "finish.decided": [{ type: "finish.decided", agent: "Ana", reason: text, usage }],
    "stance.given": [{ type: "stance.given", agent: "Ana", of: 3, stance: "disagree", reason: text, error, notices, usage }],
    "speaker.requested": [{ type: "speaker.requested", speaker: "Ana", person }],
    "run.paused": [{ type: "run.paused", run: "T1/C1/1#1", person, id: `press:${person.id}:2` }],
    "run.unpaused": [{ type: "run.unpaused", run: "T1/C1/1#1", person, id: `press:${person.id}:3` }],
    "message.edited": [{ type: "message.edited", of: 2, id: "T1:C1:1.1", person, text, files, beside: [{ source: word, text }] }],
    "message.deleted": [{ type: "message.deleted", of: 2, id: "T1:C1:1.1", person }],
    "feedback.given": [{ type: "feedback.given", run: "T1/C1/1#1", person, helpful: true }],
    "limit.neared": [{ type: "limit.neared", run: "T1/C1/1#1", limit: "budget", account: `person/${person.id}`, used: 1, of: 2 }],
    "limit.reached": [
      {
        type: "limit.reached",
        run: "T1/C1/1#1",
        reason: text,
        reasons,
        offer: { to: { turns: 6 }, budgets, atCeiling: [{ limit: "budget", account: `person/${person.id}`, most: 2 }] },
        notices,
        usage,
      },
    ],
    "limit.raised": [{ type: "limit.raised", run: "T1/C1/1#1", person, to: { turns: 4 }, budgets }],
    "summary.requested": [{ type: "summary.requested", run: "T1/C1/1#1", person }],
    "stop.requested": [{ type: "stop.requested", person }],
    "run.summarized": [
      {
        type: "run.summarized",
        run: "r",
        agent: "Summary",
        upToSeq: 4,
        text,
        person,
        error: { kind: "other", message: text },
        model: "m",
        notices: [text],
        usage,
      },
    ],
    "context.summarized": [{ type: "context.summarized", agent: "Ana", upToSeq: 4, text, usage }],
    "run.resumed": [{ type: "run.resumed", run: "T1/C1/1#1" }],
    "run.stopped": [{ type: "run.stopped", run: "T1/C1/1#1", reason: text, reasons, outcome: "done" }],
  };
  return Object.values(samples).flat();
}
