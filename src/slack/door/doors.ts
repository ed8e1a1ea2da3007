import type { z } from "zod";
import { NEW_RUN } from "../buttons/new-run-modal.ts";
import * as on from "../words/payloads.ts";
import { placeOf } from "../words/place.ts";

/** Channels that a body tells of or acts on, in whatever it says so itself: nothing of that is believed, all of it is asked about. */
type Reaches<B> = (body: B) => readonly (string | undefined)[];

/** A way in. A new one cannot be made without saying what it reaches. */
interface Door<S extends z.ZodType> {
  readonly shape: S;
  readonly reaches: Reaches<z.output<S>> | Exempt;
}

/**
 * Why nobody is asked about at a door. `nobody`: Slack tells what no person does. `spoken`: somebody wrote in a channel, which Slack let them.
 * `none`: it tells of no thread, or asks for itself, one by one, about each that it does.
 */
export type Exempt = "nobody" | "spoken" | "none";

const door = <S extends z.ZodType, const R extends Door<S>["reaches"]>(shape: S, reaches: R) => ({ shape, reaches });

const inMessage = (press: on.PressBody) => on.placeOfPress(press)?.channel;
/** A button of a thread, there or in a modal that names it. */
const ofThread = door(on.PressBody, (press) => [inMessage(press), placeOf(press.view?.private_metadata ?? "")?.channel]);
/** A button of a list names the thread; the list is somewhere itself. */
const ofList = door(on.PressBody, (press) => [inMessage(press), placeOf(on.ButtonValue.parse(press.actions[0].value).t ?? "")?.channel]);
const ofChannel = door(on.PressBody, (press) => [inMessage(press)]);
const formOfThread = door(on.SubmissionBody, ({ view }) => [placeOf(aboutRun(view.private_metadata)?.thread ?? "")?.channel]);
const onMessage = door(on.MessageShortcutBody, ({ channel }) => [channel.id]);

/** Every way in, by the handler behind it. */
export const DOORS = {
  message: door(on.MessageBody, "spoken"),
  sessionStopped: door(on.SessionStoppedBody, ({ event }) => [event.channel]),
  homeOpened: door(on.HomeOpenedBody, "none"),
  contextChanged: door(on.ContextChangedBody, "none"),
  assistantThread: door(on.AssistantThreadBody, "none"),
  channelClosed: door(on.ChannelClosedBody, "nobody"),
  channelOpened: door(on.ChannelOpenedBody, "nobody"),
  memberJoined: door(on.MemberJoinedBody, "nobody"),
  uninstalled: door(on.UninstalledBody, "nobody"),
  tokensRevoked: door(on.TokensRevokedBody, "nobody"),
  userChanged: door(on.UserChangeBody, "nobody"),

  stopPressed: ofThread,
  pausePressed: ofThread,
  resumePressed: ofThread,
  steerPressed: ofThread,
  wordsPressed: ofThread,
  continuePressed: ofThread,
  otherTeamPressed: ofThread,
  transcriptPressed: ofThread,
  sharePressed: ofThread,
  feedbackPressed: ofThread,
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
  raisePressed: ofThread,
  finishPressed: ofThread,
  forgetThreadPressed: ofThread,
  editSubmitted: formOfThread,
  denySubmitted: formOfThread,

  forgetPressed: ofChannel,
  notesPaged: ofChannel,

  listedPause: ofList,
  listedResume: ofList,
  listedStop: ofList,
  listedTranscript: ofList,
  settingsSubmitted: door(on.SubmissionBody, ({ view }) => [on.AboutChannel.safeParse(view.private_metadata).data?.channel]),
  homePressed: door(on.PressBody, (press) => {
    const [{ selected_option: option, value }] = press.actions;
    return [placeOf(on.HomeValue.parse(option?.value ?? value).thread ?? "")?.channel];
  }),
  homeSubmitted: door(on.SubmissionBody, "none"),
  teamChosen: door(on.PressBody, "none"),

  command: door(on.CommandBody, ({ text, channel_id: channel }) => [isSameEverywhere(text) ? undefined : channel]),
  newRun: door(on.GlobalShortcutBody, "none"),
  newRunSubmitted: door(on.SubmissionBody, ({ view }) => [view.state.values[NEW_RUN.channel]?.[NEW_RUN.element]?.selected_conversation]),
  discuss: onMessage,
  controls: onMessage,
} as const;

export type DoorName = keyof typeof DOORS;
export type BodyAt<N extends DoorName> = z.output<(typeof DOORS)[N]["shape"]>;

/**
 * What `/parley` says of no channel: help, the teams, and the form for a new run, which asks for a channel itself. One word behind `new` may be
 * a team, and the form is opened; it may as well be the whole task, which begins at once.
 */
function isSameEverywhere(text: string): boolean {
  const [word = "", ...more] = text.trim().toLowerCase().split(/\s+/);
  return word === "" || word === "help" || word === "teams" || (word === "new" && more.length === 0);
}

const aboutRun = (metadata: string) => on.AboutRun.safeParse(metadata).data;
