import { currentRun } from "../engine/reading/transcript.ts";
import { removedNote } from "../store/forgetting.ts";
import { actorIn, type Actor } from "./people/affiliation.ts";
import { pressApproval, pressApprovalForm, pressAskAgain, submitApproval } from "./buttons/approval-buttons.ts";
import { pressAnswer, pressStop } from "./buttons/press.ts";
import { type ClosedChannels } from "./post/closed-channels.ts";
import { discuss, openControls, openNewRun, parleyCommand, previewTeam, refreshControls, startFromModal } from "./desk/slash-commands.ts";
import { hear } from "./desk/messages.ts";
import type { Desk } from "./desk/handler-context.ts";
import { threadOf } from "./desk/message-context.ts";
import { stop } from "./desk/run-control.ts";
import { pressForgetThread } from "./buttons/forget-button.ts";
import { helpText } from "./render/help-text.ts";
import { pressHome } from "./home/home-buttons.ts";
import { answerForm, isOfHome, submitForm } from "./home/form-submissions.ts";
import { type Home } from "./home/home.ts";
import { type Handlers } from "./door/gate.ts";
import { pressFinish, pressRaise } from "./buttons/limit-buttons.ts";
import { pressForget, turnPage } from "./desk/memory-notes.ts";
import { FormBody, SubmissionBody } from "./words/press-payloads.ts";
import { channelBeside } from "./words/event-payloads.ts";
import { type Prompts } from "./signs/suggested-prompts.ts";
import { placeOf } from "./words/place.ts";
import { pressFeedback, pressHold, pressNext, pressSteer, pressWords, submitRunModal } from "./buttons/run-buttons.ts";
import { pressShare, pressTranscript } from "./buttons/result-buttons.ts";
import { pressListed } from "./desk/run-commands.ts";
import { saveSettings } from "./buttons/settings-form.ts";
import { answerChoice } from "./buttons/team-picker.ts";

/** What is done behind each door. */
export function handlersOf(
  desk: Desk,
  around: {
    readonly prompts: Prompts;
    readonly home: Home;
    readonly closedChannels: ClosedChannels;
  },
): Handlers {
  const { prompts, home, closedChannels } = around;
  return {
    message: (body, findActor) => hear(desk, body, findActor),
    async sessionStopped({ event }, { affiliation }) {
      const thread = threadOf(desk, { channel: event.channel, ts: event.thread_ts });
      const run = currentRun(await desk.runner.read(thread));
      if (!run.running) return;
      const listener = { user: event.user, channel: event.channel, threadTs: event.thread_ts };
      await stop(desk, { thread, run, user: event.user, affiliation, listener });
    },
    async homeOpened({ event }, actor) {
      if (event.tab !== "messages") await home.opened(actor, event.view?.hash);
      else if (event.channel)
        await prompts.suggest({
          user: event.user,
          channel: event.channel,
          beside: await openBeside(desk, channelBeside(event.context), actor),
        });
    },
    contextChanged: async ({ event }, actor) =>
      prompts.suggest({ user: event.user, channel: event.channel, beside: await openBeside(desk, channelBeside(event.context), actor) }),
    assistantThread: async ({ event: { assistant_thread: opened } }, actor) =>
      prompts.suggest({
        user: opened.user_id,
        channel: opened.channel_id,
        threadTs: opened.thread_ts,
        beside: await openBeside(desk, opened.context?.channel_id, actor),
      }),
    async channelClosed({ event: { type, channel } }) {
      const code = type.endsWith("_archive") ? "is_archived" : "not_in_channel";
      if (!(await closedChannels.closed(channel, code))) await stopRuns(desk, (one) => one === channel, "the channel was closed to Parley");
    },
    // Not awaited: Slack is asked, at its own pace.
    channelOpened: async ({ event }) => void closedChannels.look(event.channel),
    async memberJoined({ event }) {
      if (event.user !== desk.me.user) return;
      void closedChannels.look(event.channel);
      if (!event.inviter) return;
      await desk.whisper.tell({ user: event.inviter, channel: event.channel }, helpText(desk.me.user, desk.teams));
    },
    async uninstalled() {
      await desk.store.putNote(removedNote(desk.me.team), new Date(desk.clock.now()).toISOString());
      await stopRuns(desk, () => true, "Parley was removed from the workspace");
    },
    async tokensRevoked({ event }) {
      if (!event.tokens.bot?.includes(desk.me.user)) return;
      desk.log("Slack has revoked the bot's token: install the app again and start Parley with the new SLACK_BOT_TOKEN");
      await stopRuns(desk, () => true, "Parley's token was revoked");
    },
    async userChanged({ event }) {
      desk.people.changed(event.user);
    },
    async stopPressed(press, actor) {
      await pressStop(desk, press, actor);
      if (press.view) await refreshControls(desk, press.view);
    },
    answerPressed: (press, actor) => pressAnswer(desk, press, actor),
    approvePressed: (press, actor) => pressApproval(desk, press, actor, "once"),
    allowRunPressed: (press, actor) => pressApproval(desk, press, actor, "run"),
    editPressed: (press, actor) => pressApprovalForm(desk, press, actor, "edit"),
    denyPressed: (press, actor) => pressApproval(desk, press, actor, "deny"),
    denyWhyPressed: (press, actor) => pressApprovalForm(desk, press, actor, "deny"),
    askAgainPressed: (press, actor) => pressAskAgain(desk, press, actor),
    editSubmitted: (submission, actor) => submitApproval(desk, submission, actor, "edit"),
    denySubmitted: (submission, actor) => submitApproval(desk, submission, actor, "deny"),
    raisePressed: (press, actor) => pressRaise(desk, press, actor),
    finishPressed: (press, actor) => pressFinish(desk, press, actor),
    forgetThreadPressed: (press, actor) => pressForgetThread(desk, press, actor),
    forgetPressed: (press, actor) => pressForget(desk, press, actor),
    notesPaged: (press) => turnPage(desk, press),
    pausePressed: (press, actor) => pressHold(desk, press, actor, "pause"),
    resumePressed: (press, actor) => pressHold(desk, press, actor, "resume"),
    steerPressed: (press, actor) => pressSteer(desk, press, actor),
    wordsPressed: (press, actor) => pressWords(desk, press, actor),
    continuePressed: (press, actor) => pressNext(desk, press, actor, "continue"),
    otherTeamPressed: (press, actor) => pressNext(desk, press, actor, "team"),
    transcriptPressed: (press, actor) => pressTranscript(desk, press, actor),
    sharePressed: (press, actor) => pressShare(desk, press, actor),
    feedbackPressed: (press, actor) => pressFeedback(desk, press, actor),
    steerSubmitted: (submission, actor) => submitRunModal(desk, submission, actor, "steer"),
    answerSubmitted: (submission, actor) => submitRunModal(desk, submission, actor, "answer"),
    continueSubmitted: (submission, actor) => submitRunModal(desk, submission, actor, "continue"),
    otherTeamSubmitted: (submission, actor) => submitRunModal(desk, submission, actor, "team"),
    listedPause: (press, actor) => pressListed(desk, press, actor, "pause"),
    listedResume: (press, actor) => pressListed(desk, press, actor, "resume"),
    listedStop: (press, actor) => pressListed(desk, press, actor, "stop"),
    listedTranscript: (press, actor) => pressListed(desk, press, actor, "transcript"),
    settingsSubmitted: (submission, actor) => saveSettings(desk, submission, actor),
    command: (command, actor) => parleyCommand(desk, command, actor),
    homePressed: (press, actor) => pressHome(desk, home, press, actor),
    homeSubmitted: (submission, actor) => submitForm(desk, home, submission, actor),
    teamChosen: (press) => previewTeam(desk, press),
    newRun: (shortcut) => openNewRun(desk, { user: shortcut.user.id, triggerId: shortcut.trigger_id }),
    newRunSubmitted: (submission, actor) => startFromModal(desk, submission, actor),
    discuss: (shortcut, actor) => discuss(desk, shortcut, actor),
    controls: (shortcut) => openControls(desk, shortcut),
  };
}

/** A channel that a person looks at beside their messages, where they may look into it. */
async function openBeside(desk: Desk, channel: string | undefined, actor: Actor): Promise<string | undefined> {
  return channel !== undefined && (await desk.people.mayRead(channel, actor)).kind === "open" ? channel : undefined;
}

/** Only forms are answered; what comes in otherwise is not held up. */
export const answersOf =
  (desk: Desk) =>
  async (body: unknown): Promise<object | undefined> => {
    const submission = FormBody.safeParse(body).data && SubmissionBody.safeParse(body).data;
    return (
      submission && (isOfHome(submission) ? answerForm(desk, submission, () => actorIn(desk.people, body)) : answerChoice(desk, submission))
    );
  };

/** Nobody can read or answer there any more: runs must not go on, and cost, unseen. */
async function stopRuns(desk: Desk, concerns: (channel: string) => boolean, why: string): Promise<void> {
  for (const { thread } of await desk.store.unfinished()) {
    const place = placeOf(thread);
    if (place?.team !== desk.me.team || !concerns(place.channel)) continue;
    if (await desk.runner.stop(thread, { id: "slack", name: `Slack (${why})` })) desk.log(`the run in ${thread} was stopped: ${why}`);
  }
}
