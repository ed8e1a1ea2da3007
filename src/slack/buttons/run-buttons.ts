import type { RunEvent } from "../../engine/events/events.ts";
import { currentRun, type Transcript } from "../../engine/reading/transcript.ts";
import { questionFor } from "../../engine/steering.ts";
import type { Said } from "../../runner/runner.ts";
import type { Actor } from "../people/affiliation.ts";
import { refusedText } from "../commands/day-budgets.ts";
import { pressed, type Pressed } from "./press.ts";
import { openModal, tellDirectly, type HandlerContext } from "../commands/handler-context.ts";
import { inLanguageOf, personOf, unreadBefore } from "../commands/message-context.ts";
import type { Translator } from "../language/translator.ts";
import { safeMrkdwn } from "../words/escape.ts";
import { teamNamed, whyNotTeam } from "../render/help-text.ts";
import { SEEN } from "../signs/reactions.ts";
import { AboutRun, ButtonValue } from "../words/button-values.ts";
import { pressId, type PressBody, type SubmissionBody } from "../words/press-payloads.ts";
import { postOnce } from "../post/post-once.ts";
import type { Deed } from "../people/permissions.ts";
import { placeOf } from "../words/place.ts";
import { inShort, taskMessage } from "../render/log-reading.ts";
import { refused } from "../people/permission-check.ts";
import { steer } from "../commands/run-control.ts";
import { asSetIn } from "../commands/start-run.ts";
import { answerModal, chosenAgent, continueModal, FIELDS, otherTeamModal, steerModal } from "./run-modals.ts";

/** Pause and Resume, under the card of a run. */
export async function pressHold(ctx: HandlerContext, press: PressBody, actor: Actor, kind: "pause" | "resume"): Promise<void> {
  const at = pressed(ctx, press, actor);
  if (!at) return;
  const run = currentRun(await ctx.runner.read(at.thread));
  const { r } = ButtonValue.parse(press.actions[0].value);
  if (run.running && r !== undefined && run.run?.startsWith(r)) {
    const from = { thread: at.thread, run, user: press.user.id, affiliation: at.affiliation, listener: at.listener };
    await steer(ctx, kind, { ...from, id: pressId(press) });
  } else await ctx.whisper.tell(at.listener, (await ctx.languages.of(press.user.id))("control.text.ofOverRun"));
}

/** Steer…: to whom, and what. */
export async function pressSteer(ctx: HandlerContext, press: PressBody, actor: Actor): Promise<void> {
  const at = pressed(ctx, press, actor);
  if (!at || !press.trigger_id) return;
  const run = currentRun(await ctx.runner.read(at.thread));
  const t = await ctx.languages.of(press.user.id);
  if (!run.running) return ctx.whisper.tell(at.listener, t("control.text.overBeginAnother"));
  if (await mayNot(ctx, "steer", at, press.user.id)) return;
  const team = ctx.teams.cards.find(({ name }) => name === run.team);
  await openModal(ctx, press.trigger_id, steerModal(t, { thread: at.thread }, team));
}

/** Answer in words…, under one question. */
export async function pressWords(ctx: HandlerContext, press: PressBody, actor: Actor): Promise<void> {
  const at = pressed(ctx, press, actor);
  if (!at || !press.trigger_id) return;
  const { seq } = ButtonValue.parse(press.actions[0].value);
  const question = currentRun(await ctx.runner.read(at.thread)).questions.find((one) => one.seq === seq);
  if (!question) return ctx.whisper.tell(at.listener, (await ctx.languages.of(press.user.id))("notes.text.answered"));
  if (await mayNot(ctx, "answer", at, press.user.id)) return;
  await openModal(
    ctx,
    press.trigger_id,
    answerModal(await ctx.languages.of(press.user.id), { thread: at.thread, seq: question.seq }, question),
  );
}

/** Continue… and Another team…, under a result. */
export async function pressNext(ctx: HandlerContext, press: PressBody, actor: Actor, kind: "continue" | "team"): Promise<void> {
  const at = pressed(ctx, press, actor);
  if (!at || !press.trigger_id) return;
  const { r } = ButtonValue.parse(press.actions[0].value);
  const transcript = await ctx.runner.read(at.thread);
  if (currentRun(transcript).running) return ctx.whisper.tell(at.listener, (await ctx.languages.of(press.user.id))("control.text.atWork"));
  if (await mayNot(ctx, "start", at, press.user.id)) return;
  const about = { thread: at.thread, ...(r === undefined ? {} : { run: r }) };
  const t = await ctx.languages.of(press.user.id);
  await openModal(
    ctx,
    press.trigger_id,
    kind === "continue" ? continueModal(t, about) : otherTeamModal(t, about, ctx.teams, inShort(taskMessage(transcript, r))),
  );
}

/** Helpful, or not: kept in the log. */
export async function pressFeedback(ctx: HandlerContext, press: PressBody, actor: Actor): Promise<void> {
  const at = pressed(ctx, press, actor);
  const { r, helpful } = ButtonValue.parse(press.actions[0].value);
  if (!at || r === undefined || helpful === undefined || at.affiliation === "external") return;
  const person = await personOf(ctx, press.user.id);
  if (!(await ctx.runner.steer(at.thread, { kind: "feedback", run: r, helpful, person }))) return;
  const t = await ctx.languages.of(press.user.id);
  // The button beside it is in the language of the run.
  const ofRun = await ctx.languages.ofRun(startOf(await ctx.runner.read(at.thread), r) ?? {});
  const words = helpful ? t("control.text.thanks") : t("control.text.thanksMore", { button: ofRun("ends.button.continue") });
  await ctx.whisper.tell(at.listener, words);
}

/** One of the modals above came back. The words are posted in the thread in the person's name, so that everybody reads them, and then heard. */
export async function submitRunModal(
  ctx: HandlerContext,
  submission: SubmissionBody,
  { user, affiliation }: Actor,
  form: "steer" | "answer" | "continue" | "team",
): Promise<void> {
  const about = AboutRun.safeParse(submission.view.private_metadata).data;
  const place = about && placeOf(about.thread);
  if (!about || place?.team !== ctx.me.team) return;
  const transcript = await ctx.runner.read(about.thread);
  const { startedBy, questions, running } = currentRun(transcript);
  const { values } = submission.view.state;
  const to = form === "steer" ? chosenAgent(values[FIELDS.to]?.[FIELDS.element]?.selected_option?.value) : undefined;
  const person = await personOf(ctx, user);
  // As in the thread: words for whoever asks are the answer, and only who may answer gives it.
  const question = form === "steer" ? questionFor(questions, { person, ...(to === undefined ? {} : { to }) }) : undefined;
  const kind = question ? "answer" : form;
  const attempt = { user, affiliation, startedBy, channel: place.channel, subject: about.thread, id: submission.view.id };
  const no = await refused(ctx, DEEDS[kind], attempt);
  if (no) return tellDirectly(ctx, user, safeMrkdwn(no));
  const task = kind === "team" ? taskMessage(transcript, about.run) : undefined;
  const words = task ? task.text : values[FIELDS.words]?.[FIELDS.element]?.value?.trim();
  const shown = inShort(task ?? { text: words ?? "" });
  const team = kind === "continue" ? teamOf(ctx, transcript, about.run) : values[FIELDS.team]?.[FIELDS.element]?.selected_option?.value;
  if (words === undefined || shown === "" || (kind === "team" && !team))
    return tellDirectly(ctx, user, (await ctx.languages.of(user))("refusals.text.notUnderstood"));
  const whyNot = kind === "continue" || kind === "team" ? whyNotTeam(await ctx.languages.of(user), ctx.teams, team) : undefined;
  if (whyNot !== undefined) return tellDirectly(ctx, user, safeMrkdwn(whyNot));
  if (kind === "steer" && !running) return tellDirectly(ctx, user, (await ctx.languages.of(user))("control.text.overBefore"));
  const isTask = kind === "continue" || kind === "team";
  // What goes to a run is in its language, and what begins one in the language that the run will have.
  const t = isTask && !running ? await ctx.languages.of(user) : await ctx.languages.ofRun(currentRun(transcript));
  const ts = await postOnce(ctx, {
    key: `words/${submission.view.id}`,
    user,
    channel: place.channel,
    threadTs: place.ts,
    text: `${lineOver(t, kind, { user, to, team })}\n>${safeMrkdwn(shown).replaceAll("\n", "\n>")}`,
  });
  if (!ts) return;
  const before = isTask ? await unreadBefore(ctx, transcript, { channel: place.channel, root: place.ts, until: ts }) : undefined;
  const answers = question?.seq ?? (kind === "answer" ? about.seq : undefined);
  const said: Said = {
    thread: about.thread,
    workspace: ctx.me.team,
    person,
    text: words,
    id: `${ctx.me.team}:${place.channel}:${ts}`,
    addressed: isTask,
    ...(to === undefined ? {} : { to }),
    ...(isTask ? { ...(await inLanguageOf(ctx, user)), ...(await asSetIn(ctx, place.channel, { team })) } : {}),
    // What came along with the task is there for another team as well.
    beside: [...(before?.beside ?? []), ...(task?.beside ?? [])],
    files: [...(before?.files ?? []), ...(task?.files ?? [])],
    ...(before?.told ? { before: before.told } : {}),
    ...(answers === undefined ? {} : { answers }),
  };
  const heard = await ctx.runner.say(said);
  if (heard.kind === "steered" || heard.kind === "started") ctx.whisper.react({ channel: place.channel, ts }, SEEN);
  const listener = { user, channel: place.channel, threadTs: place.ts, ts };
  if (heard.kind === "too late") await ctx.whisper.tell(listener, (await ctx.languages.of(user))("notes.text.answered"));
  // An answer, or a run that has ended since it was looked at.
  if (heard.kind === "ignored") await ctx.whisper.tell(listener, (await ctx.languages.of(user))("control.text.overBefore"));
  if (heard.kind === "refused")
    await ctx.whisper.tell(listener, await refusedText(ctx, await ctx.languages.of(user), heard, place.channel));
}

const DEEDS: { readonly [kind in "steer" | "answer" | "continue" | "team"]: Deed } = {
  steer: "steer",
  answer: "answer",
  continue: "start",
  team: "start",
};

/** Who says it to whom, above what they have written in a form. */
function lineOver(
  t: Translator,
  kind: "steer" | "answer" | "continue" | "team",
  { user, to, team = "" }: { readonly user: string; readonly to: string | undefined; readonly team: string | undefined },
): string {
  const person = `<@${user}>`;
  switch (kind) {
    case "steer":
      return to === undefined ? t("lines.text.toNext", { person }) : t("lines.text.toAgent", { person, agent: safeMrkdwn(to) });
    case "answer":
      return t("lines.text.answers", { person });
    case "continue":
      return t("lines.text.goesOn", { person });
    case "team":
      return t("lines.text.asksTeam", { person, team: safeMrkdwn(team) });
  }
}

/** The team that a run had, where there is one of that name still. */
function teamOf(ctx: HandlerContext, transcript: Transcript, run: string | undefined): string | undefined {
  const name = startOf(transcript, run)?.team;
  return name === undefined ? undefined : teamNamed(ctx.teams, name);
}

/** The beginning of the run that a button names by the first letters of its id. */
const startOf = ({ events }: Transcript, run: string | undefined): Started | undefined =>
  events.find((event): event is Started => event.type === "run.started" && run !== undefined && event.run.startsWith(run));

type Started = Extract<RunEvent, { readonly type: "run.started" }>;

async function mayNot(ctx: HandlerContext, deed: Deed, at: Pressed, user: string): Promise<boolean> {
  const { startedBy } = currentRun(await ctx.runner.read(at.thread));
  const no = await refused(ctx, deed, { user, affiliation: at.affiliation, startedBy, ...at.about });
  if (no) await ctx.whisper.tell(at.listener, safeMrkdwn(no));
  return no !== undefined;
}
