import type { ModalView } from "@slack/web-api";
import type { KnownBlock } from "@slack/types";
import type { RunState } from "../../engine/reading/run-state.ts";
import { ACTIONS, actions, button, confirmed, context, dollars, duration, plural, section } from "../words/blocks.ts";
import { safeMrkdwn, shorten } from "../words/escape.ts";
import type { TeamCard, TeamCards } from "../../team-shelf.ts";
import { menuField, textField } from "../words/form-inputs.ts";
import { CARD_LINE_CHARS, RUN_ID_CHARS } from "../words/limits.ts";
import { faceInText } from "../render/personas.ts";
import { homeAction } from "../home/team-forms.ts";

/** Blocks and elements of the new-run modal, as its submission names them. */
export const NEW_RUN = { task: "task", team: "team", channel: "channel", element: "value" } as const;

/** What is filled in beforehand. */
export interface NewRunWishes {
  readonly team?: string;
  readonly task?: string;
  readonly channel?: string;
}

/** A task, a team, which is shown as it is chosen, and a channel. */
export function newRunModal(teams: TeamCards, { team, task, channel }: NewRunWishes = {}): ModalView {
  const chosen = teams.cards.find(({ name }) => name === (team ?? teams.default));
  return {
    type: "modal",
    callback_id: "parley_new",
    title: { type: "plain_text", text: "New Parley run" },
    submit: { type: "plain_text", text: "Start" },
    close: { type: "plain_text", text: "Cancel" },
    blocks: [
      textField({ id: NEW_RUN.task, label: "Task", multiline: true, value: task }),
      ...menuField({
        id: NEW_RUN.team,
        label: "Team",
        options: teams.cards.map(({ name }) => ({ value: name })),
        chosen: chosen?.name,
        asksAtOnce: true,
      }),
      ...(chosen ? previewOf(chosen) : []),
      {
        type: "input",
        block_id: NEW_RUN.channel,
        label: { type: "plain_text", text: "Channel" },
        hint: { type: "plain_text", text: "I have to be a member: /invite @parley" },
        element: {
          type: "conversations_select",
          action_id: NEW_RUN.element,
          ...(channel === undefined || channel.startsWith("D")
            ? { default_to_current_conversation: true }
            : { initial_conversation: channel }),
          filter: { include: ["public", "private"], exclude_bot_users: true },
        },
      },
    ],
  };
}

const CAST_SHOWN_MAX = 12;

/** Who is in the team that is chosen, and how far it may go. */
function previewOf(card: TeamCard): KnownBlock[] {
  const cast = card.agents.slice(0, CAST_SHOWN_MAX).map(({ name }) => `${faceInText(name, card)}${safeMrkdwn(name)}`);
  const { turns, minutes, usd } = card.limits;
  return [
    context(safeMrkdwn(shorten(card.description, CARD_LINE_CHARS))),
    context(`${cast.join("  ")} · at most ${plural(turns, "turn")}, ${plural(minutes, "minute")}, ${dollars(usd)}`),
  ];
}

/** It cannot be undone. */
const FORGET = {
  title: "Forget this thread?",
  text: "All that was said in it, its files and what agents noted from it go out of Parley for good; a run that goes on is stopped, and so are its forks, which lose what they share with it. Costs and decisions stay, without words. Messages in Slack stay: delete them in Slack.",
  confirm: "Forget",
};

/** What goes on in a thread, and how to end or steer it. `thread` comes back with a press. */
export function controlsModal(thread: string, run: RunState): ModalView {
  const words = run.running
    ? `*${safeMrkdwn(run.team ?? "")}* is at work: ${plural(run.turns, "turn")}, ${duration(run.elapsedMs)}, started by ${safeMrkdwn(run.startedBy?.name ?? "somebody")}.\nTo steer, reply in the thread.`
    : "No agents are talking in this thread. To start a run, mention me here with a task.";
  const stop = button("Stop", ACTIONS.stop, { r: run.run?.slice(0, RUN_ID_CHARS) }, "danger");
  const why = button("Who spoke and why…", homeAction("log"), { thread });
  const forget = confirmed(button("Forget this thread…", ACTIONS.forgetThread, {}, "danger"), FORGET);
  return {
    type: "modal",
    callback_id: "parley_controls",
    title: { type: "plain_text", text: "Parley run" },
    close: { type: "plain_text", text: "Close" },
    private_metadata: thread,
    blocks: [section(words), ...(run.running ? [actions(stop)] : []), ...(run.run === undefined ? [] : [actions(why, forget)])],
  };
}
