import type { EventBody } from "../events/events.ts";
import type { ToolCall } from "../model.ts";
import { approvalOf, callShown, isToolAllowed, wasApproved, wasRefused } from "../approvals.ts";
import { currentRun, type Transcript } from "../reading/transcript.ts";
import type { ToolVerdict, ToolWish } from "../tool.ts";
import { wishId, wishIn } from "../events/wish-id.ts";

/** What is put to people: as a call of what is wanted. */
export function wishAsked(agent: string, { call }: ToolCall, wish: ToolWish): EventBody {
  const { tool, args, only, lasting, spec, says, because } = wish;
  return {
    type: "approval.requested",
    agent,
    call: wishId(call, wish.id),
    what: callShown(tool, args),
    tool,
    ...(only ? { only } : {}),
    ...(lasting ? { lasting } : {}),
    ...(spec === undefined ? {} : { spec }),
    ...(says === undefined ? {} : { says }),
    ...(because ? { because } : {}),
  };
}

/** What people have said to what this call has wanted, the oldest first. */
export function verdictsOn({ call }: ToolCall, transcript: Transcript): readonly ToolVerdict[] {
  return transcript.events.slice(currentRun(transcript).startIndex).flatMap((event): readonly ToolVerdict[] => {
    if (event.type !== "approval.requested") return [];
    const wanted = wishIn(event.call);
    if (wanted?.call !== call) return [];
    const said = approvalOf(transcript, event.call);
    const { tool = "", what } = event;
    const of = { wish: wanted.wish, tool, args: what.slice(tool.length).trim() };
    if (said.kind === "expired") return [{ ...of, approved: false }];
    if (said.kind !== "given") return [];
    const { approved, person, reason, edited } = said;
    return [{ ...of, approved, person, ...(reason ? { reason } : {}), ...(edited === undefined ? {} : { edited }) }];
  });
}

/** Whether nobody needs to be asked: somebody has said yes to all of this in the run, or where that lasts in the thread; not to what was refused before. */
export function isGranted({ tool, args, spec, because, only, lasting }: ToolWish, transcript: Transcript): boolean {
  if (only || wasRefused(transcript, tool, args)) return false;
  if (isToolAllowed(transcript, tool, { spec, isLeak: because !== undefined })) return true;
  return lasting === true && because === undefined && wasApproved(transcript, tool, spec);
}

/** Whether one of these calls waits for a yes, to itself or to what it wants. */
export function waitsForYes(calls: readonly ToolCall[], transcript: Transcript): boolean {
  const open = new Set(currentRun(transcript).approvals.map(({ call }) => wishIn(call)?.call ?? call));
  return calls.some(({ call }) => open.has(call));
}
