import type { Overflow, PlainTextOption, SectionBlock } from "@slack/types";
import { ACTIONS, plainText, section } from "../words/blocks.ts";

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
