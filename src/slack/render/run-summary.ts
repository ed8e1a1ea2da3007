import type { RunState } from "../../engine/reading/run-state.ts";
import { currentRun, messagesOfRun, speakerOf, type Transcript } from "../../engine/reading/transcript.ts";
import { cost, duration, mention, plural, tokens } from "../words/blocks.ts";
import { safeLine, safeMrkdwn, shorten, withoutStopWord } from "../words/escape.ts";
import type { RunSummarized } from "../../engine/reading/summaries.ts";
import { summaryCost } from "./summary-words.ts";
import { CARD_LINE_CHARS } from "../words/limits.ts";

/** Where a run stands, in mrkdwn: for `summary`. Read off the log: with a summary of what was said where there is one, else with the last words, without the team's stop words. */
export function standingText(transcript: Transcript, summary?: RunSummarized, stopWords: readonly string[] = []): string {
  const run = currentRun(transcript);
  const said = messagesOfRun(transcript);
  const [task] = said;
  const spent = [plural(run.turns, "turn"), tokens(run.usage), cost(run.usage, run.priced), duration(run.elapsedMs)].filter(Boolean);
  const last = said
    .slice(1)
    .map((message) => ({ speaker: speakerOf(message), text: "agent" in message ? withoutStopWord(message.text, stopWords) : message.text }))
    .filter(({ text }) => text.trim() !== "")
    .slice(-LAST_WORDS);
  return [
    `*${safeMrkdwn(run.team ?? "")}* ${isDone(transcript) ? "is done" : stateOf(run)}`,
    ...(task ? [`>${line(task.text)}`] : []),
    spent.join(" · "),
    ...(summary?.text
      ? [
          `*In short:* ${shorten(safeMrkdwn(summary.text), SUMMARY_CHARS_SHOWN)}`,
          `_summed up for ${summaryCost({ tokens, cost }, summary)}_`,
        ]
      : said.length > 1
        ? lastWords(last)
        : ["Nobody has spoken yet."]),
  ].join("\n");
}

/** The last run has ended as it was meant to. */
function isDone(transcript: Transcript): boolean {
  const last = transcript.events.findLast(({ type }) => type === "run.started" || type === "run.stopped");
  return last?.type === "run.stopped" && last.outcome === "done";
}

const lastWords = (last: readonly { readonly speaker: string; readonly text: string }[]): readonly string[] =>
  last.map(({ speaker, text }) => `• *${safeMrkdwn(speaker)}:* ${line(text)}`);
const SUMMARY_CHARS_SHOWN = 2_500;

/** What a run is doing, in words behind its team's name; people as mentions. */
export function stateOf(run: RunState): string {
  if (!run.running) return "has stopped";
  if (run.halt) return run.halt.summary ? "ends with a summary" : "waits at a limit for somebody to raise it";
  if (run.pausedBy) return `is paused by ${mention(run.pausedBy)}; \`resume\` lets it go on`;
  const [question] = run.questions;
  if (question) return `waits for an answer to ${names(run.questions.map(({ agent }) => agent))}`;
  if (run.approvals.length > 0) return "waits for an approval";
  return run.openTurns.length > 0
    ? `is at work: ${names(run.openTurns)} ${run.openTurns.length === 1 ? "has" : "have"} the floor`
    : "is at work";
}

const names = (agents: readonly string[]): string => [...new Set(agents)].map((name) => safeMrkdwn(name)).join(", ");
const line = (text: string): string => safeMrkdwn(safeLine(text, CARD_LINE_CHARS));

/** Enough to remember where the talk was; the thread has the rest. */
const LAST_WORDS = 3;
