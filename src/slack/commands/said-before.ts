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
 * agents talk. Once the run of its words is over nothing more becomes of a message, however often it is told. False where it is to be heard as any.
 */
export async function hearLateFiles(
  ctx: MessageContext,
  { files = [] }: MessageEvent,
  at: { readonly thread: string; readonly transcript: Transcript; readonly id: string },
): Promise<boolean> {
  const said = saidBy(at.transcript.events, at.id);
  if (!said) return false;
  if (!currentRun(at.transcript).running) return true;
  if (said.forgotten || files.length === 0 || said.files !== undefined || notesOn(said.beside).length > 0) return false;
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
    // They are of words that were heard already, whatever was asked since.
    answers: 0,
  });
  return true;
}
