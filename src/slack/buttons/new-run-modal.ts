import type { ModalView } from "@slack/web-api";
import type { KnownBlock } from "@slack/types";
import type { Forecast } from "../../engine/events/events.ts";
import type { RunState } from "../../engine/reading/run-state.ts";
import { forecastIn } from "../language/forecast-words.ts";
import type { Translator } from "../language/translator.ts";
import { ACTIONS, actions, button, confirmed, context, plainText, section } from "../words/blocks.ts";
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
  /** What the team will probably take for it, where that is known. */
  readonly forecast?: Forecast | undefined;
}

/** A task, a team, which is shown as it is chosen, and a channel. */
export function newRunModal(t: Translator, teams: TeamCards, { team, task, channel, forecast }: NewRunWishes = {}): ModalView {
  const chosen = teams.cards.find(({ name }) => name === (team ?? teams.default));
  return {
    type: "modal",
    callback_id: "parley_new",
    title: plainText(t("runForms.title.newRun")),
    submit: plainText(t("forms.submit.start")),
    close: plainText(t("forms.submit.cancel")),
    blocks: [
      textField({ id: NEW_RUN.task, label: t("runForms.label.task"), multiline: true, value: task }),
      ...menuField({
        id: NEW_RUN.team,
        label: t("forms.label.team"),
        options: teams.cards.map(({ name }) => ({ value: name })),
        chosen: chosen?.name,
        asksAtOnce: true,
      }),
      ...(chosen ? previewOf(t, chosen, forecast) : []),
      {
        type: "input",
        block_id: NEW_RUN.channel,
        label: plainText(t("forms.label.channel")),
        hint: plainText(t("runForms.hint.member")),
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

/** Who is in the team that is chosen, how far it may go, and what it will probably take. */
function previewOf(t: Translator, card: TeamCard, forecast: Forecast | undefined): KnownBlock[] {
  const cast = card.agents.slice(0, CAST_SHOWN_MAX).map(({ name }) => `${faceInText(name, card)}${safeMrkdwn(name)}`);
  const { turns, minutes, usd } = card.limits;
  const most = {
    turns: t("units.text.turns", { count: turns }),
    minutes: t("limits.text.minutes", { count: minutes }),
    money: t.dollars(usd),
  };
  return [
    context(safeMrkdwn(shorten(card.description, CARD_LINE_CHARS))),
    context(`${cast.join("  ")} · ${t("runForms.text.atMost", most)}`),
    ...(forecast ? [context(forecastIn(t, forecast))] : []),
  ];
}

/** What goes on in a thread, and how to end or steer it. `thread` comes back with a press. */
export function controlsModal(t: Translator, thread: string, run: RunState): ModalView {
  const words = run.running
    ? t("runForms.text.atWork", {
        team: safeMrkdwn(run.team ?? ""),
        turns: t("units.text.turns", { count: run.turns }),
        duration: t.duration(run.elapsedMs),
        person: safeMrkdwn(run.startedBy?.name ?? t("runForms.text.somebody")),
      })
    : t("runForms.text.noRun");
  const stop = button(t("home.button.stop"), ACTIONS.stop, { r: run.run?.slice(0, RUN_ID_CHARS) }, "danger");
  const why = button(t("home.button.log"), homeAction("log"), { thread });
  const forget = confirmed(button(t("runForms.button.forget"), ACTIONS.forgetThread, {}, "danger"), {
    title: t("runForms.sure.forget"),
    text: t("runForms.meaning.forget"),
    confirm: t("runForms.yes.forget"),
    deny: t("limits.yes.notNow"),
  });
  return {
    type: "modal",
    callback_id: "parley_controls",
    title: plainText(t("runForms.title.controls")),
    close: plainText(t("forms.submit.close")),
    private_metadata: thread,
    blocks: [section(words), ...(run.running ? [actions(stop)] : []), ...(run.run === undefined ? [] : [actions(why, forget)])],
  };
}
