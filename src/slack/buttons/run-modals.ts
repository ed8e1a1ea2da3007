import type { ModalView } from "@slack/web-api";
import type { InputBlock, PlainTextOption } from "@slack/types";
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
export const steerModal = (about: About, team: TeamCard | undefined): ModalView => ({
  ...runModal("parley_steer", "Steer the run", "Send", about),
  blocks: [
    menu(FIELDS.to, "To", [
      { text: plainText("Whoever speaks next"), value: NOBODY },
      ...(team?.agents ?? []).filter(({ name }) => name.length <= OPTION_VALUE_CHARS_MAX).map(({ name }) => optionOf(name)),
    ]),
    input("What should they know or do?"),
  ],
});

/** The agent that was chosen; nobody where the words are for all. */
export const chosenAgent = (value: string | undefined): string | undefined => (value === NOBODY ? undefined : value);

/** A new task in the thread of a run that is over. */
export const continueModal = (about: About): ModalView => ({
  ...runModal("parley_continue", "Continue", "Go on", about),
  blocks: [section("The team goes on in this thread and has read all of it."), input("What next?")],
});

/** The same task for another team. */
export const otherTeamModal = (about: About, teams: TeamCards, task: string): ModalView => ({
  ...runModal("parley_other_team", "Another team", "Start", about),
  blocks: [
    section(`>${safeMrkdwn(safeLine(task, CARD_LINE_CHARS))}`),
    menu(
      FIELDS.team,
      "Team",
      teams.cards.filter(({ name }) => name.length <= OPTION_VALUE_CHARS_MAX).map(({ name }) => optionOf(name)),
    ),
  ],
});

/** An answer in one's own words to one question. */
export const answerModal = (about: About, question: { readonly agent: string; readonly text: string }): ModalView => ({
  ...runModal("parley_answer", "Answer", "Answer", about),
  blocks: [section(`*${safeMrkdwn(question.agent)} asks:*\n${safeMrkdwn(shorten(question.text, 2_000))}`), input("Your answer")],
});

export const runModal = (callback: string, title: string, submit: string, about: About) =>
  ({
    type: "modal",
    callback_id: callback,
    title: plainText(title),
    submit: plainText(submit),
    close: plainText("Cancel"),
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
