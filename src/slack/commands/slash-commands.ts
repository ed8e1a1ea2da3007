import { attachedBeside } from "../door/attachments.ts";
import { currentRun } from "../../engine/reading/transcript.ts";
import type { Actor } from "../people/affiliation.ts";
import { answerTo, isOutside, notHere, type CommandRequest } from "./command-answer.ts";
import { refusedText } from "./day-budgets.ts";
import { budgetCommand } from "../buttons/limit-buttons.ts";
import { courtesy, openModal, tellDirectly, type HandlerContext } from "./handler-context.ts";
import { inLanguageOf, unreadBefore, namingOf, personOf, threadOf } from "./message-context.ts";
import { safeMrkdwn } from "../words/escape.ts";
import { commandsText, helpText, teamNamed, teamsText } from "../render/help-text.ts";
import { controlsModal, NEW_RUN, newRunModal, type NewRunWishes } from "../buttons/new-run-modal.ts";
import { readCarried, wordsIn } from "../words/message-words.ts";
import { plainText } from "../words/mrkdwn.ts";
import { mySettings } from "../home/my-settings.ts";
import { memoryCommand } from "./memory-notes.ts";
import type { CommandBody, MessageShortcutBody, PressBody, SubmissionBody } from "../words/press-payloads.ts";
import { recordReading } from "../people/reading-records.ts";
import { refused } from "../people/permission-check.ts";
import { controlRuns, listRuns, sendTranscript } from "./run-commands.ts";
import { openSettings } from "../buttons/settings-form.ts";
import { asSetIn, startRun, teamsIn } from "./start-run.ts";
import { scheduleCommand } from "../schedules/schedule-command.ts";
import { slashWord } from "../words/slash-table.ts";
import { wishedTeam } from "./team-wish.ts";

/** `/parley …`: what people ask for outside of a thread. Slack lets nobody use a command in one, hence the words and the shortcuts there. */
export async function parleyCommand(ctx: HandlerContext, command: CommandBody, actor: Actor): Promise<void> {
  const request = askedBy(command, actor);
  const answer = answerTo(ctx, request);
  const t = await ctx.languages.of(request.user);
  const words = command.text.trim().split(/\s+/);
  const [typed = ""] = words;
  const word = typed === "" ? "help" : slashWord(typed);
  switch (word) {
    case "help":
      return answer(`${helpText(t, ctx.me.user, await teamsIn(ctx, request.channel))}\n\n${commandsText(t)}`);
    case "new":
      return newRun(ctx, command, request);
    case "teams":
      return answer(teamsText(t, await teamsIn(ctx, request.channel)));
    case "status":
      return listRuns(ctx, request, words[1]?.toLowerCase() === "mine");
    case "stop":
    case "pause":
    case "resume":
      return controlRuns(ctx, request, word);
    case "transcript":
      return sendTranscript(ctx, request);
    case "settings":
      return openSettings(ctx, request);
    case "schedule":
      return scheduleCommand(ctx, command, request);
    case "budget":
      return answer(await budgetCommand(ctx, command, actor));
    case "memory":
      return memoryCommand(ctx, command, actor);
    case undefined:
      return answer(`${t("help.text.unknown", { typed: safeMrkdwn(typed.slice(0, 40)) })}\n\n${commandsText(t)}`);
  }
}

function askedBy(command: CommandBody, actor: Actor): CommandRequest {
  return {
    ...actor,
    channel: command.channel_id,
    respondTo: command.response_url,
    id: command.trigger_id,
  };
}

/** `/parley new`: a modal; with a task behind it, a run in this channel at once. */
async function newRun(ctx: HandlerContext, command: CommandBody, request: CommandRequest): Promise<void> {
  const answer = answerTo(ctx, request);
  const { channel, user, affiliation, id } = request;
  // Without it Slack opens nothing, and a run that is asked for twice would begin twice.
  if (id === undefined) return answer((await ctx.languages.of(user))("refusals.text.notUnderstood"));
  const teams = await teamsIn(ctx, channel);
  const said = command.text.trim().replace(/^\S+\s*/, "");
  const [first = ""] = said.split(/[\s:]/, 1);
  const team = teamNamed(teams, first);
  const task = team === undefined ? said : said.slice(first.length).replace(/^\s*:?\s*/, "");
  if (task === "") {
    const wished = team ?? teams.default;
    const view = newRunModal(await ctx.languages.of(user), { ...teams, default: wished }, { forecast: await forecastFor(ctx, wished) });
    return openModal(ctx, id, view);
  }
  // A team that is mistyped is shown in the form, with the task, before anything is spent.
  const wish = team === undefined ? wishedTeam(said, teams) : undefined;
  const near = wish?.kind === "unsure" ? wish : undefined;
  if (near) return openNewRun(ctx, { user, triggerId: id, team: near.near, task: near.text, channel });
  if (await isOutside(ctx, channel)) return answer(notHere(await ctx.languages.of(user), channel));
  const text = await plainText(task, namingOf(ctx));
  const line = await startRun(ctx, { key: `command/${id}`, user, affiliation, channel, team, text });
  if (line) await answer(line);
}

/** "Discuss with Parley" on a message: a run about its text, in its thread. */
export async function discuss(ctx: HandlerContext, shortcut: MessageShortcutBody, { affiliation }: Actor): Promise<void> {
  const { message, channel, user } = shortcut;
  const listener = { user: user.id, channel: channel.id, threadTs: message.thread_ts, ts: message.ts };
  const answer = (text: string) => ctx.whisper.respond(shortcut.response_url, listener, text);
  const words = wordsIn(message);
  const text = await plainText(words.own, namingOf(ctx));
  const shared = [...(message.files ?? []), ...words.files];
  // What Slack says in the place of a deleted one nobody has said.
  const isGone = message.subtype === "tombstone";
  if (isGone || (text === "" && shared.length + words.carried.length === 0))
    return answer((await ctx.languages.of(user.id))("control.text.noWords"));
  if (await isOutside(ctx, channel.id)) return answer(notHere(await ctx.languages.of(user.id), channel.id));
  const thread = threadOf(ctx, { channel: channel.id, ...message });
  const transcript = await ctx.runner.read(thread);
  const run = currentRun(transcript);
  const attempt = { user: user.id, affiliation, startedBy: run.startedBy, channel: channel.id, subject: thread, id: shortcut.trigger_id };
  const no = await refused(ctx, run.running ? "steer" : "start", attempt);
  if (no) return answer(safeMrkdwn(no));
  ctx.whisper.react({ channel: channel.id, ts: message.ts }, "eyes");
  const author = message.user ? await ctx.people.nameOf(message.user) : (message.bot_profile?.name ?? message.username ?? "somebody");
  const attached = await ctx.attachments({ files: shared });
  const carried = await readCarried(words, namingOf(ctx));
  const root = message.thread_ts;
  const before =
    run.running || root === undefined ? undefined : await unreadBefore(ctx, transcript, { channel: channel.id, root, except: message.ts });
  const heard = await ctx.runner.say({
    thread,
    workspace: ctx.me.team,
    person: await personOf(ctx, user.id),
    ...(run.running ? {} : { ...(await inLanguageOf(ctx, user.id)), ...(await asSetIn(ctx, channel.id, { before: run })) }),
    text: `Discuss this message of ${author}.`,
    files: [...attached.files, ...(before?.files ?? [])],
    ...(before?.told ? { before: before.told } : {}),
    beside: [...(before?.beside ?? []), ...(text ? [{ source: author, text }] : []), ...carried, ...attachedBeside(attached)],
    id: `${ctx.me.team}:${channel.id}:${message.ts}:discuss:${shortcut.action_ts ?? ""}`,
    addressed: true,
  });
  if (heard.kind === "refused") await answer(await refusedText(ctx, await ctx.languages.of(user.id), heard, channel.id));
}

/** "Parley run controls" on a message: what goes on in its thread, and Stop. */
export async function openControls(ctx: HandlerContext, shortcut: MessageShortcutBody): Promise<void> {
  const thread = threadOf(ctx, { channel: shortcut.channel.id, ...shortcut.message });
  await recordReading(ctx, { user: shortcut.user.id }, { deed: "read controls", subject: thread, id: shortcut.trigger_id });
  await openModal(
    ctx,
    shortcut.trigger_id,
    controlsModal(await ctx.languages.of(shortcut.user.id), thread, currentRun(await ctx.runner.read(thread))),
  );
}

/** Stop was pressed in the controls: they show what is so now. */
export async function refreshControls(
  ctx: HandlerContext,
  view: { readonly id: string; readonly private_metadata: string },
  user: string,
): Promise<void> {
  const t = await ctx.languages.of(user);
  const run = currentRun(await ctx.runner.read(view.private_metadata));
  await courtesy(ctx, "views.update", () =>
    ctx.web.write.views.update({ view_id: view.id, view: controlsModal(t, view.private_metadata, run) }),
  );
}

/** The form for a new run, with the person's own team chosen beforehand. */
export async function openNewRun(
  ctx: HandlerContext,
  { user, triggerId, pushed, ...wishes }: NewRunWishes & { readonly user: string; readonly triggerId: string; readonly pushed?: boolean },
): Promise<void> {
  const team = wishes.team ?? (await mySettings(ctx, user)).team;
  const known = ctx.teams.cards.some(({ name }) => name === team);
  const { team: _, ...rest } = wishes;
  const chosen = known && team !== undefined ? team : undefined;
  const forecast = await forecastFor(ctx, chosen ?? ctx.teams.default, wishes.task);
  const view = newRunModal(await ctx.languages.of(user), ctx.teams, {
    ...rest,
    ...(chosen === undefined ? {} : { team: chosen }),
    forecast,
  });
  if (!pushed) return openModal(ctx, triggerId, view);
  return courtesy(ctx, "views.push", () => ctx.web.write.views.push({ trigger_id: triggerId, view }));
}

/** What a team that there is will probably take for a task; what it takes as a rule, as long as nobody has said one. */
const forecastFor = async (ctx: HandlerContext, team: string, task = "") =>
  ctx.teams.cards.some(({ name }) => name === team) ? ctx.runner.forecasts?.of({ workspace: ctx.me.team, team, task }) : undefined;

/** Another team was chosen in that form: it is shown. What was typed stays. */
export async function previewTeam(ctx: HandlerContext, press: PressBody): Promise<void> {
  const team = press.actions[0].selected_option?.value;
  const id = press.view?.id;
  if (id === undefined || team === undefined) return;
  const typed = press.view?.state?.values[NEW_RUN.task]?.[NEW_RUN.element]?.value ?? undefined;
  const forecast = await forecastFor(ctx, team, typed);
  const view = newRunModal(await ctx.languages.of(press.user.id), ctx.teams, { team, forecast });
  await courtesy(ctx, "views.update", () => ctx.web.write.views.update({ view_id: id, view }));
}

/** The new-run modal was submitted: the task is posted in the channel, and the run begins under it. */
export async function startFromModal(ctx: HandlerContext, submission: SubmissionBody, { user, affiliation }: Actor): Promise<void> {
  const { values } = submission.view.state;
  const chosen = (block: string) => values[block]?.[NEW_RUN.element];
  const task = chosen(NEW_RUN.task)?.value?.trim();
  const team = chosen(NEW_RUN.team)?.selected_option?.value;
  const channel = chosen(NEW_RUN.channel)?.selected_conversation;
  if (!task || !team || !channel) return tellDirectly(ctx, user, (await ctx.languages.of(user))("refusals.text.notUnderstood"));
  const line = await startRun(ctx, { key: submission.view.id, user, affiliation, channel, team, text: task });
  if (line) await tellDirectly(ctx, user, line);
}
