import type { RunEvent } from "../../engine/events/events.ts";
import type { Transcript } from "../../engine/reading/transcript.ts";
import type { Actor } from "../people/affiliation.ts";
import { pressed } from "./press.ts";
import { markdown, section } from "../words/blocks.ts";
import type { HandlerContext } from "../commands/handler-context.ts";
import { safeMarkdown, safeMrkdwn, shorten, withoutMarks } from "../words/escape.ts";
import { ANSWER_CHARS_MAX, SUMMARY_CHARS } from "../words/limits.ts";
import { createBucket } from "../api/pacer.ts";
import { ButtonValue } from "../words/button-values.ts";
import type { PressBody } from "../words/press-payloads.ts";
import { placeOf } from "../words/place.ts";
import { isPosted, postNoted } from "../post/post-once.ts";
import { runOf } from "../render/log-reading.ts";
import { recordReading } from "../people/reading-records.ts";
import { refused } from "../people/permission-check.ts";
import { answerOf } from "../../engine/reading/answer.ts";
import { transcriptFile } from "../render/transcript-file.ts";
import { uploadLooking } from "../post/upload.ts";

/** Transcript, under a result: the whole run as a file in its thread, once for all who ask. */
export async function pressTranscript(ctx: HandlerContext, press: PressBody, actor: Actor): Promise<void> {
  const found = await runPressed(ctx, press, actor);
  if (!found) return;
  const { at, events, run, stopped } = found;
  if (await mayNotExport(ctx, found, actor)) return;
  const t = await ctx.languages.of(press.user.id);
  const key = `transcript/${at.thread}/${run}`;
  if ((await ctx.store.note(key)) === DONE) return ctx.whisper.tell(at.listener, t("notes.text.transcriptThere"));
  const bytes = Buffer.from(transcriptFile(events));
  const post = { id: -stopped.seq, thread: at.thread, seq: stopped.seq, kind: "transcript", part: 0, sendingSince: undefined };
  // All of the thread reads them.
  const ofRun = await ctx.languages.ofRun(found);
  const words = { alt: ofRun("turns.text.allTurnsAsText"), comment: ofRun("turns.text.allTurns") };
  const file = { kind: "file", name: "transcript.md", ...words } as const;
  const uploaded = await uploadLooking({ ...file, content: { text: "" }, bytes }, at.place, post, {
    web: ctx.web,
    store: ctx.store,
    bucket: createBucket({ perMinute: 40, burst: 2, clock: ctx.clock }),
    clock: ctx.clock,
    signal: new AbortController().signal,
  });
  if (uploaded.kind === "done") {
    await recordReading(ctx, actor, { deed: "read transcript", subject: at.thread, id: at.about.id });
    return ctx.store.putNote(key, DONE);
  }
  await ctx.whisper.tell(at.listener, t("notes.text.transcriptFailed", { code: safeMrkdwn(uploaded.failure.code) }));
}

const DONE = "done";

/** Share to channel, under a result: the answer as a message of the app's that the channel sees too, once. */
export async function pressShare(ctx: HandlerContext, press: PressBody, actor: Actor): Promise<void> {
  const found = await runPressed(ctx, press, actor);
  if (!found) return;
  const { at, run, events, stopped } = found;
  if (await mayNotExport(ctx, found, actor)) return;
  const stopWords = ctx.teams.cards.find(({ name }) => name === found.team)?.stopWords ?? [];
  const answer = answerOf({ events }, stopWords);
  const key = `share/${at.thread}/${run}`;
  const t = await ctx.languages.of(press.user.id);
  if (!answer || (await isPosted(ctx.store, key))) return ctx.whisper.tell(at.listener, t("notes.text.sharedAlready"));
  const ofRun = await ctx.languages.ofRun(found);
  const title = ofRun("lines.text.shared", { agent: safeMrkdwn(answer.agent), person: `<@${press.user.id}>` });
  const text = `${safeMrkdwn(answer.agent)}: ${shorten(safeMrkdwn(withoutMarks(answer.text).replaceAll(/\s+/g, " ")), SUMMARY_CHARS)}`;
  const shared = {
    key,
    id: `share/${stopped.seq}`,
    channel: at.place.channel,
    threadTs: at.place.ts,
    broadcast: true,
    text,
    blocks: [section(title), markdown(shorten(safeMarkdown(answer.text), ANSWER_CHARS_MAX))],
  };
  const posted = await postNoted(ctx, shared, { blind: "leave" });
  if (posted.kind === "posted") return recordReading(ctx, actor, { deed: "share result", subject: at.thread, id: at.about.id });
  const code = safeMrkdwn(posted.failure.code);
  await ctx.whisper.tell(at.listener, t(posted.kind === "failed" ? "notes.text.shareFailed" : "notes.text.shareUnsure", { code }));
}

/** Whether the table is against it; then the person has been told. */
export async function mayNotExport(ctx: HandlerContext, { at, startedBy }: Found, { user, affiliation }: Actor): Promise<boolean> {
  const no = await refused(ctx, "export", { user, affiliation, startedBy, ...at.about });
  if (no) await ctx.whisper.tell(at.listener, safeMrkdwn(no));
  return no !== undefined;
}

type Found = NonNullable<Awaited<ReturnType<typeof runPressed>>>;

/** The run under whose result a button was pressed. */
export async function runPressed(ctx: HandlerContext, press: PressBody, actor: Actor) {
  const at = pressed(ctx, press, actor);
  const place = at && placeOf(at.thread);
  const { r } = ButtonValue.parse(press.actions[0].value);
  if (!at || !place || r === undefined) return undefined;
  const found = findRun(await ctx.runner.read(at.thread), r);
  return found && { at: { ...at, place }, ...found };
}

/** A run of this log that is over, by the first letters of its id. */
export function findRun(transcript: Transcript, id: string) {
  const started = transcript.events.find((event): event is Started => event.type === "run.started" && event.run.startsWith(id));
  if (!started) return undefined;
  const { events } = runOf(transcript, started.seq);
  const stopped = events.find((event) => event.type === "run.stopped");
  const { run, team, startedBy, language } = started;
  return stopped && { started, run, team, startedBy, language, events, stopped };
}

type Started = Extract<RunEvent, { readonly type: "run.started" }>;
