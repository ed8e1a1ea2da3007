import type { App } from "@slack/bolt";
import type { z } from "zod";
import { ACTIONS, LISTED } from "./blocks.ts";
import { NEW_RUN } from "./modals.ts";
import * as on from "./payloads.ts";
import { homeAction } from "./team-forms.ts";
import type { Log } from "./web.ts";

/** What is done about each thing that Slack tells; each is given a body that has passed its schema. */
export interface Handlers {
  readonly sessionStopped: (body: z.output<typeof on.SessionStoppedBody>) => Promise<void>;
  readonly homeOpened: (body: z.output<typeof on.HomeOpenedBody>) => Promise<void>;
  readonly contextChanged: (body: z.output<typeof on.ContextChangedBody>) => Promise<void>;
  readonly assistantThread: (body: z.output<typeof on.AssistantThreadBody>) => Promise<void>;
  readonly message: (body: z.output<typeof on.MessageBody>) => Promise<void>;
  readonly uninstalled: () => Promise<void>;
  readonly channelClosed: (body: z.output<typeof on.ChannelClosedBody>) => Promise<void>;
  readonly memberJoined: (body: z.output<typeof on.MemberJoinedBody>) => Promise<void>;
  readonly tokensRevoked: (body: z.output<typeof on.TokensRevokedBody>) => Promise<void>;
  readonly userChanged: (body: z.output<typeof on.UserChangeBody>) => Promise<void>;
  readonly stopPressed: (press: on.PressBody) => Promise<void>;
  readonly answerPressed: (press: on.PressBody) => Promise<void>;
  readonly approvePressed: (press: on.PressBody) => Promise<void>;
  readonly allowRunPressed: (press: on.PressBody) => Promise<void>;
  readonly editPressed: (press: on.PressBody) => Promise<void>;
  readonly denyPressed: (press: on.PressBody) => Promise<void>;
  readonly raisePressed: (press: on.PressBody) => Promise<void>;
  readonly finishPressed: (press: on.PressBody) => Promise<void>;
  readonly denyWhyPressed: (press: on.PressBody) => Promise<void>;
  readonly askAgainPressed: (press: on.PressBody) => Promise<void>;
  readonly editSubmitted: (body: on.SubmissionBody) => Promise<void>;
  readonly denySubmitted: (body: on.SubmissionBody) => Promise<void>;
  readonly forgetThreadPressed: (press: on.PressBody) => Promise<void>;
  readonly forgetPressed: (press: on.PressBody) => Promise<void>;
  readonly notesPaged: (press: on.PressBody) => Promise<void>;
  readonly pausePressed: (press: on.PressBody) => Promise<void>;
  readonly resumePressed: (press: on.PressBody) => Promise<void>;
  readonly steerPressed: (press: on.PressBody) => Promise<void>;
  readonly wordsPressed: (press: on.PressBody) => Promise<void>;
  readonly continuePressed: (press: on.PressBody) => Promise<void>;
  readonly otherTeamPressed: (press: on.PressBody) => Promise<void>;
  readonly transcriptPressed: (press: on.PressBody) => Promise<void>;
  readonly sharePressed: (press: on.PressBody) => Promise<void>;
  readonly feedbackPressed: (press: on.PressBody) => Promise<void>;
  readonly steerSubmitted: (body: on.SubmissionBody) => Promise<void>;
  readonly answerSubmitted: (body: on.SubmissionBody) => Promise<void>;
  readonly continueSubmitted: (body: on.SubmissionBody) => Promise<void>;
  readonly otherTeamSubmitted: (body: on.SubmissionBody) => Promise<void>;
  readonly listedPause: (press: on.PressBody) => Promise<void>;
  readonly listedResume: (press: on.PressBody) => Promise<void>;
  readonly listedStop: (press: on.PressBody) => Promise<void>;
  readonly listedTranscript: (press: on.PressBody) => Promise<void>;
  readonly settingsSubmitted: (body: on.SubmissionBody) => Promise<void>;
  readonly homePressed: (press: on.PressBody) => Promise<void>;
  readonly homeSubmitted: (body: on.SubmissionBody) => Promise<void>;
  readonly teamChosen: (press: on.PressBody) => Promise<void>;
  readonly command: (body: on.CommandBody) => Promise<void>;
  readonly newRun: (body: z.output<typeof on.GlobalShortcutBody>) => Promise<void>;
  readonly newRunSubmitted: (body: on.SubmissionBody) => Promise<void>;
  readonly discuss: (body: on.MessageShortcutBody) => Promise<void>;
  readonly controls: (body: on.MessageShortcutBody) => Promise<void>;
}

/**
 * All that is listened to, in the order of manifest.yml. Bolt is fed by the inbox, where everything was acked long ago: nothing here
 * acks, and a listener that rejects is given its envelope again.
 */
export function listen(app: Pick<App, "event" | "action" | "command" | "shortcut" | "view">, handlers: Handlers, log: Log): void {
  const door = doorWith(log);

  app.event("agent_session_stopped", door(on.SessionStoppedBody, handlers.sessionStopped));
  app.event("app_context_changed", door(on.ContextChangedBody, handlers.contextChanged));
  app.event("app_home_opened", door(on.HomeOpenedBody, handlers.homeOpened));
  app.event("app_mention", door(on.MessageBody, handlers.message));
  app.event("app_uninstalled", door(on.UninstalledBody, handlers.uninstalled));
  app.event("channel_archive", door(on.ChannelClosedBody, handlers.channelClosed));
  app.event("channel_left", door(on.ChannelClosedBody, handlers.channelClosed));
  app.event("group_left", door(on.ChannelClosedBody, handlers.channelClosed));
  app.event("member_joined_channel", door(on.MemberJoinedBody, handlers.memberJoined));
  // message.channels, .groups, .im and .mpim; edits and deletions come this way too, and are not heard.
  app.event("message", door(on.MessageBody, handlers.message));
  app.event("tokens_revoked", door(on.TokensRevokedBody, handlers.tokensRevoked));
  app.event("user_change", door(on.UserChangeBody, handlers.userChanged));

  // Of an app that is declared an assistant still, and not an agent: no other hears of them, nor may it subscribe to them.
  app.event("assistant_thread_started", door(on.AssistantThreadBody, handlers.assistantThread));
  app.event("assistant_thread_context_changed", door(on.AssistantThreadBody, handlers.assistantThread));

  app.action(ACTIONS.stop, door(on.PressBody, handlers.stopPressed));
  app.action(ACTIONS.pause, door(on.PressBody, handlers.pausePressed));
  app.action(ACTIONS.resume, door(on.PressBody, handlers.resumePressed));
  app.action(ACTIONS.steer, door(on.PressBody, handlers.steerPressed));
  app.action(ACTIONS.words, door(on.PressBody, handlers.wordsPressed));
  app.action(ACTIONS.goOn, door(on.PressBody, handlers.continuePressed));
  app.action(ACTIONS.otherTeam, door(on.PressBody, handlers.otherTeamPressed));
  app.action(ACTIONS.transcript, door(on.PressBody, handlers.transcriptPressed));
  app.action(ACTIONS.share, door(on.PressBody, handlers.sharePressed));
  app.action(ACTIONS.feedback, door(on.PressBody, handlers.feedbackPressed));
  app.view("parley_steer", door(on.SubmissionBody, handlers.steerSubmitted));
  app.view("parley_answer", door(on.SubmissionBody, handlers.answerSubmitted));
  app.view("parley_continue", door(on.SubmissionBody, handlers.continueSubmitted));
  app.view("parley_other_team", door(on.SubmissionBody, handlers.otherTeamSubmitted));
  app.action(ANSWER, door(on.PressBody, handlers.answerPressed));
  app.action(ACTIONS.approve, door(on.PressBody, handlers.approvePressed));
  app.action(ACTIONS.allowRun, door(on.PressBody, handlers.allowRunPressed));
  app.action(ACTIONS.editCall, door(on.PressBody, handlers.editPressed));
  app.action(ACTIONS.deny, door(on.PressBody, handlers.denyPressed));
  app.action(ACTIONS.raise, door(on.PressBody, handlers.raisePressed));
  app.action(ACTIONS.finish, door(on.PressBody, handlers.finishPressed));
  app.action(ACTIONS.denyWhy, door(on.PressBody, handlers.denyWhyPressed));
  app.action(ACTIONS.askAgain, door(on.PressBody, handlers.askAgainPressed));
  app.view("parley_edit", door(on.SubmissionBody, handlers.editSubmitted));
  app.view("parley_deny", door(on.SubmissionBody, handlers.denySubmitted));

  app.action(ACTIONS.forgetThread, door(on.PressBody, handlers.forgetThreadPressed));
  app.action(ACTIONS.forget, door(on.PressBody, handlers.forgetPressed));
  app.action(ACTIONS.older, door(on.PressBody, handlers.notesPaged));
  app.action(ACTIONS.newer, door(on.PressBody, handlers.notesPaged));

  app.action(LISTED.pause, door(on.PressBody, handlers.listedPause));
  app.action(LISTED.resume, door(on.PressBody, handlers.listedResume));
  app.action(LISTED.stop, door(on.PressBody, handlers.listedStop));
  app.action(LISTED.transcript, door(on.PressBody, handlers.listedTranscript));
  app.view("parley_settings", door(on.SubmissionBody, handlers.settingsSubmitted));
  app.action(HOME, door(on.PressBody, handlers.homePressed));
  app.view(/^parley_home_/, door(on.SubmissionBody, handlers.homeSubmitted));
  app.action({ block_id: NEW_RUN.team, action_id: NEW_RUN.element }, door(on.PressBody, handlers.teamChosen));

  app.command("/parley", door(on.CommandBody, handlers.command));

  app.shortcut("parley_new", door(on.GlobalShortcutBody, handlers.newRun));
  app.view("parley_new", door(on.SubmissionBody, handlers.newRunSubmitted));
  app.shortcut("parley_discuss", door(on.MessageShortcutBody, handlers.discuss));
  app.shortcut("parley_controls", door(on.MessageShortcutBody, handlers.controls));
}

const HOME = new RegExp(`^${homeAction("").replaceAll(".", "\\.")}[A-Za-z]+$`);
const ANSWER = new RegExp(`^${ACTIONS.answer.replaceAll(".", "\\.")}\\.\\d{1,2}$`);

/** Parses at the door; what does not fit is noted by its kind and not let in. */
const doorWith =
  (log: Log) =>
  <S extends z.ZodType>(schema: S, handler: (body: z.output<S>) => Promise<void>) =>
  async ({ body }: { readonly body: unknown }): Promise<void> => {
    const parsed = schema.safeParse(body);
    if (parsed.success) await handler(parsed.data);
    else
      log(
        `something of Slack's was not understood: ${parsed.error.issues[0]?.path.join(".") ?? "?"} ${parsed.error.issues[0]?.message ?? ""}`,
      );
  };
