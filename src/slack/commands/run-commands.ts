import { currentRun } from "../../engine/reading/transcript.ts";
import type { Actor } from "../people/affiliation.ts";
import { answerTo, isOutside, isOwnDirect, notHere, type CommandRequest } from "./command-answer.ts";
import type { HandlerContext } from "./handler-context.ts";
import { safeMrkdwn } from "../words/escape.ts";
import { RUN_ID_CHARS } from "../words/limits.ts";
import { ButtonValue } from "../words/button-values.ts";
import { placeOfPress, pressId, type PressBody } from "../words/press-payloads.ts";
import { placeOf } from "../words/place.ts";
import { runOf, type Of } from "../render/log-reading.ts";
import { recordReading } from "../people/reading-records.ts";
import { refused } from "../people/permission-check.ts";
import { steer, stop } from "./run-control.ts";
import { controlsOf, lineOf, recentRuns, runList, runningRuns, type RunHere, type Wanted } from "./run-lists.ts";
import { transcriptFile } from "../render/transcript-file.ts";
import { uploadToPerson } from "../post/upload-to-person.ts";

/** `/parley status`: the runs of this channel with their buttons; `mine`, and in a DM: those that the person has started, wherever. */
export async function listRuns(ctx: HandlerContext, request: CommandRequest, mine: boolean, replaces = false): Promise<void> {
  const answer = answerTo(ctx, request);
  const wanted = mine ? { starter: request.user } : wantedBy(request);
  const runs = await runningRuns(ctx, wanted);
  const t = await ctx.languages.of(request.user);
  if (runs.length === 0) {
    const none = t(wanted.channel === undefined ? "runs.text.noneOwn" : "runs.text.noneHere");
    // Nobody can begin one either, and that is what they need to know.
    const text = wanted.channel !== undefined && (await isOutside(ctx, request.channel)) ? notHere(t, request.channel) : none;
    return answer(text, replaces ? { blocks: [], replaces } : undefined);
  }
  await recordReading(ctx, request, { deed: "list runs", subject: wanted.channel ?? "own runs", id: request.id });
  const title = t(wanted.channel === undefined ? "runs.text.ownGoOn" : "runs.text.hereGoOn", { count: String(runs.length) });
  const { text, blocks } = await runList(ctx, t, { title, runs, buttons: controlsOf });
  return answer(text, { blocks, replaces });
}

/** `/parley stop`, `pause` and `resume`: at once where there is one run that it can mean, with a button for each where there are several. */
export async function controlRuns(ctx: HandlerContext, request: CommandRequest, deed: "stop" | "pause" | "resume"): Promise<void> {
  const answer = answerTo(ctx, request);
  const runs = (await runningRuns(ctx, wantedBy(request))).filter(({ run }) => controlsOf(run).includes(deed));
  const [only] = runs;
  const t = await ctx.languages.of(request.user);
  if (!only) return answer(t(`runs.text.none.${deed}`));
  if (runs.length > 1) {
    const { text, blocks } = await runList(ctx, t, { title: t("runs.text.whichOne"), runs, buttons: () => [deed] });
    return answer(text, { blocks });
  }
  if (await done(ctx, request, deed, only))
    await answer(t(`runs.text.done.${deed}`, { run: await lineOf(ctx, t, await asItIs(ctx, only)) }));
}

/** `/parley transcript`: the whole of a run as a Markdown file in the person's DM, and a link to it here. */
export async function sendTranscript(ctx: HandlerContext, request: CommandRequest): Promise<void> {
  const answer = answerTo(ctx, request);
  const runs = await recentRuns(ctx, wantedBy(request));
  const [only] = runs;
  const t = await ctx.languages.of(request.user);
  if (!only) return answer(t(wantedBy(request).channel === undefined ? "runs.text.startedNone" : "runs.text.wereNone"));
  if (runs.length === 1) return sendOne(ctx, request, only);
  const { text, blocks } = await runList(ctx, t, { title: t("runs.text.ofWhich"), runs, buttons: () => ["transcript"] });
  return answer(text, { blocks });
}

/** A button of one of the lists above. The list is shown again as it is then. */
export async function pressListed(
  ctx: HandlerContext,
  press: PressBody,
  { user, affiliation }: Actor,
  deed: "stop" | "pause" | "resume" | "transcript",
): Promise<void> {
  const at = placeOfPress(press);
  const { t = "", r } = ButtonValue.parse(press.actions[0].value);
  const place = placeOf(t);
  if (!at || place?.team !== ctx.me.team || r === undefined) return;
  const request: CommandRequest = { user, affiliation, channel: at.channel, respondTo: press.response_url, id: pressId(press) };
  const run = currentRun(await ctx.runner.read(t));
  // What is on a button is not believed: elsewhere, a person reaches their own runs alone.
  if (place.channel !== at.channel && run.startedBy?.id !== user) return;
  const here = { thread: t, place, run, task: "" };
  if (deed === "transcript") return sendOne(ctx, request, here, r);
  if (!run.running || run.run?.slice(0, RUN_ID_CHARS) !== r)
    await answerTo(ctx, request)((await ctx.languages.of(user))("notes.text.over"));
  else if (!(await done(ctx, request, deed, here))) return;
  await listRuns(ctx, request, place.channel !== at.channel, true);
}

/** Where one asks says which runs are meant: in a DM with the bot, one's own. */
const wantedBy = ({ channel, user }: CommandRequest): Wanted => (isOwnDirect(channel) ? { starter: user } : { channel });

async function done(
  ctx: HandlerContext,
  request: CommandRequest,
  deed: "stop" | "pause" | "resume",
  { thread, run }: RunHere,
): Promise<boolean> {
  const { user, affiliation, channel, id } = request;
  const from = { thread, run, user, affiliation, listener: { user, channel } };
  return deed === "stop" ? stop(ctx, from) : steer(ctx, deed, { ...from, id });
}

async function asItIs(ctx: HandlerContext, here: RunHere): Promise<RunHere> {
  return { ...here, run: currentRun(await ctx.runner.read(here.thread)) };
}

async function sendOne(
  ctx: HandlerContext,
  request: CommandRequest,
  { thread, run }: RunHere,
  wanted: string | undefined = run.run,
): Promise<void> {
  const answer = answerTo(ctx, request);
  const transcript = await ctx.runner.read(thread);
  const started = transcript.events.findLast(
    (event): event is Of<"run.started"> => event.type === "run.started" && event.run.startsWith(wanted ?? ""),
  );
  const t = await ctx.languages.of(request.user);
  if (!started) return answer(t("runs.text.notInLog"));
  const { user, affiliation, id } = request;
  const attempt = {
    user,
    affiliation,
    startedBy: started.startedBy,
    channel: placeOf(thread)?.channel ?? request.channel,
    subject: thread,
  };
  const no = await refused(ctx, "export", { ...attempt, ...(id === undefined ? {} : { id }) });
  if (no) return answer(safeMrkdwn(no));
  const { state, events } = runOf(transcript, started.seq);
  const content = Buffer.from(transcriptFile(events));
  const about = t("runs.text.transcriptOf", { team: state.team ?? t("runs.text.theTeam") });
  const sent = await uploadToPerson(ctx, {
    key: `transcript/${request.id ?? thread}`,
    user: request.user,
    file: { name: "transcript.md", alt: t("runs.text.transcriptAlt"), comment: about, bytes: content },
  });
  if ("code" in sent) return answer(t("runs.text.notSent", { code: sent.code }));
  await recordReading(ctx, request, { deed: "read transcript", subject: thread, id: request.id });
  return answer(
    sent.permalink === undefined ? t("runs.text.sent") : t("runs.text.sentWithLink", { link: `<${sent.permalink}|transcript.md>` }),
  );
}
