import type { KnownBlock, ModalView } from "@slack/types";
import type { RunEvent } from "../../engine/events/events.ts";
import { runLogAt } from "../../engine/reading/runs.ts";
import { currentRun, type Transcript } from "../../engine/reading/transcript.ts";
import type { Translator } from "../language/translator.ts";
import { context, section } from "../words/blocks.ts";
import { safeMrkdwn, shorten } from "../words/escape.ts";
import { noteView } from "./team-forms.ts";

/** Turns of the modal: a block each, and one that says what is left out. */
const TURNS_SHOWN_MAX = 60;
const REASON_CHARS_SHOWN = 400;

/** Who was chosen in the last run of a thread, or in that which begins with this event, turn by turn: why, by what, and whether the selector saw progress. */
export function selectorLog(t: Translator, transcript: Transcript, seq = transcript.events.length): ModalView {
  const own = runLogAt(transcript, seq);
  const { team, run } = currentRun(own);
  const chosen = own.events.filter((event): event is Selected => event.type === "speaker.selected");
  if (run === undefined || chosen.length === 0) return noteView(t, t("choices.title.log"), section(t("choices.text.none")));
  const shown = chosen.slice(-TURNS_SHOWN_MAX);
  const left = chosen.length - shown.length;
  return noteView(
    t,
    t("choices.title.log"),
    section(t("choices.text.intro", { team: safeMrkdwn(team ?? "") })),
    ...(left > 0 ? [context(t("choices.text.earlier", { count: left }))] : []),
    ...shown.map((event, index) => turn(t, event, left + index + 1)),
  );
}

type Selected = Extract<RunEvent, { readonly type: "speaker.selected" }>;

function turn(t: Translator, event: Selected, number: number): KnownBlock {
  const inside = event.within === undefined ? "" : ` ${t("choices.text.within", { team: safeMrkdwn(event.within) })}`;
  const reason = event.reason ? `\n>${safeMrkdwn(shorten(event.reason.replaceAll(/\s+/g, " "), REASON_CHARS_SHOWN))}` : "";
  const facts = [
    selectedBy(t, event),
    event.progress === undefined ? "" : t(event.progress ? "choices.text.progress" : "choices.text.noProgress"),
    ...(event.others?.length ? [t("choices.text.sideBySide", { others: event.others.map(safeMrkdwn).join(", ") })] : []),
    ...(event.notices ?? []).map((notice) => safeMrkdwn(shorten(notice, 200))),
  ];
  return section(`${number}. *${safeMrkdwn(event.agent)}*${inside} · ${facts.filter(Boolean).join(" · ")}${reason}`);
}

/** How a speaker was chosen, in words. */
export const selectedBy = (t: Translator, { by, leader }: Selected): string =>
  leader === undefined ? t(`choices.text.by.${by}`) : t("choices.text.byLeader", { leader: safeMrkdwn(leader) });
