import type { RunState } from "../engine/run-state.ts";
import { currentRun } from "../engine/transcript.ts";
import { plural } from "./blocks.ts";
import { courtesy, INVITE, openModal, postOnce, tellDirectly, type Desk } from "./desk.ts";
import { personOf, threadOf } from "./ears.ts";
import { stop } from "./run-control.ts";
import { safeMrkdwn } from "./escape.ts";
import { helpText, teamsText } from "./help.ts";
import { controlsModal, NEW_RUN, newRunModal, type NewRunWishes } from "./modals.ts";
import { bareText } from "./mrkdwn.ts";
import { mySettings } from "./my-settings.ts";
import { memoryCommand } from "./notes.ts";
import type { CommandBody, MessageShortcutBody, PressBody, SubmissionBody } from "./payloads.ts";
import { refusal } from "./permissions.ts";
import { placeOf, threadKey, type Place } from "./place.ts";
import { slackErrorCode } from "./web.ts";

const RUNS_LISTED_MAX = 10;

/** `/parley help | teams | status | stop | memory`. Slack lets nobody use a command in a thread, hence the words and the shortcuts there. */
export async function parleyCommand(desk: Desk, command: CommandBody): Promise<void> {
  const listener = { user: command.user_id, channel: command.channel_id };
  const answer = (text: string) => desk.whisper.respond(command.response_url, listener, text);
  const word = command.text.trim().split(/\s+/)[0]?.toLowerCase() ?? "";
  switch (word) {
    case "":
    case "help":
      return answer(helpText(desk.me.user, desk.teams));
    case "teams":
      return answer(teamsText(desk.teams));
    case "status":
      return answer(await statusText(desk, command.channel_id));
    case "stop": {
      const runs = await runsIn(desk, command.channel_id);
      const [only] = runs;
      if (!only) return answer("No agents are talking in this channel.");
      if (runs.length > 1)
        return answer(`${await statusText(desk, command.channel_id)}\nWrite \`stop\` in the thread of the one you mean.`);
      // In a shared channel the command of a guest says from where it comes.
      const external = command.team_id !== undefined && command.team_id !== desk.me.team;
      const stopped = await stop(desk, { ...only, user: command.user_id, external, listener });
      return stopped ? answer(`Stopped: ${await lineOf(desk, only)}`) : undefined;
    }
    case "memory":
      return memoryCommand(desk, command);
    default:
      return answer(
        `I do not know \`/parley ${safeMrkdwn(word.slice(0, 40))}\`. There are \`help\`, \`teams\`, \`status\`, \`stop\` and \`memory\`. To start a run, mention me with the task.`,
      );
  }
}

/** "Discuss with Parley" on a message: a run about its text, in its thread. */
export async function discuss(desk: Desk, shortcut: MessageShortcutBody): Promise<void> {
  const { message, channel, user } = shortcut;
  const listener = { user: user.id, channel: channel.id, threadTs: message.thread_ts, ts: message.ts };
  const answer = (text: string) => desk.whisper.respond(shortcut.response_url, listener, text);
  const text = bareText(message.text, desk.me.user);
  if (text === "") return answer("There are no words in this message to discuss.");
  if (!(await isMember(desk, channel.id))) return answer(INVITE);
  const thread = threadOf(desk, { channel: channel.id, ...message });
  const run = currentRun(await desk.runner.read(thread));
  const external = user.team_id !== undefined && user.team_id !== desk.me.team;
  const refused = refusal(run.running ? "steer" : "start", { user: user.id, external, startedBy: run.startedBy }, desk.allow);
  if (refused) return answer(safeMrkdwn(refused));
  desk.whisper.react({ channel: channel.id, ts: message.ts }, "eyes");
  const author = message.user ? await desk.names.of(message.user) : (message.username ?? "somebody");
  const heard = await desk.runner.say({
    thread,
    workspace: desk.me.team,
    person: await personOf(desk, user.id),
    text: `Discuss this message of ${author}:\n\n${text}`,
    id: `${desk.me.team}:${channel.id}:${message.ts}:discuss:${shortcut.action_ts ?? ""}`,
    addressed: true,
  });
  if (heard.kind === "refused") await answer(safeMrkdwn(heard.reason));
}

/** "Parley run controls" on a message: what goes on in its thread, and Stop. */
export async function openControls(desk: Desk, shortcut: MessageShortcutBody): Promise<void> {
  const thread = threadOf(desk, { channel: shortcut.channel.id, ...shortcut.message });
  await openModal(desk, shortcut.trigger_id, controlsModal(thread, currentRun(await desk.runner.read(thread))));
}

/** Stop was pressed in the controls: they show what is so now. */
export async function refreshControls(desk: Desk, view: { readonly id: string; readonly private_metadata: string }): Promise<void> {
  const run = currentRun(await desk.runner.read(view.private_metadata));
  await courtesy(desk, "views.update", () =>
    desk.web.write.views.update({ view_id: view.id, view: controlsModal(view.private_metadata, run) }),
  );
}

/** The form for a new run, with the person's own team chosen beforehand. */
export async function openNewRun(
  desk: Desk,
  { user, triggerId, pushed, ...wishes }: NewRunWishes & { readonly user: string; readonly triggerId: string; readonly pushed?: boolean },
): Promise<void> {
  const team = wishes.team ?? (await mySettings(desk, user)).team;
  const known = desk.teams.cards.some(({ name }) => name === team);
  const { team: _, ...rest } = wishes;
  const view = newRunModal(desk.teams, known && team !== undefined ? { ...rest, team } : rest);
  if (!pushed) return openModal(desk, triggerId, view);
  return courtesy(desk, "views.push", () => desk.web.write.views.push({ trigger_id: triggerId, view }));
}

/** Another team was chosen in that form: it is shown. What was typed stays. */
export async function previewTeam(desk: Desk, press: PressBody): Promise<void> {
  const team = press.actions[0].selected_option?.value;
  const id = press.view?.id;
  if (id === undefined || team === undefined) return;
  await courtesy(desk, "views.update", () => desk.web.write.views.update({ view_id: id, view: newRunModal(desk.teams, { team }) }));
}

/** The new-run modal was submitted: the task is posted in the channel, and the run begins under it. */
export async function startFromModal(desk: Desk, submission: SubmissionBody): Promise<void> {
  const { values } = submission.view.state;
  const chosen = (block: string) => values[block]?.[NEW_RUN.element];
  const task = chosen(NEW_RUN.task)?.value?.trim();
  const team = chosen(NEW_RUN.team)?.selected_option?.value;
  const channel = chosen(NEW_RUN.channel)?.selected_conversation;
  if (!task || !team || !channel) return;
  const user = submission.user.id;
  const external = submission.user.team_id !== undefined && submission.user.team_id !== desk.me.team;
  const refused = refusal("start", { user, external, startedBy: undefined }, desk.allow);
  if (refused) return tellDirectly(desk, user, safeMrkdwn(refused));
  const key = `task/${submission.view.id}`;
  const ts = await postOnce(desk, { key, user, channel, text: `<@${user}> asks:\n${safeMrkdwn(task)}` });
  if (!ts) return;
  const heard = await desk.runner.say({
    thread: threadKey({ team: desk.me.team, channel, ts }),
    workspace: desk.me.team,
    person: await personOf(desk, user),
    text: task,
    id: `${desk.me.team}:${channel}:${ts}`,
    addressed: true,
    team,
  });
  if (heard.kind === "refused") await desk.whisper.tell({ user, channel, ts }, safeMrkdwn(heard.reason));
}

interface RunHere {
  readonly thread: string;
  readonly place: Place;
  readonly run: RunState;
}

/** The runs of one channel: whoever can write there may read of them, and of no others. */
async function runsIn(desk: Desk, channel: string): Promise<RunHere[]> {
  const runs: RunHere[] = [];
  for (const { thread } of await desk.store.unfinished()) {
    const place = placeOf(thread);
    if (place?.team !== desk.me.team || place.channel !== channel) continue;
    const run = currentRun(await desk.runner.read(thread));
    if (run.running) runs.push({ thread, place, run });
  }
  return runs;
}

async function statusText(desk: Desk, channel: string): Promise<string> {
  const runs = await runsIn(desk, channel);
  if (runs.length === 0) return "No agents are talking in this channel.";
  const lines = await Promise.all(runs.slice(0, RUNS_LISTED_MAX).map(async (run) => `• ${await lineOf(desk, run)}`));
  return [`*Agents are talking in ${plural(runs.length, "thread")} of this channel*`, ...lines].join("\n");
}

async function lineOf(desk: Desk, { place, run }: RunHere): Promise<string> {
  const state = run.question || run.approvals.length > 0 ? "waits for an answer" : plural(run.turns, "turn");
  const words = `*${safeMrkdwn(run.team ?? "")}*, ${state}, started by ${safeMrkdwn(run.startedBy?.name ?? "somebody")}`;
  const link = await desk.web.read.chat.getPermalink({ channel: place.channel, message_ts: place.ts }).catch(() => undefined);
  return link?.permalink ? `${words}: <${link.permalink}|open>` : words;
}

/** True as well when Slack does not say: then the attempt shows. */
async function isMember(desk: Desk, channel: string): Promise<boolean> {
  try {
    const { channel: found } = await desk.web.read.conversations.info({ channel });
    return found?.is_member !== false || found.is_im === true;
  } catch (error) {
    return !["channel_not_found", "not_in_channel"].includes(slackErrorCode(error) ?? "");
  }
}
