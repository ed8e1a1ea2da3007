import type { ModalView, HomeView } from "@slack/web-api";
import type { RunState } from "../engine/run-state.ts";
import { ACTIONS, actions, button, duration, plural, section } from "./blocks.ts";
import { safeMrkdwn, shorten } from "./escape.ts";
import { helpText, type TeamCards } from "./help.ts";
import { INPUT_CHARS_MAX, OPTION_CHARS_MAX, OPTION_VALUE_CHARS_MAX, OPTIONS_MAX, RUN_ID_CHARS } from "./limits.ts";
import { nicetyBlocks } from "./niceties.ts";

/** Blocks and elements of the new-run modal, as its submission names them. */
export const NEW_RUN = { task: "task", team: "team", channel: "channel", element: "value" } as const;

/** A task, a team and a channel. */
export function newRunModal(teams: TeamCards): ModalView {
  const options = teams.cards
    .filter((card) => card.name.length <= OPTION_VALUE_CHARS_MAX)
    .slice(0, OPTIONS_MAX)
    .map((card) => ({ text: { type: "plain_text" as const, text: shorten(card.name, OPTION_CHARS_MAX) }, value: card.name }));
  const initial = options.find((option) => option.value === teams.default);
  return {
    type: "modal",
    callback_id: "parley_new",
    title: { type: "plain_text", text: "New Parley run" },
    submit: { type: "plain_text", text: "Start" },
    close: { type: "plain_text", text: "Cancel" },
    blocks: [
      {
        type: "input",
        block_id: NEW_RUN.task,
        label: { type: "plain_text", text: "Task" },
        element: { type: "plain_text_input", action_id: NEW_RUN.element, multiline: true, min_length: 1, max_length: INPUT_CHARS_MAX },
      },
      {
        type: "input",
        block_id: NEW_RUN.team,
        label: { type: "plain_text", text: "Team" },
        element: { type: "static_select", action_id: NEW_RUN.element, options, ...(initial ? { initial_option: initial } : {}) },
      },
      {
        type: "input",
        block_id: NEW_RUN.channel,
        label: { type: "plain_text", text: "Channel" },
        hint: { type: "plain_text", text: "I have to be a member: /invite @parley" },
        element: {
          type: "conversations_select",
          action_id: NEW_RUN.element,
          default_to_current_conversation: true,
          filter: { include: ["public", "private"], exclude_bot_users: true },
        },
      },
    ],
  };
}

/** What goes on in a thread, and how to end or steer it. `thread` comes back with a press. */
export function controlsModal(thread: string, run: RunState): ModalView {
  const words = run.running
    ? `*${safeMrkdwn(run.team ?? "")}* is at work: ${plural(run.turns, "turn")}, ${duration(run.elapsedMs)}, started by ${safeMrkdwn(run.startedBy?.name ?? "somebody")}.\nTo steer, reply in the thread.`
    : "No agents are talking in this thread. To start a run, mention me here with a task.";
  const stop = button("Stop", ACTIONS.stop, { r: run.run?.slice(0, RUN_ID_CHARS) }, "danger");
  return {
    type: "modal",
    callback_id: "parley_controls",
    title: { type: "plain_text", text: "Parley run" },
    close: { type: "plain_text", text: "Close" },
    private_metadata: thread,
    blocks: run.running ? [section(words), actions(stop)] : [section(words)],
  };
}

/** The Home tab: what the workspace does not let Parley have, see niceties.ts; how to begin, and with whom. */
export function homeView(bot: string, teams: TeamCards, missing: readonly string[]): HomeView {
  return {
    type: "home",
    blocks: [{ type: "header", text: { type: "plain_text", text: "Parley" } }, ...nicetyBlocks(missing), section(helpText(bot, teams))],
  };
}
