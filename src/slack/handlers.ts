import { currentRun } from "../engine/reading/transcript.ts";
import { removedNote } from "../store/forgetting.ts";
import { actorIn, type Actor } from "./people/affiliation.ts";
import { pressApproval, pressApprovalForm, pressAskAgain, submitApproval } from "./buttons/approval-buttons.ts";
import { pressAnswer, pressStop } from "./buttons/press.ts";
import { type ClosedChannels } from "./post/closed-channels.ts";
import {
  discuss,
  openControls,
  openNewRun,
  parleyCommand,
  previewTeam,
  refreshControls,
  startFromModal,
} from "./commands/slash-commands.ts";
import { pressConnect } from "./logins/offer-login.ts";
import { hear } from "./commands/messages.ts";
import { pressLeave, pressTakeUp } from "./commands/take-up-press.ts";
import { pressUnpause } from "./commands/held-words.ts";
import { courtesy, type HandlerContext } from "./commands/handler-context.ts";
import { threadOf } from "./commands/message-context.ts";
import { stop } from "./commands/run-control.ts";
import { pressTurnMenu, submitFork } from "./buttons/fork-buttons.ts";
import { pressForgetThread } from "./buttons/forget-button.ts";
import { conversationOf } from "./post/post-or-find.ts";
import { helpText } from "./render/help-text.ts";
import { pressHome } from "./home/home-buttons.ts";
import { answerForm, isOfHome, submitForm } from "./home/form-submissions.ts";
import { type Home } from "./home/home.ts";
import { type Handlers } from "./door/gate.ts";
import { pressFinish, pressRaise } from "./buttons/limit-buttons.ts";
import { pressForget, turnPage } from "./commands/memory-notes.ts";
import { FormBody, SubmissionBody } from "./words/press-payloads.ts";
import { channelBeside } from "./words/event-payloads.ts";
import { type Prompts } from "./signs/suggested-prompts.ts";
import { placeOf } from "./words/place.ts";
import { pressFeedback, pressHold, pressNext, pressSteer, pressWords, submitRunModal } from "./buttons/run-buttons.ts";
import { pressKeepCase, submitKeepCase } from "./cases/keep-case.ts";
import { pressShare, pressTranscript } from "./buttons/result-buttons.ts";
import { pressListed } from "./commands/run-commands.ts";
import { pressProposal } from "./proposals/proposal-buttons.ts";
import { pressDrop, pressKeep, pressSwitch } from "./schedules/schedule-command.ts";
import type { Triggers } from "./schedules/triggers.ts";
import { takeStep } from "./steps/ask-team-step.ts";
import { saveSettings } from "./buttons/settings-form.ts";
import { answerChoice } from "./buttons/team-picker.ts";

/** What is done behind each door. */
export function handlersOf(
  ctx: HandlerContext,
  around: {
    readonly prompts: Prompts;
    readonly home: Home;
    readonly closedChannels: ClosedChannels;
    readonly triggers: Pick<Triggers, "heard" | "reacted">;
  },
): Handlers {
  const { prompts, home, closedChannels, triggers } = around;
  return {
    async message(body, findActor) {
      await hear(ctx, body, findActor);
      await triggers.heard(body, findActor);
    },
    reactionAdded: (body, actor) => triggers.reacted(body, actor),
    async sessionStopped({ event }, { affiliation }) {
      const thread = threadOf(ctx, { channel: event.channel, ts: event.thread_ts });
      const run = currentRun(await ctx.runner.read(thread));
      if (!run.running) return;
      const listener = { user: event.user, channel: event.channel, threadTs: event.thread_ts };
      await stop(ctx, { thread, run, user: event.user, affiliation, listener });
    },
    async homeOpened({ event }, actor) {
      if (event.tab !== "messages") await home.opened(actor, event.view?.hash);
      else if (event.channel)
        await prompts.suggest({
          user: event.user,
          channel: event.channel,
          beside: await openBeside(ctx, channelBeside(event.context), actor),
        });
    },
    async contextChanged({ event }, actor) {
      // Where nobody is named, nobody knows whose prompts would change.
      if (event.user === undefined) return;
      const channel = event.channel ?? (await directOf(ctx, event.user));
      if (channel === undefined) return;
      await prompts.suggest({ user: event.user, channel, beside: await openBeside(ctx, channelBeside(event.context), actor) });
    },
    assistantThread: async ({ event: { assistant_thread: opened } }, actor) =>
      prompts.suggest({
        user: opened.user_id,
        channel: opened.channel_id,
        threadTs: opened.thread_ts,
        beside: await openBeside(ctx, opened.context?.channel_id, actor),
      }),
    async channelClosed({ event: { type, channel } }) {
      const code = type.endsWith("_archive") ? "is_archived" : "not_in_channel";
      if (!(await closedChannels.closed(channel, code))) await stopRuns(ctx, (one) => one === channel, "the channel was closed to Parley");
    },
    // Not awaited: Slack is asked, at its own pace.
    channelOpened: async ({ event }) => void closedChannels.look(event.channel),
    async fileChanged({ event: { file_id: file, channel_id: channel, channel_ids: several } }) {
      ctx.fileChanged?.(ctx.me.team, { file, channels: channel ? [channel] : (several ?? undefined) });
    },
    async memberJoined({ event }) {
      if (event.user !== ctx.me.user) return;
      void closedChannels.look(event.channel);
      if (!event.inviter) return;
      await ctx.whisper.tell(
        { user: event.inviter, channel: event.channel },
        helpText(await ctx.languages.of(event.inviter), ctx.me.user, ctx.teams),
      );
    },
    async uninstalled() {
      await ctx.store.putNote(removedNote(ctx.me.team), new Date(ctx.clock.now()).toISOString());
      await stopRuns(ctx, () => true, "Parley was removed from the workspace");
    },
    async tokensRevoked({ event }) {
      if (!event.tokens.bot?.includes(ctx.me.user)) return;
      ctx.log("Slack has revoked the bot's token: install the app again and start Parley with the new SLACK_BOT_TOKEN");
      await stopRuns(ctx, () => true, "Parley's token was revoked");
    },
    stepExecuted: (body) => takeStep(ctx, body),
    async userChanged({ event }) {
      ctx.people.changed(event.user);
    },
    async stopPressed(press, actor) {
      await pressStop(ctx, press, actor);
      if (press.view) await refreshControls(ctx, press.view, press.user.id);
    },
    answerPressed: (press, actor) => pressAnswer(ctx, press, actor),
    approvePressed: (press, actor) => pressApproval(ctx, press, actor, "once"),
    allowRunPressed: (press, actor) => pressApproval(ctx, press, actor, "run"),
    editPressed: (press, actor) => pressApprovalForm(ctx, press, actor, "edit"),
    denyPressed: (press, actor) => pressApproval(ctx, press, actor, "deny"),
    denyWhyPressed: (press, actor) => pressApprovalForm(ctx, press, actor, "deny"),
    askAgainPressed: (press, actor) => pressAskAgain(ctx, press, actor),
    connectPressed: (press, actor) => pressConnect(ctx, press, actor),
    editSubmitted: (submission, actor) => submitApproval(ctx, submission, actor, "edit"),
    denySubmitted: (submission, actor) => submitApproval(ctx, submission, actor, "deny"),
    raisePressed: (press, actor) => pressRaise(ctx, press, actor),
    finishPressed: (press, actor) => pressFinish(ctx, press, actor),
    forgetThreadPressed: (press, actor) => pressForgetThread(ctx, press, actor),
    takeUpPressed: (press, actor) => pressTakeUp(ctx, press, actor),
    leavePressed: (press, actor) => pressLeave(ctx, press, actor),
    unpausePressed: (press, actor) => pressUnpause(ctx, press, actor),
    forgetPressed: (press, actor) => pressForget(ctx, press, actor),
    notesPaged: (press) => turnPage(ctx, press),
    pausePressed: (press, actor) => pressHold(ctx, press, actor, "pause"),
    resumePressed: (press, actor) => pressHold(ctx, press, actor, "resume"),
    steerPressed: (press, actor) => pressSteer(ctx, press, actor),
    wordsPressed: (press, actor) => pressWords(ctx, press, actor),
    continuePressed: (press, actor) => pressNext(ctx, press, actor, "continue"),
    otherTeamPressed: (press, actor) => pressNext(ctx, press, actor, "team"),
    transcriptPressed: (press, actor) => pressTranscript(ctx, press, actor),
    sharePressed: (press, actor) => pressShare(ctx, press, actor),
    keepCasePressed: (press, actor) => pressKeepCase(ctx, press, actor),
    keepCaseSubmitted: (submission, actor) => submitKeepCase(ctx, submission, actor),
    feedbackPressed: (press, actor) => pressFeedback(ctx, press, actor),
    turnMenuPressed: (press, actor) => pressTurnMenu(ctx, press, actor),
    forkSpeakerSubmitted: (submission, actor) => submitFork(ctx, submission, actor, "speaker"),
    forkTeamSubmitted: (submission, actor) => submitFork(ctx, submission, actor, "team"),
    steerSubmitted: (submission, actor) => submitRunModal(ctx, submission, actor, "steer"),
    answerSubmitted: (submission, actor) => submitRunModal(ctx, submission, actor, "answer"),
    continueSubmitted: (submission, actor) => submitRunModal(ctx, submission, actor, "continue"),
    otherTeamSubmitted: (submission, actor) => submitRunModal(ctx, submission, actor, "team"),
    listedPause: (press, actor) => pressListed(ctx, press, actor, "pause"),
    listedResume: (press, actor) => pressListed(ctx, press, actor, "resume"),
    listedStop: (press, actor) => pressListed(ctx, press, actor, "stop"),
    listedTranscript: (press, actor) => pressListed(ctx, press, actor, "transcript"),
    keepSchedulePressed: (press, actor) => pressKeep(ctx, press, actor),
    dropSchedulePressed: (press, actor) => pressDrop(ctx, press, actor),
    scheduleOnPressed: (press, actor) => pressSwitch(ctx, press, actor, "on"),
    scheduleOffPressed: (press, actor) => pressSwitch(ctx, press, actor, "off"),
    scheduleDeletePressed: (press, actor) => pressSwitch(ctx, press, actor, "delete"),
    proposalPressed: (press, actor) => pressProposal(ctx, press, actor),
    settingsSubmitted: (submission, actor) => saveSettings(ctx, submission, actor),
    command: (command, actor) => parleyCommand(ctx, command, actor),
    homePressed: (press, actor) => pressHome(ctx, home, press, actor),
    homeSubmitted: (submission, actor) => submitForm(ctx, home, submission, actor),
    teamChosen: (press) => previewTeam(ctx, press),
    newRun: (shortcut) => openNewRun(ctx, { user: shortcut.user.id, triggerId: shortcut.trigger_id }),
    newRunSubmitted: (submission, actor) => startFromModal(ctx, submission, actor),
    discuss: (shortcut, actor) => discuss(ctx, shortcut, actor),
    controls: (shortcut) => openControls(ctx, shortcut),
  };
}

/** A channel that a person looks at beside their messages, where they may look into it. */
async function openBeside(ctx: HandlerContext, channel: string | undefined, actor: Actor): Promise<string | undefined> {
  return channel !== undefined && (await ctx.people.mayRead(channel, actor)).kind === "open" ? channel : undefined;
}

/** Their conversation with the bot, where Slack tells it. */
async function directOf(ctx: HandlerContext, user: string): Promise<string | undefined> {
  let channel: string | undefined;
  await courtesy(ctx, "conversations.open", async () => void (channel = await conversationOf(ctx, user)));
  return channel;
}

/** Only forms are answered; what comes in otherwise is not held up. */
export const answersOf =
  (ctx: HandlerContext, home: Home) =>
  async (body: unknown): Promise<object | undefined> => {
    const submission = FormBody.safeParse(body).data && SubmissionBody.safeParse(body).data;
    return (
      submission &&
      (isOfHome(submission) ? answerForm(ctx, home.runs, submission, () => actorIn(ctx.people, body)) : answerChoice(ctx, submission))
    );
  };

/** Nobody can read or answer there any more: runs must not go on, and cost, unseen. */
async function stopRuns(ctx: HandlerContext, concerns: (channel: string) => boolean, why: string): Promise<void> {
  for (const { thread } of await ctx.store.unfinished()) {
    const place = placeOf(thread);
    if (place?.team !== ctx.me.team || !concerns(place.channel)) continue;
    if (await ctx.runner.stop(thread, { id: "slack", name: `Slack (${why})` })) ctx.log(`the run in ${thread} was stopped: ${why}`);
  }
}
