import type { TeamCard } from "../../team-shelf.ts";
import type { KnownBlock } from "@slack/types";
import { withShownCode } from "../../engine/code-blocks.ts";
import type { CodeRan, Failure, FileRef, Forecast, RunLimits } from "../../engine/events/events.ts";
import { limitsNow } from "../../engine/limits/run-limits.ts";
import type { RunState } from "../../engine/reading/run-state.ts";
import { isPersonMessage, type Transcript } from "../../engine/reading/transcript.ts";
import { ACTIONS, actions, button, confirmed, context, markdown, mention, section, type Rendered } from "../words/blocks.ts";
import { safeLine, safeMarkdown, safeMrkdwn, shorten, withoutMarks } from "../words/escape.ts";
import { CARD_LINE_CHARS, FILE_BYTES_MAX, RUN_ID_CHARS } from "../words/limits.ts";
import { failureIn } from "../language/failure-words.ts";
import { forecastIn } from "../language/forecast-words.ts";
import { nearIn } from "../language/limit-words.ts";
import { readBeforeIn } from "../language/read-before.ts";
import type { Translator } from "../language/translator.ts";
import { ownPart, ownWords } from "./fork-words.ts";
import { faceInText } from "./personas.ts";
import { planAsText, planOf } from "./turn-plan.ts";
import { answerTo, decisionOn, inShort, nextOf, runOf, turnBefore, wordsBeside, type Of } from "./log-reading.ts";
import { plainText } from "./turn-messages.ts";

/** The app's own messages. Those that may be edited later show the log as it is when they are made. */

/** What is being worked on, by whom, within which limits, how far it is; with Stop while it runs. */
export function renderCard(t: Translator, started: Of<"run.started">, transcript: Transcript, team: TeamCard): Rendered {
  const { state, events } = runOf(transcript, started.seq);
  const task = events.find(isPersonMessage);
  const ended = state.running ? undefined : events.findLast((event) => event.type === "run.stopped");
  const stands = state.running ? "cards.text.isOnIt" : ended?.outcome === "done" ? "cards.text.isDone" : "cards.text.hasStopped";
  const title = t(stands, { team: safeMrkdwn(started.team), person: mention(started.startedBy) });
  const line = task ? line1(inShort(task)) : "";
  const own = ownPart(started, transcript);
  const progress =
    [own && ownWords(t, own), progressOf(t, state, team) ?? waitsInLine(t, started, state)].filter(Boolean).join(" · ") || undefined;
  const turnsMax = limitsNow(team.limits, state).turns;
  const blocks = (plan: KnownBlock | undefined): KnownBlock[] => [
    section(line ? `${title}\n>${line}` : title),
    ...(started.before ? [context(safeMrkdwn(readBeforeIn(t, started.before)))] : []),
    ...(plan && state.running ? [plan] : []),
    // Once it is over the turns themselves show who was in it, and the limits bind nobody.
    ...(state.running ? aboutTeam(team) : []),
    ...smallPrint(t, state, team, { progress, forecast: started.forecast }),
    ...(state.running ? [actions(...runButtons(t, started.run, state))] : []),
  ];
  return {
    kind: "message",
    text: t.under(safeMrkdwn(started.team), task ? line1(withoutMarks(inShort(task))) : t("cards.text.newRun")),
    plain: [title, line, progress ?? ""].join("\n").trim(),
    blocks: blocks(planOf(t, state, { events }, turnsMax)),
    // Rarely asked for, and half of what a card takes to make.
    get fallback() {
      return blocks(planAsText(t, state, { events }, turnsMax));
    },
  };
}

function runButtons(t: Translator, run: string, { pausedBy, halt }: RunState) {
  const value = { r: run.slice(0, RUN_ID_CHARS) };
  // Whoever decides at the limit does so there.
  const stop = button(t("cards.button.stop"), ACTIONS.stop, value, "danger");
  if (halt) return [stop];
  return [
    pausedBy ? button(t("cards.button.resume"), ACTIONS.resume, value, "primary") : button(t("cards.button.pause"), ACTIONS.pause, value),
    button(t("cards.button.steer"), ACTIONS.steer, value),
    // One press too many would end what cannot be taken up in mid-sentence.
    confirmed(stop, {
      title: t("cards.sure.stop"),
      text: t("cards.meaning.stop"),
      confirm: t("cards.yes.stop"),
      deny: t("limits.yes.notNow"),
    }),
  ];
}

/** Who is in it; nothing for a team that the team file no longer has. */
function aboutTeam(team: TeamCard): readonly KnownBlock[] {
  if (team.agents.length === 0) return [];
  return [context(team.agents.map((agent) => `${faceInText(agent.name, team)}${safeMrkdwn(agent.name)}`).join(" · "))];
}

/** One line: what it will probably take and how far it may go until the first turn is over, how far it is, and what comes near its limit. */
function smallPrint(
  t: Translator,
  state: RunState,
  team: TeamCard,
  { progress, forecast }: { readonly progress: string | undefined; readonly forecast: Forecast | undefined },
): readonly KnownBlock[] {
  const { running, halt, neared, turns, questions, approvals, pausedBy } = state;
  const waits = halt !== undefined || pausedBy !== undefined || questions.length > 0 || approvals.length > 0;
  const begins = running && turns === 0 && !waits && team.agents.length > 0;
  const parts = [
    ...(begins && forecast ? [forecastIn(t, forecast)] : []),
    ...(begins ? [atMost(t, limitsNow(team.limits, state)), t("cards.text.replyToSteer")] : []),
    ...(progress ? [progress] : []),
    ...(running && !halt && neared.length > 0 ? [t("cards.text.near", { what: neared.map((one) => nearIn(t, one)).join(" · ") })] : []),
  ];
  return parts.length === 0 ? [] : [context(parts.join(" · "))];
}

const atMost = (t: Translator, { turns, minutes, tokens, usd }: RunLimits): string =>
  t("cards.text.atMost", {
    turns: t("units.text.turns", { count: turns }),
    minutes: t("limits.text.minutes", { count: minutes }),
    tokens: t("units.text.tokens", { count: t.count(tokens) }),
    money: t.dollars(usd),
  });

function progressOf(t: Translator, state: RunState, team: TeamCard): string | undefined {
  const spent = spentOf(t, state, team);
  const turns = t("units.text.turns", { count: state.turns });
  if (!state.running) return [turns, ...spent].join(" · ");
  if (state.halt) return [t(state.halt.summary ? "cards.text.endsWithSummary" : "cards.text.waitsAtLimit"), turns, ...spent].join(" · ");
  if (state.pausedBy) return [t("cards.text.pausedBy", { person: mention(state.pausedBy) }), turns, ...spent].join(" · ");
  const waiting = [...new Set(state.questions.map(({ agent }) => safeMrkdwn(agent)))];
  if (waiting.length > 0)
    return [t("cards.text.waitForAnswer", { count: waiting.length, agents: waiting.join(", ") }), ...spent].join(" · ");
  if (state.approvals.length > 0) return [t("cards.text.waitsForApproval"), ...spent].join(" · ");
  const next = safeMrkdwn(state.openTurns.join(", "));
  if (next === "" && state.turns === 0) return undefined;
  return [next ? t("cards.text.next", { agents: next }) : turns, ...spent].join(" · ");
}

/** Nobody has begun, for there is more to do than can be done at once. */
const waitsInLine = (t: Translator, { ahead }: Of<"run.started">, { running }: RunState): string | undefined =>
  running && ahead ? t("cards.text.behind", { count: ahead }) : undefined;

/** What was spent; while it goes on, of what it may. */
function spentOf(t: Translator, state: RunState, team: TeamCard): string[] {
  const { usage, priced, running } = state;
  const limits = limitsNow(team.limits, state);
  const spent = t.cost(usage, priced);
  const money = spent && running && priced && limits.usd > 0 ? t("cards.text.spentOf", { spent, limit: t.dollars(limits.usd) }) : spent;
  return usage.calls === 0 ? [] : [t.tokens(usage), ...(money ? [money] : [])];
}

/** A question of an agent to people: buttons until it is answered, then the answer. */
export function renderQuestion(t: Translator, handoff: Of<"handoff.made">, transcript: Transcript, team: TeamCard): Rendered {
  const own = runOf(transcript, handoff.seq);
  const { state } = own;
  const beside = wordsBeside(turnBefore(transcript, handoff.seq, handoff.agent), handoff.call);
  // A long question is the beginning of what the agent wrote, which is there whole.
  const question = beside.startsWith(handoff.text) ? [] : [handoff.text];
  const words = safeMarkdown(withShownCode([...(beside ? [shorten(beside, BESIDE_CHARS_MAX)] : []), ...question].join("\n\n")));
  const asked = state.startedBy ? `${mention(state.startedBy)} ` : "";
  const agent = safeMrkdwn(handoff.agent);
  const title = `${asked}${t("cards.text.asks", { agent: `${faceInText(handoff.agent, team)}${agent}` })}`;
  const answer = answerTo(own, handoff.seq);
  const expired = decisionOn(own, "question.expired", handoff.seq) !== undefined;
  const fallback = {
    kind: "message" as const,
    text: t("cards.text.agentAsks", { agent, question: line1(withoutMarks(handoff.text)) }),
    plain: `${title}\n${plainText(words)}`,
  };
  if (answer) {
    return {
      ...fallback,
      blocks: [
        section(title),
        markdown(words),
        context(t("cards.text.answeredBy", { person: mention(answer.person), answer: line1(inShort(answer)) })),
      ],
    };
  }
  const closed = (why: string) => ({ ...fallback, blocks: [section(title), markdown(words), context(why)] });
  if (expired) return closed(t("cards.text.nobodyAnswered"));
  if (!state.running) return closed(t("cards.text.stoppedUnanswered"));
  if (!state.questions.some(({ seq }) => seq === handoff.seq)) return closed(t("cards.text.skippedUnanswered"));
  const options = (handoff.options ?? []).slice(0, OPTIONS_MAX);
  const buttons = [
    ...options.map((option, o) => button(option, `${ACTIONS.answer}.${o}`, { seq: handoff.seq, o })),
    ...(handoff.login ? [] : [button(t("cards.button.inWords"), ACTIONS.words, { seq: handoff.seq })]),
  ];
  const { login } = handoff;
  if (login)
    buttons.unshift(button(t("logins.button.connect", { server: login.server }), ACTIONS.connect, { seq: handoff.seq }, "primary"));
  const until = handoff.answerBy === undefined ? [] : [t("cards.text.goesOnWithout", { at: t.at(handoff.answerBy) })];
  const hint = [t("cards.text.orReply"), ...until].join(" · ");
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

export function renderFailure(t: Translator, agent: string, error: Failure): Rendered {
  const text = t("limits.text.couldNotAnswer", {
    agent: safeMrkdwn(agent),
    why: safeMrkdwn(shorten(failureIn(t, error), CARD_LINE_CHARS * 3)),
  });
  return { kind: "message", text: shorten(text, CARD_LINE_CHARS), plain: text, blocks: [section(`:warning: ${text}`)] };
}

export function renderNoCode(t: Translator, ran: CodeRan, started: Of<"run.started"> | undefined): Rendered {
  const text = started?.code === "off" ? t("cards.text.codeOffByRule") : t("cards.text.codeOff", { why: line1(ran.output) });
  return { kind: "message", text, plain: text, blocks: [context(text)] };
}

/** Its tools had said what there was to say. */
export function renderNothingToAdd(t: Translator, agent: string): Rendered {
  const text = t("cards.text.silent", { agent: safeMrkdwn(agent) });
  return { kind: "message", text, plain: text, blocks: [context(text)] };
}

export function renderResumed(t: Translator): Rendered {
  const text = t("cards.text.wasAway");
  return { kind: "message", text, plain: text, blocks: [context(text)] };
}

/** The run is paused, with Resume; then one line of who has let it go on. */
export function renderPause(t: Translator, paused: Of<"run.paused">, transcript: Transcript): Rendered {
  const next = nextOf(runOf(transcript, paused.seq), paused.seq, PAUSE_ENDS);
  const person = mention(paused.person);
  const text = t(next ? "cards.text.runWasPaused" : "cards.text.runIsPaused");
  if (next) {
    const became =
      next.type === "run.unpaused"
        ? t("cards.text.letGoOn", { person, other: mention(next.person) })
        : t("cards.text.endedPaused", { person });
    return { kind: "message", text, plain: became, blocks: [context(became)] };
  }
  const words = t("cards.text.pausedNow", { person });
  return {
    kind: "message",
    text,
    plain: words,
    blocks: [
      section(words),
      actions(button(t("cards.button.resume"), ACTIONS.resume, { r: paused.run.slice(0, RUN_ID_CHARS) }, "primary")),
    ],
  };
}

const PAUSE_ENDS: ReadonlySet<"run.unpaused" | "run.stopped"> = new Set(["run.unpaused", "run.stopped"]);

export function renderSkip(t: Translator, { agent, person }: Of<"turn.skipped">): Rendered {
  const text = t("cards.text.skipped", { agent: safeMrkdwn(agent), person: mention(person) });
  return { kind: "message", text: t("cards.text.turnSkipped", { agent: safeMrkdwn(agent) }), plain: text, blocks: [context(text)] };
}

/** A file that code left behind. */
export function renderFile(t: Translator, file: FileRef, agent: string): Rendered {
  const named = `${safeMrkdwn(safeLine(file.name, FILE_NAME_CHARS))} (${t.size(file.bytes)})`;
  if (file.bytes > FILE_BYTES_MAX) {
    const text = t("cards.text.notUploaded", { file: named, size: t.size(FILE_BYTES_MAX) });
    return { kind: "message", text, plain: text, blocks: [context(text)] };
  }
  return {
    kind: "file",
    name: safeLine(file.name, FILE_NAME_CHARS) || "file",
    alt: t("cards.text.madeByCode", { file: safeLine(file.name, FILE_NAME_CHARS), agent: safeLine(agent, CARD_LINE_CHARS) }),
    comment: t("cards.text.fileFrom", { file: named, agent: safeMrkdwn(agent) }),
    content: { hash: file.hash, bytes: file.bytes },
  };
}

const FILE_NAME_CHARS = 200;

/** One escaped line. */
const line1 = (text: string): string => safeMrkdwn(safeLine(text, CARD_LINE_CHARS));
