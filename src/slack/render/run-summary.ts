import type { RunState } from "../../engine/reading/run-state.ts";
import { currentRun, messagesOfRun, speakerOf, type Transcript } from "../../engine/reading/transcript.ts";
import { mention } from "../words/blocks.ts";
import type { Translator } from "../language/translator.ts";
import { safeLine, safeMrkdwn, shorten } from "../words/escape.ts";
import { withoutStopWord } from "../../engine/reading/answer.ts";
import type { RunSummarized } from "../../engine/reading/summaries.ts";
import { summaryCost } from "./summary-words.ts";
import { CARD_LINE_CHARS } from "../words/limits.ts";

/** Where a run stands, in mrkdwn: for `summary`. Read off the log: with a summary of what was said where there is one, else with the last words, without the team's stop words. */
export function standingText(t: Translator, transcript: Transcript, summary?: RunSummarized, stopWords: readonly string[] = []): string {
  const run = currentRun(transcript);
  const said = messagesOfRun(transcript);
  const [task] = said;
  const spent = [
    t("units.text.turns", { count: run.turns }),
    t.tokens(run.usage),
    t.cost(run.usage, run.priced),
    t.duration(run.elapsedMs),
  ].filter(Boolean);
  const last = said
    .slice(1)
    .map((message) => ({ speaker: speakerOf(message), text: "agent" in message ? withoutStopWord(message.text, stopWords) : message.text }))
    .filter(({ text }) => text.trim() !== "")
    .slice(-LAST_WORDS);
  return [
    `*${safeMrkdwn(run.team ?? "")}* ${isDone(transcript) ? t("runs.text.isDone") : stateOf(t, run)}`,
    ...(task ? [`>${line(task.text)}`] : []),
    spent.join(" · "),
    ...(summary?.text
      ? [
          t("runs.text.inShort", { words: shorten(safeMrkdwn(summary.text), SUMMARY_CHARS_SHOWN) }),
          t("runs.text.summedUp", { cost: summaryCost(t, summary) }),
        ]
      : said.length > 1
        ? lastWords(last)
        : [t("runs.text.noneSpoke")]),
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
export function stateOf(t: Translator, run: RunState): string {
  if (!run.running) return t("runs.text.hasStopped");
  if (run.halt) return t(run.halt.summary ? "runs.text.endsWithSummary" : "runs.text.waitsAtLimit");
  if (run.pausedBy) return t("runs.text.pausedBy", { person: mention(run.pausedBy) });
  const [question] = run.questions;
  if (question) return t("runs.text.waitsForAnswer", { agents: names(run.questions.map(({ agent }) => agent)) });
  if (run.approvals.length > 0) return t("runs.text.waitsForApproval");
  return run.openTurns.length > 0
    ? t("runs.text.haveFloor", { agents: names(run.openTurns), count: run.openTurns.length })
    : t("runs.text.atWork");
}

const names = (agents: readonly string[]): string => [...new Set(agents)].map((name) => safeMrkdwn(name)).join(", ");
const line = (text: string): string => safeMrkdwn(safeLine(text, CARD_LINE_CHARS));

/** Enough to remember where the talk was; the thread has the rest. */
const LAST_WORDS = 3;
