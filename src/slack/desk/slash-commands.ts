import { currentRun } from "../../engine/reading/transcript.ts";
import type { Actor } from "../people/affiliation.ts";
import { answerTo, isOutside, notHere, type Asked } from "./command-answer.ts";
import { refusedText } from "./day-budgets.ts";
import { budgetCommand } from "../buttons/limit-buttons.ts";
import { courtesy, openModal, tellDirectly, type Desk } from "./handler-context.ts";
import { namingOf, personOf, threadOf } from "./message-context.ts";
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

/** `/parley …`: what people ask for outside of a thread. Slack lets nobody use a command in one, hence the words and the shortcuts there. */
export async function parleyCommand(desk: Desk, command: CommandBody, actor: Actor): Promise<void> {
  const asked = askedBy(command, actor);
  const answer = answerTo(desk, asked);
  const words = command.text.trim().split(/\s+/);
  const word = words[0]?.toLowerCase() ?? "";
  switch (word) {
    case "":
    case "help":
      return answer(`${helpText(desk.me.user, await teamsIn(desk, asked.channel))}\n\n${commandsText()}`);
    case "new":
      return newRun(desk, command, asked);
    case "teams":
      return answer(teamsText(await teamsIn(desk, asked.channel)));
    case "status":
      return listRuns(desk, asked, words[1]?.toLowerCase() === "mine");
    case "stop":
    case "pause":
    case "resume":
      return controlRuns(desk, asked, word);
    case "transcript":
      return sendTranscript(desk, asked);
    case "settings":
      return openSettings(desk, asked);
    case "budget":
      return answer(await budgetCommand(desk, command, actor));
    case "memory":
      return memoryCommand(desk, command, actor);
    default:
      return answer(`I do not know \`/parley ${safeMrkdwn(word.slice(0, 40))}\`.\n\n${commandsText()}`);
  }
}

function askedBy(command: CommandBody, actor: Actor): Asked {
  return {
    ...actor,
    channel: command.channel_id,
    respondTo: command.response_url,
    id: command.trigger_id,
  };
}

/** `/parley new`: a modal; with a task behind it, a run in this channel at once. */
async function newRun(desk: Desk, command: CommandBody, asked: Asked): Promise<void> {
  const answer = answerTo(desk, asked);
  const { channel, user, affiliation, id } = asked;
  if (id === undefined) return;
  const teams = await teamsIn(desk, channel);
  const said = command.text.trim().replace(/^\S+\s*/, "");
  const [first = ""] = said.split(/[\s:]/, 1);
  const team = teamNamed(teams, first);
  const task = team === undefined ? said : said.slice(first.length).replace(/^\s*:?\s*/, "");
  if (task === "") return openModal(desk, id, newRunModal({ ...teams, default: team ?? teams.default }));
  if (await isOutside(desk, channel)) return answer(notHere(channel));
  const text = await plainText(task, namingOf(desk));
  const line = await startRun(desk, { key: `command/${id}`, user, affiliation, channel, team, text });
  if (line) await answer(line);
}

/** "Discuss with Parley" on a message: a run about its text, in its thread. */
export async function discuss(desk: Desk, shortcut: MessageShortcutBody, { affiliation }: Actor): Promise<void> {
  const { message, channel, user } = shortcut;
  const listener = { user: user.id, channel: channel.id, threadTs: message.thread_ts, ts: message.ts };
  const answer = (text: string) => desk.whisper.respond(shortcut.response_url, listener, text);
  const words = wordsIn(message);
  const text = await plainText(words.own, namingOf(desk));
  const shared = [...(message.files ?? []), ...words.files];
  if (text === "" && shared.length + words.carried.length === 0) return answer("There are no words in this message to discuss.");
  if (await isOutside(desk, channel.id)) return answer(notHere(channel.id));
  const thread = threadOf(desk, { channel: channel.id, ...message });
  const run = currentRun(await desk.runner.read(thread));
  const attempt = { user: user.id, affiliation, startedBy: run.startedBy, channel: channel.id, subject: thread, id: shortcut.trigger_id };
  const no = await refused(desk, run.running ? "steer" : "start", attempt);
  if (no) return answer(safeMrkdwn(no));
  desk.whisper.react({ channel: channel.id, ts: message.ts }, "eyes");
  const author = message.user ? await desk.people.nameOf(message.user) : (message.bot_profile?.name ?? message.username ?? "somebody");
  const { files, note } = await desk.attachments({ files: shared });
  const carried = await readCarried(words, namingOf(desk));
  const heard = await desk.runner.say({
    thread,
    workspace: desk.me.team,
    person: await personOf(desk, user.id),
    ...(run.running ? {} : await asSetIn(desk, channel.id, { before: run })),
    text: `Discuss this message of ${author}.`,
    files,
    beside: [...(text ? [{ source: author, text }] : []), ...carried, ...(note ? [{ text: note }] : [])],
    id: `${desk.me.team}:${channel.id}:${message.ts}:discuss:${shortcut.action_ts ?? ""}`,
    addressed: true,
  });
  if (heard.kind === "refused") await answer(await refusedText(desk, heard, channel.id));
}

/** "Parley run controls" on a message: what goes on in its thread, and Stop. */
export async function openControls(desk: Desk, shortcut: MessageShortcutBody): Promise<void> {
  const thread = threadOf(desk, { channel: shortcut.channel.id, ...shortcut.message });
  await recordReading(desk, { user: shortcut.user.id }, { deed: "read controls", subject: thread, id: shortcut.trigger_id });
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
export async function startFromModal(desk: Desk, submission: SubmissionBody, { user, affiliation }: Actor): Promise<void> {
  const { values } = submission.view.state;
  const chosen = (block: string) => values[block]?.[NEW_RUN.element];
  const task = chosen(NEW_RUN.task)?.value?.trim();
  const team = chosen(NEW_RUN.team)?.selected_option?.value;
  const channel = chosen(NEW_RUN.channel)?.selected_conversation;
  if (!task || !team || !channel) return;
  const line = await startRun(desk, { key: submission.view.id, user, affiliation, channel, team, text: task });
  if (line) await tellDirectly(desk, user, line);
}
