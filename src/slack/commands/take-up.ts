import type { KnownBlock } from "@slack/types";
import { ACTIONS, actions, button, section } from "../words/blocks.ts";

/**
 * A line to one person under which they have their own message heard after all. The message is read from Slack when they press, as it is then:
 * nothing of it is kept until somebody wants it heard.
 */
export interface TakeUp {
  /** The thread in which it is heard. */
  readonly thread: string;
  /** The message. */
  readonly ts: string;
  /** The end of the run in which it was written and not read: there it was heard already. */
  readonly after?: number;
  readonly options: readonly { readonly label: string; readonly team?: string }[];
  readonly no: string;
}

/** What somebody has chosen. */
export interface Taken {
  readonly team?: string;
  readonly after?: number;
}

/** In mrkdwn, with its buttons. */
export function takeUpBlocks(text: string, { thread, ts, after, options, no }: TakeUp): readonly KnownBlock[] {
  const about = { t: thread, m: ts, ...(after === undefined ? {} : { seq: after }) };
  return [
    section(text),
    actions(
      ...options.map(({ label, team }, nth) =>
        button(label, `${ACTIONS.takeUp}.${nth}`, team === undefined ? about : { ...about, n: team }, nth === 0 ? "primary" : undefined),
      ),
      button(no, ACTIONS.leave, about),
    ),
  ];
}
