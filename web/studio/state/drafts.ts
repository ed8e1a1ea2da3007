import type { Delta, RunEvent } from "../../../src/engine/events/events.ts";
import { spenderOf } from "../../../src/engine/reading/spender.ts";

/** A piece of a turn that is under way, as the stream tells it: behind the event of this number. */
export type Piece = Delta & { readonly after: number };

/** What an agent has said since its last event, and is not in the log yet. */
export interface Draft {
  readonly agent: string;
  readonly after: number;
  readonly text: string;
  /** What it thinks. */
  readonly thought: string;
  /** In a word, such as the tool that it uses. */
  readonly doing: string;
}

/** Of each part: what is longer is seen when it is recorded. */
const SHOWN_CHARS_MAX = 50_000;

/** With this piece, unless what it is of has been recorded meanwhile. */
export function withPiece(drafts: readonly Draft[], piece: Piece, events: readonly RunEvent[]): readonly Draft[] {
  const { agent, after } = piece;
  for (let at = events.length - 1; (events[at]?.seq ?? 0) > after; at--) if (isOf(events[at], agent)) return drafts;
  const known = drafts.find((draft) => draft.agent === agent);
  const before = known?.after === after ? known : { agent, after, text: "", thought: "", doing: "" };
  const now = put(before, piece);
  return known ? drafts.map((draft) => (draft === known ? now : draft)) : [...drafts, now];
}

/** What is recorded stands in the log. */
export const withEvent = (drafts: readonly Draft[], event: RunEvent): readonly Draft[] =>
  event.type === "run.stopped" && event.within === undefined
    ? []
    : drafts.filter(({ agent, after }) => event.seq <= after || !isOf(event, agent));

/** A choice ends what its agent said before, and what was said of choosing. */
const isOf = (event: RunEvent | undefined, agent: string): boolean =>
  event !== undefined && (spenderOf(event) === agent || ("agent" in event && event.agent === agent));

function put(draft: Draft, piece: Piece): Draft {
  const more = (text: string, piece: string): string => (text.length >= SHOWN_CHARS_MAX ? text : text + piece);
  switch (piece.type) {
    case "text.delta":
      return { ...draft, text: more(draft.text, piece.text) };
    case "reasoning.delta":
      return { ...draft, thought: more(draft.thought, piece.text) };
    case "activity":
      return { ...draft, doing: piece.doing };
  }
}
