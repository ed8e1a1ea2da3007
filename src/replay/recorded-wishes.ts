import type { RunEvent } from "../engine/events/events.ts";
import type { CallOrigin, ToolResult } from "../engine/tool.ts";
import { wishIn } from "../engine/events/wish-id.ts";

export type ToolCalled = Extract<RunEvent, { type: "tool.called" }>;

/** Inside each team calls are numbered anew; an approval of one names the teams in front. */
export const idOf = ({ within, call }: { readonly within?: string; readonly call: string }): string =>
  within === undefined ? call : `${within}/${call}`;

/** What a call wanted of people before it was over, and has not been told yet. */
export function wantedBy(
  call: ToolCalled,
  log: readonly RunEvent[],
  { answers = [], verdicts = [] }: Partial<CallOrigin> = {},
): { readonly seq: number; readonly result: ToolResult } | undefined {
  let questions = 0;
  for (const event of log) {
    if (event.type === "handoff.made" && event.asks?.call === call.call && event.within === call.within && ++questions > answers.length) {
      const { text, options, asks } = event;
      return { seq: event.seq, result: { kind: "asks", question: { text, ...(options ? { options } : {}), state: asks.state } } };
    }
    const wish = event.type === "approval.requested" ? wishIn(event.call) : undefined;
    if (event.type !== "approval.requested" || wish?.call !== idOf(call) || verdicts.some((said) => said.wish === wish.wish)) continue;
    const { tool = "", what, only, lasting, because } = event;
    const further = { ...(only ? { only } : {}), ...(lasting ? { lasting } : {}), ...(because ? { because } : {}) };
    return { seq: event.seq, result: { kind: "wishes", wish: { id: wish.wish, tool, args: what.slice(tool.length).trim(), ...further } } };
  }
  return undefined;
}

/** What a tool said of itself at this place of the log, by what people were asked then; `isNew`: they were asked since it said something else than before. */
export function saidOfItself(
  tool: string,
  log: readonly RunEvent[],
  current: number,
): { readonly spec: string | undefined; readonly isNew: boolean } {
  const isOwn = (event: RunEvent | undefined) =>
    event?.type === "approval.requested" && event.tool === tool && !wishIn(event.call) ? event : undefined;
  // Of several calls of one reply all are asked for before one runs.
  for (let at = current - 1; log[at]?.type === "approval.requested"; at++) {
    const now = isOwn(log[at]);
    if (now) return { spec: now.spec, isNew: now.says !== undefined };
  }
  const last = log.slice(0, current - 1).findLast((event) => isOwn(event) !== undefined);
  return { spec: isOwn(last)?.spec, isNew: false };
}
