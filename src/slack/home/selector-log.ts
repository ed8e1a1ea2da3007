import type { KnownBlock, ModalView } from "@slack/types";
import type { RunEvent, SelectedBy } from "../../engine/events/events.ts";
import { currentRun, type Transcript } from "../../engine/reading/transcript.ts";
import { context, section } from "../words/blocks.ts";
import { safeMrkdwn, shorten } from "../words/escape.ts";
import { noteView } from "./team-forms.ts";

/** Turns of the modal: a block each, and one that says what is left out. */
const TURNS_SHOWN_MAX = 60;
const REASON_CHARS_SHOWN = 400;

/** Who was chosen in the last run of a thread, turn by turn: why, by what, and whether the selector saw progress. */
export function selectorLog(transcript: Transcript): ModalView {
  const { team, startIndex, run } = currentRun(transcript);
  const chosen = transcript.events.slice(Math.max(0, startIndex)).filter((event): event is Selected => event.type === "speaker.selected");
  if (run === undefined || chosen.length === 0) return noteView("Who spoke and why", section("Nobody has been chosen in this thread yet."));
  const shown = chosen.slice(-TURNS_SHOWN_MAX);
  const left = chosen.length - shown.length;
  return noteView(
    "Who spoke and why",
    section(`*${safeMrkdwn(team ?? "")}*: who was chosen, by what, and why.`),
    ...(left > 0 ? [context(`${left} earlier turns are in \`parley export\`.`)] : []),
    ...shown.map((event, index) => turn(event, left + index + 1)),
  );
}

type Selected = Extract<RunEvent, { readonly type: "speaker.selected" }>;

function turn(event: Selected, number: number): KnownBlock {
  const inside = event.within === undefined ? "" : ` in *${safeMrkdwn(event.within)}*`;
  const reason = event.reason ? `\n>${safeMrkdwn(shorten(event.reason.replaceAll(/\s+/g, " "), REASON_CHARS_SHOWN))}` : "";
  const facts = [
    by(event),
    event.progress === undefined ? "" : event.progress ? "progress" : "no progress",
    ...(event.others?.length ? [`side by side with ${event.others.map(safeMrkdwn).join(", ")}`] : []),
    ...(event.notices ?? []).map((notice) => safeMrkdwn(shorten(notice, 200))),
  ];
  return section(`${number}. *${safeMrkdwn(event.agent)}*${inside} · ${facts.filter(Boolean).join(" · ")}${reason}`);
}

const by = ({ by: how, leader }: Selected): string => (leader === undefined ? BY[how] : `by ${safeMrkdwn(leader)}`);

/** How a speaker was chosen, in words. */
export const selectedBy = by;

const BY: { readonly [how in SelectedBy]: string } = {
  policy: "by a rule",
  selector: "by the selector's model",
  only: "nobody else could",
  fallback: "by fallback: the model named nobody usable",
  person: "a person asked for it",
};
