import type { KnownBlock } from "@slack/types";
import type { Memory, Note } from "../../engine/memory.ts";
import type { Actor } from "../people/affiliation.ts";
import { ACTIONS, actions, button, context, mention, plural, section } from "../words/blocks.ts";
import type { MessageContext } from "./message-context.ts";
import { safeMrkdwn, shorten } from "../words/escape.ts";
import { SUMMARY_CHARS } from "../words/limits.ts";
import { ButtonValue } from "../words/button-values.ts";
import { placeOfPress, type CommandBody, type PressBody } from "../words/press-payloads.ts";
import { placeOf, scopeOfChannel } from "../words/place.ts";
import { recordReading } from "../people/reading-records.ts";
import { refused } from "../people/permission-check.ts";
import type { Web } from "../api/web-client.ts";

/** What it takes to show and delete notes. */
interface NotesDesk extends MessageContext {
  readonly memory: Memory;
  readonly web: Web;
}

/** Each is two blocks of the 50 that a message may have; more would fill a screen. */
const NOTES_PER_PAGE = 10;

/** `/parley memory`: what the agents remember in this channel. `/parley memory forget ID` deletes a note. */
export async function memoryCommand(ctx: NotesDesk, command: CommandBody, { user, affiliation }: Actor): Promise<void> {
  const channel = command.channel_id;
  const answer = (text: string, blocks?: readonly KnownBlock[]) =>
    ctx.whisper.respond(command.response_url, { user: command.user_id, channel }, text, blocks && { blocks });
  const [, what = "", id = "", ...rest] = command.text.trim().split(/\s+/);
  if (what === "") {
    const { text, blocks } = await notesPage(ctx, { channel, page: 0 });
    await recordReading(ctx, { user }, { deed: "read notes", subject: channel, id: command.trigger_id });
    return answer(text, blocks);
  }
  const number = /^#?(\d{1,15})$/.exec(id)?.[1];
  if (what.toLowerCase() !== "forget" || number === undefined || rest.length > 0)
    return answer("Write `/parley memory` to see the notes of this channel, and `/parley memory forget 12` to delete note 12.");
  const attempt = {
    user,
    affiliation,
    startedBy: undefined,
    channel,
    subject: `note ${number}`,
    ...(command.trigger_id === undefined ? {} : { id: command.trigger_id }),
  };
  const no = await refused(ctx, "forget", attempt);
  return answer(no ? safeMrkdwn(no) : await forgotten(ctx, channel, Number(number)));
}

/** Forget, beside a note in the list. The list is shown again without it. */
export async function pressForget(ctx: NotesDesk, press: PressBody, { affiliation }: Actor): Promise<void> {
  const at = placeOfPress(press);
  const { note, page } = ButtonValue.parse(press.actions[0].value);
  if (!at || note === undefined) return;
  const listener = { user: press.user.id, channel: at.channel };
  const attempt = { user: press.user.id, affiliation, startedBy: undefined, channel: at.channel, subject: `note ${note}` };
  const no = await refused(ctx, "forget", { ...attempt, ...(press.trigger_id === undefined ? {} : { id: press.trigger_id }) });
  if (no) return ctx.whisper.tell(listener, safeMrkdwn(no));
  const said = await forgotten(ctx, at.channel, note);
  const { text, blocks } = await notesPage(ctx, { channel: at.channel, page: page ?? 0 });
  await ctx.whisper.respond(press.response_url, listener, `${said}\n${text}`, { blocks: [section(said), ...blocks], replaces: true });
}

/** Older or newer notes, in the place of those that are shown. */
export async function turnPage(ctx: NotesDesk, press: PressBody): Promise<void> {
  const at = placeOfPress(press);
  if (!at) return;
  const { page } = ButtonValue.parse(press.actions[0].value);
  const { text, blocks } = await notesPage(ctx, { channel: at.channel, page: page ?? 0 });
  await ctx.whisper.respond(press.response_url, { user: press.user.id, channel: at.channel }, text, { blocks, replaces: true });
}

/** Deletes a note of this channel and of no other one; what became of it, in mrkdwn. */
async function forgotten(ctx: NotesDesk, channel: string, id: number): Promise<string> {
  const note = await ctx.memory.forget(scopeOfChannel({ team: ctx.me.team, channel }), id);
  return note ? `Forgotten, note ${id}: “${glimpse(note.text)}”` : `There is no note ${id} in this channel, or no longer.`;
}

const glimpse = (text: string): string => safeMrkdwn(shorten(text.replaceAll(/\s+/g, " "), SUMMARY_CHARS));

/** One page of a channel's notes, newest first, as blocks and as text; the last page where this one is no longer there. */
async function notesPage(
  ctx: NotesDesk,
  at: { readonly channel: string; readonly page: number },
): Promise<{ readonly text: string; readonly blocks: readonly KnownBlock[] }> {
  const scope = scopeOfChannel({ team: ctx.me.team, channel: at.channel });
  const wanted = Math.max(0, at.page);
  const found = await ctx.memory.list(scope, { limit: NOTES_PER_PAGE, offset: wanted * NOTES_PER_PAGE });
  const pages = Math.max(1, Math.ceil(found.total / NOTES_PER_PAGE));
  if (wanted >= pages) return notesPage(ctx, { ...at, page: pages - 1 });
  if (found.total === 0) return { text: NONE, blocks: [section(NONE)] };
  const head = `*What the agents remember in this channel*: ${plural(found.total, "note")}${pages > 1 ? `, page ${wanted + 1} of ${pages}` : ""}`;
  const lines = await Promise.all(found.notes.map(async (note) => ({ note, origin: await originOf(ctx, note) })));
  const text = [head, ...lines.map(({ note, origin }) => `• ${wordsOf(note)} (${origin})`), HOW];
  const turns = [
    ...(wanted > 0 ? [button("Newer", ACTIONS.newer, { page: wanted - 1 })] : []),
    ...(wanted < pages - 1 ? [button("Older", ACTIONS.older, { page: wanted + 1 })] : []),
  ];
  const blocks = [
    section(head),
    ...lines.flatMap(({ note, origin }) => [
      { ...section(wordsOf(note)), accessory: button("Forget", ACTIONS.forget, { note: note.id, page: wanted }, "danger") },
      context(origin),
    ]),
    ...(turns.length > 0 ? [actions(...turns)] : []),
  ];
  return { text: text.join("\n"), blocks };
}

const NONE = "The agents remember nothing in this channel. An agent with `memory: true` in the team file can be asked to.";
const HOW = "To delete a note: `/parley memory forget` and its number.";

const wordsOf = ({ id, text }: Note): string => `*${id}*  ${safeMrkdwn(text)}`;

/** Who kept it, for whom, when, and the thread where it was said. */
async function originOf(ctx: NotesDesk, { agent, askedBy, at, thread }: Note): Promise<string> {
  const words = `${safeMrkdwn(agent)}, asked by ${mention(askedBy)}, ${at.slice(0, 10)}`;
  const place = placeOf(thread);
  if (!place) return words;
  const link = await ctx.web.read.chat.getPermalink({ channel: place.channel, message_ts: place.ts }).catch(() => undefined);
  return link?.permalink ? `${words}, <${link.permalink}|thread>` : words;
}
