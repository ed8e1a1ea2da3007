import type { ContextActionsBlock, Overflow, PlainTextOption, SectionBlock } from "@slack/types";
import type { CodeRan, RunEvent, SelectedBy } from "../../engine/events/events.ts";
import { MEMORY_TOOLS } from "../../engine/memory.ts";
import type { Transcript } from "../../engine/reading/transcript.ts";
import { ACTIONS, button, plainText, section } from "../words/blocks.ts";
import { safeMrkdwn, shorten } from "../words/escape.ts";
import { FOOTER_REASON_CHARS, RUN_ID_CHARS, SUMMARY_CHARS } from "../words/limits.ts";
import type { Turn, TurnEnd } from "./log-reading.ts";

/** What stands under a turn: the parts of its small print, and what can be done from there on. */

/** What can be done from a turn on. */
export const TURN_DEEDS = { speaker: "speaker", team: "team", why: "why" } as const;
export type TurnDeed = keyof typeof TURN_DEEDS;

/** The small print of a turn, with one menu at its end: no block more than without. */
export const footerWithMenu = (mrkdwn: string, seq: number): SectionBlock => ({ ...section(mrkdwn), accessory: menu(seq) });

const menu = (seq: number): Overflow => ({
  type: "overflow",
  action_id: ACTIONS.turn,
  options: [
    option("Try another next speaker…", { d: TURN_DEEDS.speaker, seq }),
    option("From here with another team…", { d: TURN_DEEDS.team, seq }),
    option("Why this speaker?", { d: TURN_DEEDS.why, seq }),
  ],
});

const option = (label: string, value: { readonly d: TurnDeed; readonly seq: number }): PlainTextOption => ({
  text: plainText(label),
  value: JSON.stringify(value),
});

/** What can be done once a run is over: under its result, or under the one turn that was all of it. */
export function nextButtons(run: string, hasAnswer: boolean) {
  const value = { r: run.slice(0, RUN_ID_CHARS) };
  return [
    button("Continue…", ACTIONS.goOn, value),
    button("Another team…", ACTIONS.otherTeam, value),
    button("Transcript", ACTIONS.transcript, value),
    ...(hasAnswer ? [button("Share to channel", ACTIONS.share, value)] : []),
  ];
}

export function feedbackButtons(run: string): ContextActionsBlock {
  const value = (helpful: boolean) => JSON.stringify({ r: run.slice(0, RUN_ID_CHARS), helpful });
  return {
    type: "context_actions",
    elements: [
      {
        type: "feedback_buttons",
        action_id: ACTIONS.feedback,
        positive_button: { text: plainText("Helpful"), accessibility_label: "This run was helpful", value: value(true) },
        negative_button: { text: plainText("Not helpful"), accessibility_label: "This run was not helpful", value: value(false) },
      },
    ],
  };
}

/** `process sandbox`: an executor's label without its explanations, which `doctor` gives. What was not run was nowhere. */
export const sandboxOf = ({ executor, outcome }: CodeRan): string[] => (outcome === "rejected" ? [] : executor.split(/ — |: /).slice(0, 1));

/** What an agent has kept for later conversations in a turn, and what it has deleted: whoever reads along is to know. */
export function memoryLines({ agent, events }: { readonly agent: string; readonly events: readonly RunEvent[] }): string[] {
  const done = new Set(events.flatMap((event) => (event.type === "tool.returned" && event.agent === agent ? [event.call] : [])));
  const lines = events.flatMap((event) => {
    if (event.type !== "tool.called" || !done.has(event.call)) return [];
    const { text, id } = argumentsOf(event.args);
    if (event.tool === MEMORY_TOOLS.remember && typeof text === "string")
      return [`remembered: “${safeMrkdwn(shorten(text.replaceAll(/\s+/g, " ").trim(), SUMMARY_CHARS))}”`];
    return event.tool === MEMORY_TOOLS.forget && typeof id === "number" ? [`forgot note ${id}`] : [];
  });
  const rest = lines.length - MEMORY_LINES_MAX;
  return rest > 0 ? [...lines.slice(0, MEMORY_LINES_MAX), `and ${rest} more in its memory`] : lines;
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

export function whyOf(end: Pick<TurnEnd, "agent">, turn: Turn, transcript: Transcript): string | undefined {
  const { selected } = turn;
  if (!selected) return undefined;
  const before = transcript.events[selected.seq - 2];
  if (before?.type === "handoff.made" && before.to === end.agent) return `why: ${safeMrkdwn(before.agent)} handed over`;
  const by = SELECTED_BY[selected.by];
  const reason = selected.reason?.replaceAll(/\s+/g, " ").trim();
  if (!by) return undefined;
  return reason ? `why: ${by} – “${safeMrkdwn(shorten(reason, FOOTER_REASON_CHARS))}”` : `why: ${by}`;
}

/** A rule needs no reason. */
const SELECTED_BY: { readonly [by in SelectedBy]: string | undefined } = {
  policy: undefined,
  selector: "selector",
  only: "nobody else could",
  fallback: "the selector named nobody who could",
  person: "a person asked for it",
};
