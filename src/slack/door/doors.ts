import type { z } from "zod";
import { NEW_RUN } from "../buttons/new-run-modal.ts";
import * as written from "../words/button-values.ts";
import * as told from "../words/event-payloads.ts";
import { placeOf } from "../words/place.ts";
import * as pressed from "../words/press-payloads.ts";

/** The channels that a body names in any way. A body may be forged, so the gate asks about each of them. */
type Reaches<B> = (body: B) => readonly (string | undefined)[];

/** A way in, which must say what it reaches. */
interface Door<S extends z.ZodType> {
  readonly shape: S;
  readonly reaches: Reaches<z.output<S>> | Exempt;
}

/**
 * Why the gate asks about no channel. `nobody`: no person acts. `spoken`: somebody wrote in a channel, and Slack let them. `none`: it is about no
 * thread, or its handler asks about each one itself.
 */
export type Exempt = "nobody" | "spoken" | "none";

const door = <S extends z.ZodType, const R extends Door<S>["reaches"]>(shape: S, reaches: R) => ({ shape, reaches });

const inMessage = (press: pressed.PressBody) => pressed.placeOfPress(press)?.channel;
const inValue = (press: pressed.PressBody) => placeOf(written.ButtonValue.parse(press.actions[0].value).t ?? "")?.channel;
/**
 * The channels of a thread's button. It stands in the thread, in a modal whose metadata names the thread, or in a message to one person, where the
 * button's value names it.
 */
const OF_THREAD = (press: pressed.PressBody) => [inMessage(press), placeOf(press.view?.private_metadata ?? "")?.channel, inValue(press)];
const ofThread = door(pressed.PressBody, OF_THREAD);
/** A button in a list of runs: the list stands in one channel, and the button names a thread. */
const ofList = door(pressed.PressBody, (press) => [inMessage(press), inValue(press)]);
const ofChannel = door(pressed.PressBody, (press) => [inMessage(press)]);
const OF_FORM = ({ view }: pressed.SubmissionBody) => [
  placeOf(written.AboutRun.safeParse(view.private_metadata).data?.thread ?? "")?.channel,
];
const formOfThread = door(pressed.SubmissionBody, OF_FORM);
const OF_SETTINGS = ({ view }: pressed.SubmissionBody) => [written.AboutChannel.safeParse(view.private_metadata).data?.channel];
const OF_NEW_RUN = ({ view }: pressed.SubmissionBody) => [view.state.values[NEW_RUN.channel]?.[NEW_RUN.element]?.selected_conversation];
const onMessage = door(pressed.MessageShortcutBody, ({ channel }) => [channel.id]);

/** Every way in, by the handler behind it. */
export const DOORS = {
  message: door(told.MessageBody, "spoken"),
  sessionStopped: door(told.SessionStoppedBody, ({ event }) => [event.channel]),
  homeOpened: door(told.HomeOpenedBody, "none"),
  contextChanged: door(told.ContextChangedBody, "none"),
  assistantThread: door(told.AssistantThreadBody, "none"),
  channelClosed: door(told.ChannelClosedBody, "nobody"),
  channelOpened: door(told.ChannelOpenedBody, "nobody"),
  // Nothing of it is shown to anybody here; who may see a file is checked where it is searched.
  fileChanged: door(told.FileChangedBody, "nobody"),
  memberJoined: door(told.MemberJoinedBody, "nobody"),
  uninstalled: door(told.UninstalledBody, "nobody"),
  tokensRevoked: door(told.TokensRevokedBody, "nobody"),
  // Most reactions trigger nothing; who reacts is checked where one does.
  reactionAdded: door(told.ReactionBody, "none"),
  userChanged: door(told.UserChangeBody, "nobody"),
  // Slack does not say who runs a workflow, so it may do what everybody may; that is checked where its run begins.
  stepExecuted: door(told.StepBody, "nobody"),

  stopPressed: ofThread,
  pausePressed: ofThread,
  resumePressed: ofThread,
  steerPressed: ofThread,
  wordsPressed: ofThread,
  continuePressed: ofThread,
  otherTeamPressed: ofThread,
  transcriptPressed: ofThread,
  sharePressed: ofThread,
  keepCasePressed: ofThread,
  keepCaseSubmitted: formOfThread,
  feedbackPressed: ofThread,
  turnMenuPressed: ofThread,
  forkSpeakerSubmitted: formOfThread,
  forkTeamSubmitted: formOfThread,
  steerSubmitted: formOfThread,
  answerSubmitted: formOfThread,
  continueSubmitted: formOfThread,
  otherTeamSubmitted: formOfThread,
  answerPressed: ofThread,
  approvePressed: ofThread,
  allowRunPressed: ofThread,
  editPressed: ofThread,
  denyPressed: ofThread,
  denyWhyPressed: ofThread,
  askAgainPressed: ofThread,
  connectPressed: ofThread,
  raisePressed: ofThread,
  finishPressed: ofThread,
  forgetThreadPressed: ofThread,
  editSubmitted: formOfThread,
  denySubmitted: formOfThread,

  takeUpPressed: ofList,
  leavePressed: ofList,
  unpausePressed: ofList,

  forgetPressed: ofChannel,
  notesPaged: ofChannel,

  keepSchedulePressed: ofChannel,
  dropSchedulePressed: ofChannel,
  scheduleOnPressed: ofChannel,
  scheduleOffPressed: ofChannel,
  scheduleDeletePressed: ofChannel,
  proposalPressed: ofChannel,

  listedPause: ofList,
  listedResume: ofList,
  listedStop: ofList,
  listedTranscript: ofList,
  settingsSubmitted: door(pressed.SubmissionBody, OF_SETTINGS),
  homePressed: door(pressed.PressBody, (press) => {
    const [{ selected_option: option, value }] = press.actions;
    return [placeOf(written.HomeValue.parse(option?.value ?? value).thread ?? "")?.channel];
  }),
  homeSubmitted: door(pressed.SubmissionBody, "none"),
  teamChosen: door(pressed.PressBody, "none"),

  command: door(pressed.CommandBody, ({ text, channel_id: channel }) => [isSameEverywhere(text) ? undefined : channel]),
  newRun: door(pressed.GlobalShortcutBody, "none"),
  newRunSubmitted: door(pressed.SubmissionBody, OF_NEW_RUN),
  discuss: onMessage,
  controls: onMessage,
} as const;

export type DoorName = keyof typeof DOORS;

/** Doors whose bodies name the place that they are about: one that names none has lost it on its way. */
export const NAME_PLACES: ReadonlySet<unknown> = new Set([OF_THREAD, OF_FORM, OF_SETTINGS, OF_NEW_RUN]);

/** Doors that only open a form, for which Slack wants the `trigger_id` of the press or command. */
export const OPENS_FORM: ReadonlySet<DoorName> = new Set<DoorName>([
  "steerPressed",
  "wordsPressed",
  "continuePressed",
  "otherTeamPressed",
  "keepCasePressed",
  "turnMenuPressed",
  "editPressed",
  "denyWhyPressed",
  "newRun",
  "controls",
]);

export type BodyAt<N extends DoorName> = z.output<(typeof DOORS)[N]["shape"]>;

/**
 * Whether a `/parley` command has the same answer in every channel: help, the teams, and the form for a new run, which asks for a channel itself. With
 * a word behind `new` it has not: that may be a team for the form, or a whole task, which begins in this channel.
 */
function isSameEverywhere(text: string): boolean {
  const [word = "", ...more] = text.trim().toLowerCase().split(/\s+/);
  return word === "" || word === "help" || word === "teams" || (word === "new" && more.length === 0);
}
