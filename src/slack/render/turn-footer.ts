import type { ContextActionsBlock, Overflow, PlainTextOption, SectionBlock } from "@slack/types";
import type { CodeRan, RunEvent, SelectedBy } from "../../engine/events/events.ts";
import { MEMORY_TOOLS } from "../../engine/memory.ts";
import type { Transcript } from "../../engine/reading/transcript.ts";
import type { MessageKey } from "../language/messages.ts";
import type { Translator } from "../language/translator.ts";
import { ACTIONS, button, plainText, section } from "../words/blocks.ts";
import { safeMrkdwn, shorten } from "../words/escape.ts";
import { FOOTER_REASON_CHARS, RUN_ID_CHARS, SUMMARY_CHARS } from "../words/limits.ts";
import type { Turn, TurnEnd } from "./log-reading.ts";

/** What stands under a turn: the parts of its small print, and what can be done from there on. */

/** What can be done from a turn on. */
export const TURN_DEEDS = { speaker: "speaker", team: "team", why: "why" } as const;
export type TurnDeed = keyof typeof TURN_DEEDS;

/** The small print of a turn, with one menu at its end: no block more than without. */
export const footerWithMenu = (t: Translator, mrkdwn: string, seq: number): SectionBlock => ({
  ...section(mrkdwn),
  accessory: menu(t, seq),
});

const menu = (t: Translator, seq: number): Overflow => ({
  type: "overflow",
  action_id: ACTIONS.turn,
  options: [
    option(t("turns.option.anotherSpeaker"), { d: TURN_DEEDS.speaker, seq }),
    option(t("turns.option.anotherTeam"), { d: TURN_DEEDS.team, seq }),
    option(t("turns.option.why"), { d: TURN_DEEDS.why, seq }),
  ],
});

const option = (label: string, value: { readonly d: TurnDeed; readonly seq: number }): PlainTextOption => ({
  text: plainText(label),
  value: JSON.stringify(value),
});

/** What can be done once a run is over: under its result, or under the one turn that was all of it. */
export function nextButtons(t: Translator, run: string, hasAnswer: boolean) {
  const value = { r: run.slice(0, RUN_ID_CHARS) };
  return [
    button(t("ends.button.continue"), ACTIONS.goOn, value),
    button(t("ends.button.otherTeam"), ACTIONS.otherTeam, value),
    button(t("ends.button.transcript"), ACTIONS.transcript, value),
    ...(hasAnswer ? [button(t("ends.button.share"), ACTIONS.share, value), button(t("cases.button.keep"), ACTIONS.keepCase, value)] : []),
  ];
}

export function feedbackButtons(t: Translator, run: string): ContextActionsBlock {
  const value = (helpful: boolean) => JSON.stringify({ r: run.slice(0, RUN_ID_CHARS), helpful });
  return {
    type: "context_actions",
    elements: [
      {
        type: "feedback_buttons",
        action_id: ACTIONS.feedback,
        positive_button: {
          text: plainText(t("ends.button.helpful")),
          accessibility_label: t("ends.text.wasHelpful"),
          value: value(true),
        },
        negative_button: {
          text: plainText(t("ends.button.notHelpful")),
          accessibility_label: t("ends.text.wasNotHelpful"),
          value: value(false),
        },
      },
    ],
  };
}

/** `process sandbox`: an executor's label without its explanations, which `doctor` gives. What was not run was nowhere. */
export const sandboxOf = ({ executor, outcome }: CodeRan): string[] => (outcome === "rejected" ? [] : executor.split(/ — |: /).slice(0, 1));

/** What an agent has kept for later conversations in a turn, and what it has deleted: whoever reads along is to know. */
export function memoryLines(t: Translator, { agent, events }: { readonly agent: string; readonly events: readonly RunEvent[] }): string[] {
  const done = new Set(events.flatMap((event) => (event.type === "tool.returned" && event.agent === agent ? [event.call] : [])));
  const lines = events.flatMap((event) => {
    if (event.type !== "tool.called" || !done.has(event.call)) return [];
    const { text, id } = argumentsOf(event.args);
    if (event.tool === MEMORY_TOOLS.remember && typeof text === "string")
      return [t("turns.text.remembered", { words: safeMrkdwn(shorten(text.replaceAll(/\s+/g, " ").trim(), SUMMARY_CHARS)) })];
    return event.tool === MEMORY_TOOLS.forget && typeof id === "number" ? [t("turns.text.forgot", { id: String(id) })] : [];
  });
  const rest = lines.length - MEMORY_LINES_MAX;
  return rest > 0 ? [...lines.slice(0, MEMORY_LINES_MAX), t("turns.text.moreRemembered", { count: t.number(rest) })] : lines;
}

/** A footer is small print; `/parley memory` shows all. */
const MEMORY_LINES_MAX = 3;

function argumentsOf(args: string): { readonly text?: unknown; readonly id?: unknown } {
  try {
    const value: unknown = JSON.parse(args);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

export function whyOf(t: Translator, end: Pick<TurnEnd, "agent">, turn: Turn, transcript: Transcript): string | undefined {
  const { selected } = turn;
  if (!selected) return undefined;
  let at = selected.seq - 2;
  // A process that has ended in between hands nothing over.
  while (transcript.events[at]?.type === "run.resumed") at--;
  const before = transcript.events[at];
  if (before?.type === "handoff.made" && before.to === end.agent) return t("turns.text.handedOver", { agent: safeMrkdwn(before.agent) });
  const key = SELECTED_BY[selected.by];
  const reason = selected.reason?.replaceAll(/\s+/g, " ").trim();
  if (!key) return undefined;
  const by = t(key);
  return reason ? t("turns.text.whyReason", { by, reason: safeMrkdwn(shorten(reason, FOOTER_REASON_CHARS)) }) : t("turns.text.why", { by });
}

/** A rule needs no reason. */
const SELECTED_BY = {
  policy: undefined,
  selector: "turns.text.bySelector",
  only: "turns.text.byOnly",
  fallback: "turns.text.byFallback",
  person: "turns.text.byPerson",
} as const satisfies { readonly [by in SelectedBy]: MessageKey | undefined };
