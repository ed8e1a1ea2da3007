import type { ModalView } from "@slack/web-api";
import type { InputBlock, PlainTextOption } from "@slack/types";
import type { Translator } from "../language/translator.ts";
import { plainText, section } from "../words/blocks.ts";
import { safeLine, safeMrkdwn, shorten } from "../words/escape.ts";
import type { TeamCard, TeamCards } from "../../team-shelf.ts";
import { CARD_LINE_CHARS, INPUT_CHARS_MAX, OPTION_CHARS_MAX, OPTION_VALUE_CHARS_MAX, OPTIONS_MAX } from "../words/limits.ts";

/** Blocks of these modals, as their submissions name them. */
export const FIELDS = { to: "to", words: "words", team: "team", element: "value" } as const;

/** What a modal is about: ids alone; everything else is read from the log again. */
export interface About {
  readonly thread: string;
  readonly run?: string;
  readonly seq?: number;
}

const NOBODY = "-";

/** Words for the run, and for whom. */
export const steerModal = (t: Translator, about: About, team: TeamCard | undefined): ModalView => ({
  ...runModal(t, "parley_steer", ["runForms.title.steer", "runForms.submit.send"], about),
  blocks: [
    menu(FIELDS.to, t("runForms.label.to"), [
      { text: plainText(t("runForms.option.next")), value: NOBODY },
      ...(team?.agents ?? []).filter(({ name }) => name.length <= OPTION_VALUE_CHARS_MAX).map(({ name }) => optionOf(name)),
    ]),
    input(t("runForms.label.steer")),
  ],
});

/** The agent that was chosen; nobody where the words are for all. */
export const chosenAgent = (value: string | undefined): string | undefined => (value === NOBODY ? undefined : value);

/** A new task in the thread of a run that is over. */
export const continueModal = (t: Translator, about: About): ModalView => ({
  ...runModal(t, "parley_continue", ["runForms.title.continue", "runForms.submit.continue"], about),
  blocks: [section(t("runForms.text.continue")), input(t("runForms.label.continue"))],
});

/** The same task for another team. */
export const otherTeamModal = (t: Translator, about: About, teams: TeamCards, task: string): ModalView => ({
  ...runModal(t, "parley_other_team", ["runForms.title.otherTeam", "forms.submit.start"], about),
  blocks: [
    section(`>${safeMrkdwn(safeLine(task, CARD_LINE_CHARS))}`),
    menu(
      FIELDS.team,
      t("forms.label.team"),
      teams.cards.filter(({ name }) => name.length <= OPTION_VALUE_CHARS_MAX).map(({ name }) => optionOf(name)),
    ),
  ],
});

/** An answer in one's own words to one question. */
export const answerModal = (t: Translator, about: About, question: { readonly agent: string; readonly text: string }): ModalView => ({
  ...runModal(t, "parley_answer", ["runForms.title.answer", "runForms.submit.answer"], about),
  blocks: [
    section(t("runForms.text.asks", { agent: safeMrkdwn(question.agent), question: safeMrkdwn(shorten(question.text, 2_000)) })),
    input(t("runForms.label.answer")),
  ],
});

type Heading =
  | "runForms.title.steer"
  | "runForms.title.continue"
  | "runForms.title.otherTeam"
  | "runForms.title.answer"
  | "runForms.title.forkSpeaker"
  | "runForms.title.forkTeam"
  | "runForms.title.edit"
  | "runForms.title.deny";
type Submit =
  | "runForms.submit.send"
  | "runForms.submit.continue"
  | "runForms.submit.answer"
  | "runForms.submit.fork"
  | "runForms.submit.edit"
  | "runForms.submit.deny"
  | "forms.submit.start";

/** `words`: over it, and on the button that sends it off. */
export const runModal = (t: Translator, callback: string, [title, submit]: readonly [Heading, Submit], about: About) =>
  ({
    type: "modal",
    callback_id: callback,
    title: plainText(t(title)),
    submit: plainText(t(submit)),
    close: plainText(t("forms.submit.cancel")),
    private_metadata: JSON.stringify(about),
  }) as const;

export const optionOf = (name: string): PlainTextOption => ({ text: plainText(shorten(name, OPTION_CHARS_MAX)), value: name });

export function menu(id: string, label: string, all: readonly PlainTextOption[]): InputBlock {
  const options = all.slice(0, OPTIONS_MAX);
  const [first] = options;
  return {
    type: "input",
    block_id: id,
    label: plainText(label),
    element: { type: "static_select", action_id: FIELDS.element, options, ...(first ? { initial_option: first } : {}) },
  };
}

const input = (label: string): InputBlock => ({
  type: "input",
  block_id: FIELDS.words,
  label: plainText(label),
  element: { type: "plain_text_input", action_id: FIELDS.element, multiline: true, min_length: 1, max_length: INPUT_CHARS_MAX },
});
