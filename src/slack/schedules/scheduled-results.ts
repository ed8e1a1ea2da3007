import type { Led } from "../../runner/leader.ts";
import { createKeyedWorker } from "../../runner/keyed-worker.ts";
import { edit } from "../../runner/timetable.ts";
import type { Schedule } from "../../schedules/schedule.ts";
import { failureOf } from "../api/api-errors.ts";
import type { HandlerContext } from "../commands/handler-context.ts";
import { codeIn } from "../language/code-words.ts";
import { postNoted } from "../post/post-once.ts";
import { runOf, type Of } from "../render/log-reading.ts";
import { answerOf, type Answer } from "../../engine/reading/answer.ts";
import { markdown, section } from "../words/blocks.ts";
import { safeMarkdown, safeMrkdwn, shorten, withoutMarks } from "../words/escape.ts";
import { ANSWER_CHARS_MAX, SUMMARY_CHARS } from "../words/limits.ts";
import { placeOf } from "../words/place.ts";
import { allSchedules, scheduleOf } from "./schedule-desk.ts";
import { startsText } from "./schedule-words.ts";

const RETRY_MS = 5_000;
const RETRY_MS_MAX = 300_000;
const TRIES_MAX = 8;
const TITLE_CHARS_MAX = 100;
/** Noted of an answer: it is being put on a canvas, or is on this one. */
const TRIED = "tried";
const ON = "on ";

/** Takes what comes of runs to the channel or the canvas that their schedule names, once each, when they are over. */
export function createScheduledResults(ctx: HandlerContext): Led {
  const at = { schedules: ctx.schedules, workspace: ctx.me.team };
  const work = createKeyedWorker<undefined>({
    clock: ctx.clock,
    begin: () => undefined,
    async look(thread) {
      for (const { id, schedule } of await allSchedules(ctx))
        for (const one of schedule.open) if (one.thread === thread) await deliver(id, schedule, one);
      return { kind: "done" };
    },
    onError: (thread, error) => ctx.log(`what came of ${thread} could not be taken where it is to go; it is tried again`, error),
    retryDelayMs: RETRY_MS,
    retryDelayMsMax: RETRY_MS_MAX,
    triesMax: TRIES_MAX,
  });
  let unfollow: () => void = () => undefined;

  async function deliver(id: string, schedule: Schedule, { thread, run }: Schedule["open"][number]): Promise<void> {
    const transcript = await ctx.runner.read(thread);
    const started = transcript.events.find((event): event is Of<"run.started"> => event.type === "run.started" && event.run === run);
    const { events } = started ? runOf(transcript, started.seq) : { events: [] };
    const stopped = events.find((event) => event.type === "run.stopped");
    if (started && !stopped) return;
    const stopWords = ctx.teams.cards.find(({ name }) => name === started?.team)?.stopWords ?? [];
    const answer = answerOf({ events }, stopWords);
    if (answer && schedule.results.to === "channel") await share(schedule, answer, { thread, run });
    if (answer && schedule.results.to === "canvas") return writeAlone(id, answer, { thread, run });
    await putDown(id, run);
  }

  const putDown = (id: string, run: string, canvas?: string) =>
    edit(at, id, (now) => ({
      ...now,
      open: now.open.filter((one) => one.run !== run),
      ...(canvas !== undefined && now.results.to === "canvas" ? { results: { to: "canvas", canvas } } : {}),
    }));

  /** One at a time for a schedule: of two first answers, the second goes on the canvas of the first. */
  async function writeAlone(id: string, answer: Answer, of: Schedule["open"][number]): Promise<void> {
    await ctx.store.exclusively(`schedules canvas/${ctx.me.team}/${id}`, async () => {
      const now = await scheduleOf(ctx, id);
      if (now) await putDown(id, of.run, await write(now.schedule, answer, of));
    });
  }

  async function share(schedule: Schedule, answer: Answer, { thread, run }: Schedule["open"][number]): Promise<void> {
    const place = placeOf(thread);
    if (!place) return;
    const t = await ctx.languages.of(schedule.owner.id);
    const title = t("scheduledRuns.text.answers", { agent: safeMrkdwn(answer.agent), starts: startsText(t, schedule.starts) });
    const posted = await postNoted(
      ctx,
      {
        // As when somebody shares it by hand: once.
        key: `share/${thread}/${run}`,
        id: `share/${answer.seq}`,
        channel: place.channel,
        threadTs: place.ts,
        broadcast: true,
        text: `${safeMrkdwn(answer.agent)}: ${shorten(safeMrkdwn(withoutMarks(answer.text).replaceAll(/\s+/g, " ")), SUMMARY_CHARS)}`,
        blocks: [section(title), markdown(shorten(safeMarkdown(answer.text), ANSWER_CHARS_MAX))],
      },
      { blind: "leave" },
    );
    if (posted.kind !== "posted") ctx.log(`what came of ${thread} could not be shared to its channel (${posted.failure.code})`);
  }

  /**
   * On top of the schedule's canvas, which is made with the first answer. Nobody can look whether something stands on a canvas: where a try was
   * broken off, it is not made again. canvases.create and canvases.edit: docs.slack.dev/reference/methods.
   */
  async function write(schedule: Schedule, answer: Answer, { thread, run }: Schedule["open"][number]): Promise<string | undefined> {
    const place = placeOf(thread);
    if (schedule.results.to !== "canvas" || !place) return undefined;
    const { canvas } = schedule.results;
    const key = `slack/canvas/${thread}/${run}`;
    if (!(await ctx.store.swapNote(key, undefined, TRIED))) {
      const noted = (await ctx.store.note(key)) ?? TRIED;
      if (noted === TRIED) ctx.log(`whether what came of ${thread} is on its canvas is not known: it was broken off there`);
      return noted.startsWith(ON) ? noted.slice(ON.length) : undefined;
    }
    const day = new Date(ctx.clock.now()).toISOString().slice(0, 16).replace("T", " ");
    const content = {
      type: "markdown" as const,
      markdown: `## ${day} UTC\n\n${shorten(safeMarkdown(answer.text), ANSWER_CHARS_MAX)}\n\n---\n`,
    };
    let on: string | undefined;
    try {
      on = await put();
    } catch (error) {
      const { code } = failureOf(error);
      const t = await ctx.languages.of(schedule.owner.id);
      const mend = code === "missing_scope" ? t("scheduledRuns.text.canvasScope") : codeIn(t, code);
      const text = t("scheduledRuns.text.noCanvas", { code: safeMrkdwn(code), mend });
      await postNoted(
        ctx,
        { key: `${key}/no`, id: `canvas/${answer.seq}`, channel: place.channel, threadTs: place.ts, text },
        { blind: "leave" },
      );
    }
    // Its id as well: what is put down after this may be lost.
    await ctx.store.putNote(key, on === undefined ? "not" : `${ON}${on}`);
    return on;

    async function put(): Promise<string | undefined> {
      if (canvas === undefined) {
        const title = shorten(schedule.task.replaceAll(/\s+/g, " "), TITLE_CHARS_MAX);
        const made = await ctx.web.write.canvases.create({ title, document_content: content, channel_id: schedule.place });
        return made.canvas_id;
      }
      await ctx.web.write.canvases.edit({ canvas_id: canvas, changes: [{ operation: "insert_at_start", document_content: content }] });
      return canvas;
    }
  }

  async function lookOver(): Promise<void> {
    for (const { schedule } of await allSchedules(ctx)) for (const { thread } of schedule.open) work.poke(thread);
  }
  const begin = () => void lookOver().catch((error: unknown) => ctx.log("what came of scheduled runs could not be read", error));

  return {
    start() {
      const stops = [
        ctx.store.follow(({ thread, events }) => {
          if (events.some(({ type }) => type === "run.stopped") && placeOf(thread)?.team === ctx.me.team) work.poke(thread);
        }),
        // A run that was over before it was put down as begun.
        ctx.schedules.follow((workspace) => {
          if (workspace === ctx.me.team) begin();
        }),
      ];
      unfollow = () => stops.forEach((stop) => stop());
      begin();
    },
    async close() {
      unfollow();
      await work.close();
    },
  };
}
