import { expect, test } from "vitest";
import { advance, CALM_MS, MESSAGES_PER_HOUR_MAX, NOTHING, readIncidents, type Incidents } from "../../src/alerts/incidents.ts";
import type { Trouble } from "../../src/alerts/kinds.ts";
import { messageOf } from "../../src/alerts/message.ts";

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 5, 9);
const provider: Trouble = { kind: "provider-down", subject: "anthropic (api.anthropic.com)", detail: "5 calls in a row have failed." };
const sandbox: Trouble = { kind: "sandbox-away", subject: "", detail: "It was asked 2 times in a row." };
const disk = (host: string): Trouble => ({ kind: "disk-full", subject: host, detail: "1 of 100 MiB are free." });

/** Looks every half a minute at what is so then, in minutes since the start; what is told, and when. */
function told(
  soAt: (minute: number) => readonly Trouble[],
  minutes: number,
  { posted = true, from = NOTHING }: { readonly posted?: boolean; readonly from?: Incidents } = {},
) {
  let incidents = from;
  const messages: { readonly minute: number; readonly began: readonly string[]; readonly ended: readonly string[] }[] = [];
  for (let minute = 0; minute <= minutes; minute += 0.5) {
    const { after, news } = advance(incidents, soAt(minute), START + minute * MINUTE);
    // As it goes through the note.
    incidents = readIncidents(
      JSON.stringify(posted || !news ? after : { ...after, telling: { id: "alert/1", text: "x", atMs: START + minute * MINUTE } }),
    );
    if (news) messages.push({ minute, began: news.began.map(({ kind }) => kind), ended: news.ended.map(({ kind }) => kind) });
  }
  return { messages, incidents };
}

test("a trouble is told once, and its end once it has been away for two minutes", () => {
  const { messages, incidents } = told((minute) => (minute >= 1 && minute < 20 ? [provider] : []), 60);
  expect(messages).toEqual([
    { minute: 1, began: ["provider-down"], ended: [] },
    { minute: 20 + CALM_MS / MINUTE, began: [], ended: ["provider-down"] },
  ]);
  expect(incidents.open).toEqual([]);
});

test("what passes within a minute is not told, and what comes and goes is one incident", () => {
  expect(told((minute) => (minute < 1 ? [sandbox] : []), 30).messages).toEqual([]);
  const { messages } = told((minute) => (minute < 20 && minute % 2 < 1.5 ? [provider] : []), 60);
  expect(messages.map(({ began, ended }) => [began.length, ended.length])).toEqual([
    [1, 0],
    [0, 1],
  ]);
});

test("what is seen in one look is told in one message", () => {
  const { messages } = told((minute) => (minute >= 1 ? [provider, sandbox, disk("a"), disk("b")] : []), 10);
  expect(messages).toEqual([
    { minute: 1, began: ["provider-down"], ended: [] },
    { minute: 2, began: ["sandbox-away", "disk-full", "disk-full"], ended: [] },
  ]);
});

test("no more messages an hour than people read: the rest waits, and is told in one", () => {
  const many = (minute: number) => Array.from({ length: Math.floor(minute) }, (_, at) => disk(`host-${at}`));
  const { messages, incidents } = told((minute) => (minute < 40 ? many(minute) : many(40)), 65);
  expect(messages.filter(({ minute }) => minute < 60)).toHaveLength(MESSAGES_PER_HOUR_MAX);
  expect(incidents.open.filter(({ isTold }) => isTold)).toHaveLength(40);
  expect(messages.find(({ minute }) => minute >= 60)?.began.length).toBeGreaterThan(20);
});

test("while a message is not posted nothing else is told, and nothing is lost: what went meanwhile was nobody's business", () => {
  const first = told((minute) => (minute < 5 ? [provider] : [sandbox]), 10, { posted: false });
  expect(first.messages).toEqual([{ minute: 0, began: ["provider-down"], ended: [] }]);
  const { telling: _posted, ...after } = first.incidents;
  const { news } = advance(after, [sandbox], START + 11 * MINUTE);
  expect([news?.began.map(({ kind }) => kind), news?.ended.map(({ kind }) => kind)]).toEqual([["sandbox-away"], ["provider-down"]]);
});

test("a note that this version cannot read is begun anew", () => {
  expect(readIncidents('{"open":[{"kind":"of a newer version"}],"toldMs":[]}')).toEqual(NOTHING);
  expect(readIncidents("no JSON")).toEqual(NOTHING);
  expect(readIncidents(undefined)).toEqual(NOTHING);
});

test("a message says what is so, since when, what to do, and where more is; what comes in is no mark of Slack's", () => {
  const began = [{ ...provider, subject: "<!channel> & co", sinceMs: START, isTold: false }];
  const ended = [{ ...sandbox, sinceMs: START, isTold: true, goneMs: START + 125 * MINUTE }];
  const text = messageOf({ began, ended }, "https://wiki.example/runbook");
  expect(text).toBe(
    [
      ":warning: *Models of &lt;!channel&gt; &amp; co do not answer*",
      "Since 2026-01-05 09:00 UTC. 5 calls in a row have failed.",
      "Look at the provider's status page and at the key's plan. A `fallback` in the team file has another model asked meanwhile. <https://wiki.example/runbook#provider-down|Runbook: provider-down>",
      "",
      ":white_check_mark: Over: *No code can be run: the sandbox does not answer*, from 2026-01-05 09:00 UTC to 2026-01-05 11:05 UTC (2 h 5 min).",
    ].join("\n"),
  );
  expect(messageOf({ began, ended: [] }, undefined)).toContain("More: docs/runbook.md, provider-down.");
  const crowd = Array.from({ length: 100 }, (_, at) => ({ ...disk(`host-${at}`), sinceMs: START, isTold: false }));
  const long = messageOf({ began: crowd, ended: [] }, "https://wiki.example/runbook");
  expect(long.length).toBeLessThan(4_000);
  expect(long).toContain("And 93 more");
});
