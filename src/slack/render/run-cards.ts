import type { TeamCard } from "../../team-shelf.ts";
import type { KnownBlock } from "@slack/types";
import { withShownCode } from "../../engine/code-blocks.ts";
import type { CodeRan, Failure, FileRef, RunLimits } from "../../engine/events/events.ts";
import { limitsNow, nearWords } from "../../engine/limits/run-limits.ts";
import type { RunState } from "../../engine/reading/run-state.ts";
import { type Transcript } from "../../engine/reading/transcript.ts";
import {
  ACTIONS,
  actions,
  button,
  confirmed,
  context,
  cost,
  count,
  dollars,
  markdown,
  mention,
  plural,
  section,
  size,
  tokens,
  timeOf,
  type Rendered,
} from "../words/blocks.ts";
import { safeLine, safeMarkdown, safeMrkdwn, shorten, withoutMarks } from "../words/escape.ts";
import { CARD_LINE_CHARS, FILE_BYTES_MAX, RUN_ID_CHARS } from "../words/limits.ts";
import { ownPart, ownWords } from "./fork-words.ts";
import { faceInText } from "./personas.ts";
import { beforeWords } from "../words/read-before.ts";
import { planAsText, planOf } from "./turn-plan.ts";
import { answerTo, decisionOn, nextOf, runOf, turnBefore, wordsBeside, type Of } from "./log-reading.ts";
import { plainText } from "./turn-messages.ts";

/** The app's own messages. Those that may be edited later show the log as it is when they are made. */

/** What is being worked on, by whom, within which limits, how far it is; with Stop while it runs. */
export function renderCard(started: Of<"run.started">, transcript: Transcript, team: TeamCard): Rendered {
  const { state, events } = runOf(transcript, started.seq);
  const task = events.find((event) => event.type === "message.posted" && "person" in event) as { readonly text: string } | undefined;
  const ended = state.running ? undefined : events.findLast((event) => event.type === "run.stopped");
  const stands = state.running ? "is on it" : ended?.outcome === "done" ? "is done" : "has stopped";
  const title = `*${safeMrkdwn(started.team)}* ${stands}, asked by ${mention(started.startedBy)}`;
  const line = task ? line1(task.text) : "";
  const own = ownPart(started, transcript);
  const progress = [own && ownWords(own), progressOf(state, team) ?? waitsInLine(started, state)].filter(Boolean).join(" · ") || undefined;
  const turnsMax = limitsNow(team.limits, state).turns;
  const blocks = (plan: KnownBlock | undefined): KnownBlock[] => [
    section(line ? `${title}\n>${line}` : title),
    ...(started.before ? [context(safeMrkdwn(beforeWords(started.before)))] : []),
    ...(plan && state.running ? [plan] : []),
    // Once it is over the turns themselves show who was in it, and the limits bind nobody.
    ...(state.running ? aboutTeam(team) : []),
    ...smallPrint(state, team, progress),
    ...(state.running ? [actions(...runButtons(started.run, state))] : []),
  ];
  return {
    kind: "message",
    text: `${safeMrkdwn(started.team)}: ${task ? line1(withoutMarks(task.text)) : "a new run"}`,
    plain: [title, line, progress ?? ""].join("\n").trim(),
    blocks: blocks(planOf(state, { events }, turnsMax)),
    fallback: blocks(planAsText(state, { events }, turnsMax)),
  };
}

function runButtons(run: string, { pausedBy, halt }: RunState) {
  const value = { r: run.slice(0, RUN_ID_CHARS) };
  // Whoever decides at the limit does so there.
  if (halt) return [button("Stop", ACTIONS.stop, value, "danger")];
  return [
    pausedBy ? button("Resume", ACTIONS.resume, value, "primary") : button("Pause", ACTIONS.pause, value),
    button("Steer…", ACTIONS.steer, value),
    confirmed(button("Stop", ACTIONS.stop, value, "danger"), STOP),
  ];
}

/** One press too many would end what cannot be taken up in mid-sentence. */
const STOP = {
  title: "Stop this run?",
  text: "It ends at once, in mid-turn. What was said so far stays, and you can go on from it later.",
  confirm: "Stop",
};

/** Who is in it; nothing for a team that the team file no longer has. */
function aboutTeam(team: TeamCard): readonly KnownBlock[] {
  if (team.agents.length === 0) return [];
  return [context(team.agents.map((agent) => `${faceInText(agent.name, team)}${safeMrkdwn(agent.name)}`).join(" · "))];
}

/** One line: how far it may go until the first turn is over, how far it is, and what comes near its limit. */
function smallPrint(state: RunState, team: TeamCard, progress: string | undefined): readonly KnownBlock[] {
  const { running, halt, neared, turns, questions, approvals, pausedBy } = state;
  const waits = halt !== undefined || pausedBy !== undefined || questions.length > 0 || approvals.length > 0;
  const begins = running && turns === 0 && !waits && team.agents.length > 0;
  const parts = [
    ...(begins ? [`At most ${limitsOf(limitsNow(team.limits, state))}`, "reply here to steer"] : []),
    ...(progress ? [progress] : []),
    ...(running && !halt && neared.length > 0 ? [`:hourglass_flowing_sand: near a limit: ${neared.map(nearWords).join(" · ")}`] : []),
  ];
  return parts.length === 0 ? [] : [context(parts.join(" · "))];
}

function limitsOf(limits: RunLimits): string {
  return `${plural(limits.turns, "turn")}, ${plural(limits.minutes, "minute")}, ${count(limits.tokens)} tokens, ${dollars(limits.usd)}`;
}

function progressOf(state: RunState, team: TeamCard): string | undefined {
  const spent = spentOf(state, team);
  if (!state.running) return [plural(state.turns, "turn"), ...spent].join(" · ");
  if (state.halt) {
    const stands = state.halt.summary ? "ends with a summary" : "waits at a limit";
    return [stands, plural(state.turns, "turn"), ...spent].join(" · ");
  }
  if (state.pausedBy) return [`paused by ${mention(state.pausedBy)}`, plural(state.turns, "turn"), ...spent].join(" · ");
  const waiting = [...new Set(state.questions.map(({ agent }) => safeMrkdwn(agent)))];
  if (waiting.length > 0) return [`${waiting.join(", ")} ${waiting.length === 1 ? "waits" : "wait"} for an answer`, ...spent].join(" · ");
  if (state.approvals.length > 0) return ["waits for an approval", ...spent].join(" · ");
  const next = safeMrkdwn(state.openTurns.join(", "));
  if (next === "" && state.turns === 0) return undefined;
  return [next ? `next: ${next}` : plural(state.turns, "turn"), ...spent].join(" · ");
}

/** Nobody has begun, for there is more to do than can be done at once. */
const waitsInLine = ({ ahead }: Of<"run.started">, { running }: RunState): string | undefined =>
  running && ahead ? `:hourglass_flowing_sand: waits for its turn, behind ${plural(ahead, "other run")} at most` : undefined;

/** What was spent; while it goes on, of what it may. */
function spentOf(state: RunState, team: TeamCard): string[] {
  const { usage, priced, running } = state;
  const limits = limitsNow(team.limits, state);
  const spent = cost(usage, priced);
  const money = spent && running && priced && limits.usd > 0 ? `${spent} of ${dollars(limits.usd)}` : spent;
  return usage.calls === 0 ? [] : [tokens(usage), ...(money ? [money] : [])];
}

/** A question of an agent to people: buttons until it is answered, then the answer. */
export function renderQuestion(handoff: Of<"handoff.made">, transcript: Transcript, team: TeamCard): Rendered {
  const own = runOf(transcript, handoff.seq);
  const { state } = own;
  const beside = wordsBeside(turnBefore(transcript, handoff.seq, handoff.agent), handoff.call);
  const words = safeMarkdown(
    withShownCode([...(beside && beside !== handoff.text ? [shorten(beside, BESIDE_CHARS_MAX)] : []), handoff.text].join("\n\n")),
  );
  const asked = state.startedBy ? `${mention(state.startedBy)} ` : "";
  const title = `${asked}*${faceInText(handoff.agent, team)}${safeMrkdwn(handoff.agent)} asks:*`;
  const answer = answerTo(own, handoff.seq);
  const expired = decisionOn(own, "question.expired", handoff.seq) !== undefined;
  const fallback = {
    kind: "message" as const,
    text: `${safeMrkdwn(handoff.agent)} asks: ${line1(withoutMarks(handoff.text))}`,
    plain: `${title}\n${plainText(words)}`,
  };
  if (answer) {
    return {
      ...fallback,
      blocks: [section(title), markdown(words), context(`answered by ${mention(answer.person)}: ${line1(answer.text)}`)],
    };
  }
  const closed = (why: string) => ({ ...fallback, blocks: [section(title), markdown(words), context(why)] });
  if (expired) return closed("nobody answered in time; the run went on");
  if (!state.running) return closed("not answered; the run has stopped");
  if (!state.questions.some(({ seq }) => seq === handoff.seq)) return closed("not answered; the turn was skipped");
  const options = (handoff.options ?? []).slice(0, OPTIONS_MAX);
  const buttons = [
    ...options.map((option, o) => button(option, `${ACTIONS.answer}.${o}`, { seq: handoff.seq, o })),
    button("Answer in words…", ACTIONS.words, { seq: handoff.seq }),
  ];
  const until = handoff.answerBy === undefined ? "" : ` · without an answer the run goes on ${timeOf(handoff.answerBy)}`;
  const hint = `or just reply here${until}`;
  return {
    ...fallback,
    plain: `${fallback.plain}\n(${hint})`,
    blocks: [section(title), markdown(words), actions(...buttons), context(hint)],
  };
}

/** What stands before a question may be long; the question must stay in sight. */
const BESIDE_CHARS_MAX = 6_000;
/** Slack takes 25 in a row; nobody reads more than five. */
const OPTIONS_MAX = 5;

export function renderFailure(agent: string, error: Failure): Rendered {
  const text = `${safeMrkdwn(agent)} could not answer: ${safeMrkdwn(shorten(error.message, CARD_LINE_CHARS * 3))}`;
  return { kind: "message", text: shorten(text, CARD_LINE_CHARS), plain: text, blocks: [section(`:warning: ${text}`)] };
}

export function renderNoCode(ran: CodeRan, started: Of<"run.started"> | undefined): Rendered {
  const text =
    started?.code === "off"
      ? "Code is off here, by the rule of this channel or of the team, so agents only reason about it."
      : `Code is not run in this installation, so agents only reason about it. ${line1(ran.output)}`;
  return { kind: "message", text, plain: text, blocks: [context(text)] };
}

/** Its tools had said what there was to say. */
export function renderNothingToAdd(agent: string): Rendered {
  const text = `${safeMrkdwn(agent)} had nothing to add to what its tools gave.`;
  return { kind: "message", text, plain: text, blocks: [context(text)] };
}

export function renderResumed(): Rendered {
  const text = "I was away for a while and go on where the conversation stopped; nothing is lost.";
  return { kind: "message", text, plain: text, blocks: [context(text)] };
}

/** The run is paused, with Resume; then one line of who has let it go on. */
export function renderPause(paused: Of<"run.paused">, transcript: Transcript): Rendered {
  const next = nextOf(runOf(transcript, paused.seq), paused.seq, PAUSE_ENDS);
  const by = `The run ${next ? "was" : "is"} paused by ${mention(paused.person)}`;
  const text = next ? "The run was paused." : "The run is paused.";
  if (next) {
    const became = next.type === "run.unpaused" ? `${by}; ${mention(next.person)} let it go on.` : `${by}; it has ended since.`;
    return { kind: "message", text, plain: became, blocks: [context(became)] };
  }
  const words = `:double_vertical_bar: ${by}. Turns under way end, and no other begins. What you write here is kept for when it goes on.`;
  return {
    kind: "message",
    text,
    plain: words,
    blocks: [section(words), actions(button("Resume", ACTIONS.resume, { r: paused.run.slice(0, RUN_ID_CHARS) }, "primary"))],
  };
}

const PAUSE_ENDS: ReadonlySet<"run.unpaused" | "run.stopped"> = new Set(["run.unpaused", "run.stopped"]);

export function renderSkip({ agent, person }: Of<"turn.skipped">): Rendered {
  const text = `The turn of *${safeMrkdwn(agent)}* was skipped by ${mention(person)}.`;
  return { kind: "message", text: `The turn of ${safeMrkdwn(agent)} was skipped.`, plain: text, blocks: [context(text)] };
}

/** A file that code left behind. */
export function renderFile(file: FileRef, agent: string): Rendered {
  const named = `${safeMrkdwn(safeLine(file.name, FILE_NAME_CHARS))} (${size(file.bytes)})`;
  if (file.bytes > FILE_BYTES_MAX) {
    const text = `${named} was not uploaded: files over ${size(FILE_BYTES_MAX)} stay in the log.`;
    return { kind: "message", text, plain: text, blocks: [context(text)] };
  }
  return {
    kind: "file",
    name: safeLine(file.name, FILE_NAME_CHARS) || "file",
    alt: `${safeLine(file.name, FILE_NAME_CHARS)}, made by code that ${safeLine(agent, CARD_LINE_CHARS)} ran`,
    comment: `${named}, from *${safeMrkdwn(agent)}*`,
    content: { hash: file.hash, bytes: file.bytes },
  };
}

const FILE_NAME_CHARS = 200;

/** One escaped line. */
const line1 = (text: string): string => safeMrkdwn(safeLine(text, CARD_LINE_CHARS));
