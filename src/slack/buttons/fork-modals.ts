import type { ModalView } from "@slack/types";
import type { RunEvent } from "../../engine/events/events.ts";
import type { Transcript } from "../../engine/reading/transcript.ts";
import type { Translator } from "../language/translator.ts";
import { context, plainText, section } from "../words/blocks.ts";
import { safeLine, safeMrkdwn, shorten } from "../words/escape.ts";
import type { TeamCard, TeamCards } from "../../team-shelf.ts";
import { CARD_LINE_CHARS, OPTION_VALUE_CHARS_MAX } from "../words/limits.ts";
import { runOf, turnBefore } from "../render/log-reading.ts";
import { selectedBy } from "../home/selector-log.ts";
import { FIELDS, menu, optionOf, runModal, type About } from "./run-modals.ts";

/** Who is to speak next, in a fork. */
export const forkSpeakerModal = (t: Translator, about: About, team: TeamCard, next: string | undefined): ModalView => ({
  ...runModal(t, "parley_fork_speaker", ["runForms.title.forkSpeaker", "runForms.submit.fork"], about),
  blocks: [
    section(next === undefined ? t("runForms.text.shared") : t("runForms.text.spokeNext", { agent: safeMrkdwn(next) })),
    menu(
      FIELDS.to,
      t("runForms.label.nextSpeaker"),
      team.agents.filter(({ name }) => name !== next && name.length <= OPTION_VALUE_CHARS_MAX).map(({ name }) => optionOf(name)),
    ),
  ],
});

/** Which team goes on, in a fork. */
export const forkTeamModal = (t: Translator, about: About, teams: TeamCards): ModalView => ({
  ...runModal(t, "parley_fork_team", ["runForms.title.forkTeam", "runForms.submit.fork"], about),
  blocks: [
    section(t("runForms.text.shared")),
    menu(
      FIELDS.team,
      t("forms.label.team"),
      teams.cards.filter(({ name }) => name.length <= OPTION_VALUE_CHARS_MAX).map(({ name }) => optionOf(name)),
    ),
  ],
});

/** Why the agent of a turn had the floor: by whom or what it was chosen, why, and among whom. */
export function whyModal(
  t: Translator,
  event: RunEvent & { readonly agent: string },
  transcript: Transcript,
  team: TeamCard | undefined,
): ModalView {
  const { selected } = turnBefore(transcript, event.seq, event.agent);
  const before = selected && transcript.events[selected.seq - 2];
  const handedOver = before?.type === "handoff.made" && before.to === event.agent ? before.agent : undefined;
  const { state } = runOf(transcript, event.seq);
  const others = (team?.agents ?? []).map(
    ({ name, description }) => `• *${safeMrkdwn(name)}* ${safeMrkdwn(safeLine(description, CARD_LINE_CHARS))}`,
  );
  const how = handedOver
    ? t("choices.text.handedOver", { agent: safeMrkdwn(handedOver) })
    : selected
      ? selectedBy(t, selected)
      : t("choices.text.hadFloor");
  return {
    type: "modal",
    title: plainText(t("choices.title.why")),
    close: plainText(t("forms.submit.close")),
    blocks: [
      section(`*${safeMrkdwn(event.agent)}*: ${how}`),
      ...(selected?.reason ? [section(`>${safeMrkdwn(shorten(selected.reason.replaceAll(/\s+/g, " "), 1_500))}`)] : []),
      ...(selected?.instruction
        ? [section(t("choices.text.askedOfIt", { words: safeMrkdwn(shorten(selected.instruction.replaceAll(/\s+/g, " "), 1_500)) }))]
        : []),
      ...(selected?.notices ?? []).slice(0, 5).map((notice) => context(safeMrkdwn(shorten(notice, 300)))),
      ...(others.length > 0
        ? [section(shorten(`${t("choices.text.couldSpeak", { team: safeMrkdwn(state.team ?? "") })}\n${others.join("\n")}`, 3_000))]
        : []),
    ],
  };
}
