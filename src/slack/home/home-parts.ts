import type { ActionsBlock, Button, KnownBlock, Overflow, PlainTextOption } from "@slack/types";
import { context, plainText } from "../words/blocks.ts";
import { safeLine, safeMrkdwn, shorten } from "../words/escape.ts";
import { OPTION_CHARS_MAX } from "../words/limits.ts";
import { homeAction } from "./team-forms.ts";

/** What the sections of App Home are put together from. */
const LINE_CHARS = 150;

export const title = (words: string): KnownBlock => ({ type: "header", text: plainText(words) });
/** What somebody wrote, in one line. */
export const line = (text: string): string => safeMrkdwn(shorten(text.replaceAll(/\s+/g, " ").trim(), LINE_CHARS)) || "…";
export const row = (elements: readonly Button[]): ActionsBlock => ({ type: "actions", elements: [...elements] });
export const menu = (options: readonly PlainTextOption[]): Overflow => ({
  type: "overflow",
  action_id: homeAction("more"),
  options: [...options],
});
export const option = (label: string, value: object): PlainTextOption => ({
  text: plainText(safeLine(label, OPTION_CHARS_MAX) || "…"),
  value: JSON.stringify(value),
});
export const moreOf = (count: number, words: (count: number) => string): KnownBlock[] => (count > 0 ? [context(words(count))] : []);
