import type { KnownBlock } from "@slack/types";
import type { Memory, Note } from "../../engine/memory.ts";
import type { Actor } from "../people/affiliation.ts";
import type { Translator } from "../language/translator.ts";
import { ACTIONS, actions, button, context, mention, section } from "../words/blocks.ts";
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
  const t = await ctx.languages.of(user);
  const answer = (text: string, blocks?: readonly KnownBlock[]) =>
    ctx.whisper.respond(command.response_url, { user: command.user_id, channel }, text, blocks && { blocks });
  const [, what = "", id = "", ...rest] = command.text.trim().split(/\s+/);
  if (what === "") {
    const { text, blocks } = await notesPage(ctx, t, { channel, page: 0 });
    await recordReading(ctx, { user }, { deed: "read notes", subject: channel, id: command.trigger_id });
    return answer(text, blocks);
  }
  const number = /^#?(\d{1,15})$/.exec(id)?.[1];
  if (what.toLowerCase() !== "forget" || number === undefined || rest.length > 0) return answer(t("memory.text.how"));
  const attempt = {
    user,
    affiliation,
    startedBy: undefined,
    channel,
    subject: `note ${number}`,
    ...(command.trigger_id === undefined ? {} : { id: command.trigger_id }),
  };
  const no = await refused(ctx, "forget", attempt);
  return answer(no ? safeMrkdwn(no) : await forgotten(ctx, t, channel, Number(number)));
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
  const t = await ctx.languages.of(press.user.id);
  const said = await forgotten(ctx, t, at.channel, note);
  const { text, blocks } = await notesPage(ctx, t, { channel: at.channel, page: page ?? 0 });
  await ctx.whisper.respond(press.response_url, listener, `${said}\n${text}`, { blocks: [section(said), ...blocks], replaces: true });
}

/** Older or newer notes, in the place of those that are shown. */
export async function turnPage(ctx: NotesDesk, press: PressBody): Promise<void> {
  const at = placeOfPress(press);
  if (!at) return;
  const { page } = ButtonValue.parse(press.actions[0].value);
  const { text, blocks } = await notesPage(ctx, await ctx.languages.of(press.user.id), { channel: at.channel, page: page ?? 0 });
  await ctx.whisper.respond(press.response_url, { user: press.user.id, channel: at.channel }, text, { blocks, replaces: true });
}

/** Deletes a note of this channel and of no other one; what became of it, in mrkdwn. */
async function forgotten(ctx: NotesDesk, t: Translator, channel: string, id: number): Promise<string> {
  const note = await ctx.memory.forget(scopeOfChannel({ team: ctx.me.team, channel }), id);
  return note ? t("memory.text.forgotten", { id: String(id), words: glimpse(note.text) }) : t("memory.text.noSuch", { id: String(id) });
}

const glimpse = (text: string): string => safeMrkdwn(shorten(text.replaceAll(/\s+/g, " "), SUMMARY_CHARS));

/** One page of a channel's notes, newest first, as blocks and as text; the last page where this one is no longer there. */
async function notesPage(
  ctx: NotesDesk,
  t: Translator,
  at: { readonly channel: string; readonly page: number },
): Promise<{ readonly text: string; readonly blocks: readonly KnownBlock[] }> {
  const scope = scopeOfChannel({ team: ctx.me.team, channel: at.channel });
  const wanted = Math.max(0, at.page);
  const found = await ctx.memory.list(scope, { limit: NOTES_PER_PAGE, offset: wanted * NOTES_PER_PAGE });
  const pages = Math.max(1, Math.ceil(found.total / NOTES_PER_PAGE));
  if (wanted >= pages) return notesPage(ctx, t, { ...at, page: pages - 1 });
  if (found.total === 0) return { text: t("memory.text.none"), blocks: [section(t("memory.text.none"))] };
  const head =
    pages > 1
      ? t("memory.text.headOfPage", { count: found.total, page: t.number(wanted + 1), pages: t.number(pages) })
      : t("memory.text.head", { count: found.total });
  const lines = await Promise.all(found.notes.map(async (note) => ({ note, origin: await originOf(ctx, t, note) })));
  const text = [head, ...lines.map(({ note, origin }) => `• ${wordsOf(note)} (${origin})`), t("memory.text.toDelete")];
  const turns = [
    ...(wanted > 0 ? [button(t("memory.button.newer"), ACTIONS.newer, { page: wanted - 1 })] : []),
    ...(wanted < pages - 1 ? [button(t("memory.button.older"), ACTIONS.older, { page: wanted + 1 })] : []),
  ];
  const blocks = [
    section(head),
    ...lines.flatMap(({ note, origin }) => [
      {
        ...section(wordsOf(note)),
        accessory: button(t("memory.button.forget"), ACTIONS.forget, { note: note.id, page: wanted }, "danger"),
      },
      context(origin),
    ]),
    ...(turns.length > 0 ? [actions(...turns)] : []),
  ];
  return { text: text.join("\n"), blocks };
}

const wordsOf = ({ id, text }: Note): string => `*${id}*  ${safeMrkdwn(text)}`;

/** Who kept it, for whom, when, and the thread where it was said. */
async function originOf(ctx: NotesDesk, t: Translator, { agent, askedBy, at, thread }: Note): Promise<string> {
  const words = t("memory.text.origin", { agent: safeMrkdwn(agent), person: mention(askedBy), day: t.day(at) });
  const place = placeOf(thread);
  if (!place) return words;
  const link = await ctx.web.read.chat.getPermalink({ channel: place.channel, message_ts: place.ts }).catch(() => undefined);
  return link?.permalink ? `${words}, <${link.permalink}|${t("memory.text.thread")}>` : words;
}
