import type { ActionsBlock, Button, ContextBlock, KnownBlock, MarkdownBlock, PlainTextElement, SectionBlock } from "@slack/types";
import type { Usage } from "../../engine/events/events.ts";
import { isMoney } from "../language/formats.ts";
import { tokensOf } from "../../engine/limits/usage.ts";
import { safeLine, safeMrkdwn, shorten } from "./escape.ts";
import { BUTTON_CHARS_MAX, BUTTON_VALUE_CHARS_MAX, CONTEXT_CHARS_MAX, SECTION_CHARS_MAX } from "./limits.ts";

/** What an event looks like in Slack. */
export type Rendered = RenderedMessage | RenderedFile | { readonly kind: "nothing"; readonly why: string };

export interface RenderedMessage {
  readonly kind: "message";
  /** For notifications and screen readers; escaped. */
  readonly text: string;
  readonly blocks: readonly KnownBlock[];
  /** All that the blocks say, as escaped text, for when Slack refuses them. */
  readonly plain: string;
  /** The same in blocks that every Slack has, for where newer ones are refused. */
  readonly fallback?: readonly KnownBlock[];
  /** The agent whose message it is; the app's own when absent. */
  readonly speaker?: string;
  /** The Markdown in the blocks, so that a message that is too long for Slack can be divided. */
  readonly markdown?: string;
  /** The event of its run's end, where it tells that too: no other message does. */
  readonly ends?: number;
}

export interface RenderedFile {
  readonly kind: "file";
  readonly name: string;
  /** For people who do not see the picture. */
  readonly alt: string;
  readonly comment: string;
  readonly content: { readonly hash: string; readonly bytes: number } | { readonly text: string };
}

/** Parley's buttons, as the listeners know them. An answer's button ends in its index, and so does a choice under somebody's words. */
export const ACTIONS = {
  stop: "parley.run.stop",
  pause: "parley.run.pause",
  resume: "parley.run.resume",
  steer: "parley.run.steer",
  goOn: "parley.result.continue",
  otherTeam: "parley.result.team",
  transcript: "parley.result.transcript",
  share: "parley.result.share",
  keepCase: "parley.result.case",
  feedback: "parley.result.feedback",
  turn: "parley.turn.more",
  words: "parley.question.words",
  answer: "parley.question.answer",
  approve: "parley.code.approve",
  allowRun: "parley.code.allow",
  editCall: "parley.code.edit",
  deny: "parley.code.deny",
  raise: "parley.limit.raise",
  finish: "parley.limit.finish",
  denyWhy: "parley.code.reason",
  askAgain: "parley.code.again",
  connect: "parley.login.connect",
  takeUp: "parley.words.take",
  leave: "parley.words.leave",
  unpause: "parley.words.resume",
  forget: "parley.memory.forget",
  forgetThread: "parley.thread.forget",
  older: "parley.memory.older",
  newer: "parley.memory.newer",
  keepSchedule: "parley.schedule.keep",
  dropSchedule: "parley.schedule.drop",
  scheduleOn: "parley.schedule.on",
  scheduleOff: "parley.schedule.off",
  scheduleDelete: "parley.schedule.delete",
  lookProposal: "parley.proposal.look",
  takeProposal: "parley.proposal.take",
  declineProposal: "parley.proposal.decline",
} as const;

/** Buttons beside a run in a list, outside of its thread, which is in their value. */
export const LISTED = {
  pause: "parley.listed.pause",
  resume: "parley.listed.resume",
  stop: "parley.listed.stop",
  transcript: "parley.listed.transcript",
} as const;

export const markdown = (text: string): MarkdownBlock => ({ type: "markdown", text: orNothing(text) });

/** `mrkdwn` is already escaped where it holds what others wrote. Names and addresses in it are left as they are. */
export const section = (mrkdwn: string): SectionBlock => ({
  type: "section",
  text: { type: "mrkdwn", text: orNothing(shorten(mrkdwn, SECTION_CHARS_MAX)), verbatim: true },
});

export const context = (mrkdwn: string): ContextBlock => ({
  type: "context",
  elements: [{ type: "mrkdwn", text: orNothing(shorten(mrkdwn, CONTEXT_CHARS_MAX)), verbatim: true }],
});

/** Slack refuses a block without words, and with it the message: what was only marks that were taken out is shown as left out. */
const orNothing = (text: string): string => (text.trim() === "" ? "…" : text);

export const plainText = (text: string): PlainTextElement => ({ type: "plain_text", text, emoji: false });

/** A time as each reader's own clock has it, in UTC where Slack cannot show it so; as a date, for Slack's "Tomorrow" begins with a capital in mid-sentence. */
export const timeOf = (iso: string): string =>
  `<!date^${Math.floor(Date.parse(iso) / 1_000)}^{date_short} at {time}|${iso.slice(0, 16).replace("T", " ")} UTC>`;

export const actions = (...elements: readonly Button[]): ActionsBlock => ({ type: "actions", elements: [...elements] });

/** `value` is small: ids and numbers, which the listener checks against the log. */
export function button(label: string, actionId: string, value: object, style?: "primary" | "danger"): Button {
  const json = JSON.stringify(value);
  if (json.length > BUTTON_VALUE_CHARS_MAX)
    throw new Error(`the value of the button ${actionId} has ${json.length} characters; Slack takes ${BUTTON_VALUE_CHARS_MAX}`);
  return {
    type: "button",
    text: { type: "plain_text", text: safeLine(label, BUTTON_CHARS_MAX) || "…", emoji: false },
    action_id: actionId,
    value: json,
    ...(style ? { style } : {}),
  };
}

/** Asks once more before it is done; plain text. */
export const confirmed = (
  element: Button,
  ask: { readonly title: string; readonly text: string; readonly confirm: string; readonly deny?: string },
): Button => ({
  ...element,
  confirm: {
    title: plainText(ask.title),
    text: plainText(ask.text),
    confirm: plainText(ask.confirm),
    deny: plainText(ask.deny ?? "Not now"),
  },
});

/** A mention of a person by Slack's id; by name when the person came from elsewhere. */
export const mention = (person: { readonly id: string; readonly name: string }): string =>
  /^[UW][A-Z0-9]{2,20}$/.test(person.id) ? `<@${person.id}>` : `*${safeMrkdwn(person.name)}*`;

/** `950`, `1.2k`, `12k`, `1.3M`. */
export function count(number: number): string {
  if (number < 1_000) return String(number);
  const [value, unit] = number < 999_500 ? [number / 1_000, "k"] : [number / 1_000_000, "M"];
  return `${value < 9.95 ? value.toFixed(1).replace(/\.0$/, "") : Math.round(value)}${unit}`;
}

/** `1.2k tokens`; `about 1.2k tokens` where a server counted none and they were estimated. */
export const tokens = (usage: Usage): string => `${about(usage)}${count(tokensOf(usage))} tokens`;

/** In front of what was estimated. */
export const about = ({ estimated }: Pick<Usage, "estimated">): string => (estimated ? "about " : "");

export const dollars = (usd: number): string => (usd > 0 && usd < 0.005 ? "under $0.01" : `$${usd.toFixed(2)}`);

/** What is known of the cost: an unknown price is no price of 0. `undefined` when no model was asked, or nothing is known. */
export function cost(usage: Usage, priced: boolean): string | undefined {
  if ((usage.calls ?? 1) === 0) return undefined;
  if (priced) return `${about(usage)}${dollars(usage.usd ?? 0)}`;
  return isMoney(usage.usd) ? `at least ${dollars(usage.usd)}` : undefined;
}

export const plural = (number: number, one: string): string => `${number} ${one}${number === 1 ? "" : "s"}`;

/** `0.4 s`, `12 s`, `3 min 5 s`, `1 h 2 min`. */
export function duration(ms: number): string {
  if (ms < 9_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return seconds % 60 === 0 ? `${seconds / 60} min` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
}

/** `640 bytes`, `12 kB`, `3.4 MB`. */
export function size(bytes: number): string {
  if (bytes < 1_000) return plural(bytes, "byte");
  return bytes < 999_500 ? `${Math.round(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
