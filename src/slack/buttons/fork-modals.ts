import type { ModalView } from "@slack/types";
import type { RunEvent } from "../../engine/events/events.ts";
import type { Transcript } from "../../engine/reading/transcript.ts";
import { context, plainText, section } from "../words/blocks.ts";
import { safeLine, safeMrkdwn, shorten } from "../words/escape.ts";
import type { TeamCard, TeamCards } from "../../team-shelf.ts";
import { CARD_LINE_CHARS, OPTION_VALUE_CHARS_MAX } from "../words/limits.ts";
import { runOf, turnBefore } from "../render/log-reading.ts";
import { selectedBy } from "../home/selector-log.ts";
import { FIELDS, menu, optionOf, runModal, type About } from "./run-modals.ts";

const SHARED = "A thread of its own begins, which shares all turns up to this one. This thread stays as it is.";

/** Who is to speak next, in a fork. */
export const forkSpeakerModal = (about: About, team: TeamCard, next: string | undefined): ModalView => ({
  ...runModal("parley_fork_speaker", "Another next speaker", "Fork", about),
  blocks: [
    section(next === undefined ? SHARED : `Here *${safeMrkdwn(next)}* spoke next. ${SHARED}`),
    menu(
      FIELDS.to,
      "Next speaker",
      team.agents.filter(({ name }) => name !== next && name.length <= OPTION_VALUE_CHARS_MAX).map(({ name }) => optionOf(name)),
    ),
  ],
});

/** Which team goes on, in a fork. */
export const forkTeamModal = (about: About, teams: TeamCards): ModalView => ({
  ...runModal("parley_fork_team", "From here", "Fork", about),
  blocks: [
    section(SHARED),
    menu(
      FIELDS.team,
      "Team",
      teams.cards.filter(({ name }) => name.length <= OPTION_VALUE_CHARS_MAX).map(({ name }) => optionOf(name)),
    ),
  ],
});

/** Why the agent of a turn had the floor: by whom or what it was chosen, why, and among whom. */
export function whyModal(event: RunEvent & { readonly agent: string }, transcript: Transcript, team: TeamCard | undefined): ModalView {
  const { selected } = turnBefore(transcript, event.seq, event.agent);
  const before = selected && transcript.events[selected.seq - 2];
  const handedOver = before?.type === "handoff.made" && before.to === event.agent ? before.agent : undefined;
  const { state } = runOf(transcript, event.seq);
  const others = (team?.agents ?? []).map(
    ({ name, description }) => `• *${safeMrkdwn(name)}* ${safeMrkdwn(safeLine(description, CARD_LINE_CHARS))}`,
  );
  const how = handedOver ? `*${safeMrkdwn(handedOver)}* handed over` : selected ? selectedBy(selected) : "it had the floor already";
  return {
    type: "modal",
    title: plainText("Why this speaker?"),
    close: plainText("Close"),
    blocks: [
      section(`*${safeMrkdwn(event.agent)}*: ${how}`),
      ...(selected?.reason ? [section(`>${safeMrkdwn(shorten(selected.reason.replaceAll(/\s+/g, " "), 1_500))}`)] : []),
      ...(selected?.instruction
        ? [section(`Asked of it: ${safeMrkdwn(shorten(selected.instruction.replaceAll(/\s+/g, " "), 1_500))}`)]
        : []),
      ...(selected?.notices ?? []).slice(0, 5).map((notice) => context(safeMrkdwn(shorten(notice, 300)))),
      ...(others.length > 0
        ? [section(shorten(`*Those who could speak in ${safeMrkdwn(state.team ?? "")}:*\n${others.join("\n")}`, 3_000))]
        : []),
    ],
  };
}
