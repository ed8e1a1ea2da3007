import type { App } from "@slack/bolt";
import type { Log } from "../api/web-client.ts";
import type { Body } from "../words/envelope.ts";
import { ACTIONS, LISTED } from "../words/blocks.ts";
import type { DoorName } from "./doors.ts";
import type { Enter } from "./gate.ts";
import { NEW_RUN } from "../buttons/new-run-modal.ts";
import { homeAction } from "../home/team-forms.ts";

/**
 * All that is listened to, in the order of manifest.yml. Bolt is fed by the inbox, where everything was acked long ago: nothing here
 * acks, and a listener that rejects is given its envelope again.
 */
export function listen(app: Listening, enter: Enter): void {
  const door =
    (name: DoorName) =>
    ({ body }: { readonly body: unknown }): Promise<void> =>
      enter(name, body);

  app.event("agent_session_stopped", door("sessionStopped"));
  app.event("app_context_changed", door("contextChanged"));
  app.event("app_home_opened", door("homeOpened"));
  app.event("app_mention", door("message"));
  app.event("app_uninstalled", door("uninstalled"));
  app.event("channel_archive", door("channelClosed"));
  app.event("channel_left", door("channelClosed"));
  app.event("channel_unarchive", door("channelOpened"));
  app.event("file_change", door("fileChanged"));
  app.event("file_deleted", door("fileChanged"));
  app.event("file_shared", door("fileChanged"));
  app.event("file_unshared", door("fileChanged"));
  app.event("function_executed", door("stepExecuted"));
  app.event("group_archive", door("channelClosed"));
  app.event("group_left", door("channelClosed"));
  app.event("group_unarchive", door("channelOpened"));
  app.event("member_joined_channel", door("memberJoined"));
  // message.channels, .groups, .im and .mpim; edits and deletions come this way too, and are not heard.
  app.event("message", door("message"));
  app.event("reaction_added", door("reactionAdded"));
  app.event("tokens_revoked", door("tokensRevoked"));
  app.event("user_change", door("userChanged"));

  // Of an app that is declared an assistant still, and not an agent: no other hears of them, nor may it subscribe to them.
  app.event("assistant_thread_started", door("assistantThread"));
  app.event("assistant_thread_context_changed", door("assistantThread"));

  app.action(ACTIONS.stop, door("stopPressed"));
  app.action(ACTIONS.pause, door("pausePressed"));
  app.action(ACTIONS.resume, door("resumePressed"));
  app.action(ACTIONS.steer, door("steerPressed"));
  app.action(ACTIONS.words, door("wordsPressed"));
  app.action(ACTIONS.goOn, door("continuePressed"));
  app.action(ACTIONS.otherTeam, door("otherTeamPressed"));
  app.action(ACTIONS.transcript, door("transcriptPressed"));
  app.action(ACTIONS.share, door("sharePressed"));
  app.action(ACTIONS.keepCase, door("keepCasePressed"));
  app.view("parley_keep_case", door("keepCaseSubmitted"));
  app.action(ACTIONS.feedback, door("feedbackPressed"));
  app.action(ACTIONS.turn, door("turnMenuPressed"));
  app.view("parley_fork_speaker", door("forkSpeakerSubmitted"));
  app.view("parley_fork_team", door("forkTeamSubmitted"));
  app.view("parley_steer", door("steerSubmitted"));
  app.view("parley_answer", door("answerSubmitted"));
  app.view("parley_continue", door("continueSubmitted"));
  app.view("parley_other_team", door("otherTeamSubmitted"));
  app.action(ANSWER, door("answerPressed"));
  app.action(ACTIONS.approve, door("approvePressed"));
  app.action(ACTIONS.allowRun, door("allowRunPressed"));
  app.action(ACTIONS.editCall, door("editPressed"));
  app.action(ACTIONS.deny, door("denyPressed"));
  app.action(ACTIONS.raise, door("raisePressed"));
  app.action(ACTIONS.finish, door("finishPressed"));
  app.action(ACTIONS.denyWhy, door("denyWhyPressed"));
  app.action(ACTIONS.askAgain, door("askAgainPressed"));
  app.action(ACTIONS.connect, door("connectPressed"));
  app.view("parley_edit", door("editSubmitted"));
  app.view("parley_deny", door("denySubmitted"));

  app.action(TAKE_UP, door("takeUpPressed"));
  app.action(ACTIONS.leave, door("leavePressed"));
  app.action(ACTIONS.unpause, door("unpausePressed"));

  app.action(ACTIONS.forgetThread, door("forgetThreadPressed"));
  app.action(ACTIONS.forget, door("forgetPressed"));
  app.action(ACTIONS.older, door("notesPaged"));
  app.action(ACTIONS.newer, door("notesPaged"));

  app.action(ACTIONS.keepSchedule, door("keepSchedulePressed"));
  app.action(ACTIONS.dropSchedule, door("dropSchedulePressed"));
  app.action(ACTIONS.scheduleOn, door("scheduleOnPressed"));
  app.action(ACTIONS.scheduleOff, door("scheduleOffPressed"));
  app.action(ACTIONS.scheduleDelete, door("scheduleDeletePressed"));
  app.action(ACTIONS.lookProposal, door("proposalPressed"));
  app.action(ACTIONS.takeProposal, door("proposalPressed"));
  app.action(ACTIONS.declineProposal, door("proposalPressed"));

  app.action(LISTED.pause, door("listedPause"));
  app.action(LISTED.resume, door("listedResume"));
  app.action(LISTED.stop, door("listedStop"));
  app.action(LISTED.transcript, door("listedTranscript"));
  app.view("parley_settings", door("settingsSubmitted"));
  app.action(HOME, door("homePressed"));
  app.view(/^parley_home_/, door("homeSubmitted"));
  app.action({ block_id: NEW_RUN.team, action_id: NEW_RUN.element }, door("teamChosen"));

  app.command("/parley", door("command"));

  app.shortcut("parley_new", door("newRun"));
  app.view("parley_new", door("newRunSubmitted"));
  app.shortcut("parley_discuss", door("discuss"));
  app.shortcut("parley_controls", door("controls"));
}

type Listener = (what: { readonly body: unknown }) => Promise<void>;
type Name = string | RegExp;
interface InBlock {
  readonly block_id: string;
  readonly action_id: string;
}

/** How Bolt is told what is listened to, and by whom. */
export interface Listening {
  event(name: string, listener: Listener): void;
  action(on: Name | InBlock, listener: Listener): void;
  command(name: string, listener: Listener): void;
  shortcut(name: string, listener: Listener): void;
  view(on: Name, listener: Listener): void;
}

/**
 * The same with one listener of Bolt's for each kind: Bolt asks every listener about all that comes, each in a chain of promises, and with seventy of
 * them a mention took a quarter of all the promises of its answer there.
 */
export function oneForEachKind(app: Pick<App, keyof Listening>): Listening {
  const { event, action, command, shortcut, view } = {
    event: kind(),
    action: kind<Name | InBlock>(),
    command: kind(),
    shortcut: kind(),
    view: kind<Name>(),
  };
  app.event(ANY, ({ event: { type }, body }) => event.hear(body, (on) => on === type));
  app.action(ANY, ({ action: pressed, body }) => action.hear(body, (on) => isPressed(pressed as InBlock, on)));
  app.command(ANY, ({ command: { command: name }, body }) => command.hear(body, (on) => on === name));
  app.shortcut(ANY, ({ shortcut: { callback_id: id }, body }) => shortcut.hear(body, (on) => on === id));
  app.view(ANY, ({ view: { callback_id: id }, body }) => view.hear(body, (on) => fits(id, on)));
  return { event: event.add, action: action.add, command: command.add, shortcut: shortcut.add, view: view.add };
}

const ANY = /^/;

function kind<On = string>() {
  const all: (readonly [on: On, listener: Listener])[] = [];
  return {
    add: (on: On, listener: Listener) => void all.push([on, listener]),
    async hear(body: unknown, isMeant: (on: On) => boolean): Promise<void> {
      await Promise.all(all.filter(([on]) => isMeant(on)).map(([, listener]) => listener({ body })));
    },
  };
}

const fits = (name: string, on: Name): boolean => (typeof on === "string" ? name === on : on.test(name));

const isPressed = ({ block_id: block, action_id: action }: InBlock, on: Name | InBlock): boolean =>
  typeof on === "object" && "block_id" in on ? block === on.block_id && action === on.action_id : fits(action, on);

const HOME = new RegExp(`^${homeAction("").replaceAll(".", "\\.")}[A-Za-z]+$`);
const TAKE_UP = new RegExp(`^${ACTIONS.takeUp.replaceAll(".", "\\.")}\\.\\d{1,2}$`);
const ANSWER = new RegExp(`^${ACTIONS.answer.replaceAll(".", "\\.")}\\.\\d{1,2}$`);

/**
 * Lets Bolt find the listener. Rejects when a listener did, to be tried again; what Bolt itself cannot make sense of will not make more
 * sense the next time.
 */
export async function dispatch(bolt: App, body: Body, log: Log): Promise<void> {
  try {
    await bolt.processEvent({ body: withoutNone(body), ack: async () => undefined });
  } catch (error) {
    if (error instanceof ListenerError) throw error.cause;
    log("an envelope was not understood and put aside", error);
  }
}

/**
 * Bolt takes whatever stands at these places for what it looks for there, also `null`, and breaks over it: some servers write all fields that there are. A
 * body that has none of that, as nearly all, stays the same object.
 */
function withoutNone(body: Body): Body {
  const { event, authorizations } = body as { readonly event?: object; readonly authorizations?: unknown };
  const told = event && withoutNulls(event, ["channel", "item", "subteam", "user"]);
  const whole = withoutNulls(told === event ? body : { ...body, event: told }, TAKEN_FOR_ITS_KIND);
  if (!Array.isArray(authorizations) || authorizations.length === 0 || Object(authorizations[0]) === authorizations[0])
    return whole as Body;
  const { authorizations: _, ...rest } = whole as { readonly authorizations: unknown };
  return rest as unknown as Body;
}

/** Of whatever kind a body is, by these Bolt says which, or looks into them. */
const TAKEN_FOR_ITS_KIND = ["event", "command", "name", "actions", "channel", "response_urls"];

function withoutNulls(one: object, names: readonly string[]): object {
  const fields: { readonly [name: string]: unknown } = { ...one };
  const isNone = (name: string): boolean => names.includes(name) && fields[name] === null;
  if (!names.some(isNone)) return one;
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !isNone(name)));
}

export class ListenerError extends Error {
  constructor(error: Error) {
    super(error.message, { cause: "original" in error ? error.original : error });
  }
}
