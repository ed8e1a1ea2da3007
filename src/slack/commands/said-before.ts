import type { Person, RunEvent } from "../../engine/events/events.ts";
import { currentRun, type Transcript } from "../../engine/reading/transcript.ts";
import { attachedBeside, notesOn } from "../door/attachments.ts";
import type { MessageEvent } from "../words/event-payloads.ts";
import type { MessageContext } from "./message-context.ts";

/** A person's words as the log of a thread has them. */
export type Said = Extract<RunEvent, { readonly type: "message.posted"; readonly person: Person }>;

/** Under which id the log has what was said in a message of Slack's. */
export const saidIdOf = (ctx: { readonly me: { readonly team: string } }, channel: string, ts: string): string =>
  `${ctx.me.team}:${channel}:${ts}`;

export const saidBy = (events: readonly RunEvent[], id: string): Said | undefined =>
  events.findLast((event): event is Said => event.type === "message.posted" && "person" in event && event.id === id);

/**
 * A mention comes as two events, and Slack has been seen to leave the files out of the first: those of the second are heard behind the words, as long as
 * agents talk. False where there is nothing to hear of it.
 */
export async function hearLateFiles(
  ctx: MessageContext,
  { files = [] }: MessageEvent,
  at: { readonly thread: string; readonly transcript: Transcript; readonly id: string },
): Promise<boolean> {
  const said = saidBy(at.transcript.events, at.id);
  if (!said || said.forgotten || files.length === 0 || said.files !== undefined || notesOn(said.beside).length > 0) return false;
  if (!currentRun(at.transcript).running) return false;
  const attached = await ctx.attachments({ files });
  await ctx.runner.say({
    thread: at.thread,
    workspace: ctx.me.team,
    person: said.person,
    text: "",
    files: attached.files,
    beside: attachedBeside(attached),
    id: `${at.id}:files`,
    addressed: false,
  });
  return true;
}
