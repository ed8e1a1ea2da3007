import type { Button } from "@slack/types";
import type { RaiseOffer, StopReason } from "../../engine/events/events.ts";
import { offerAt } from "../../engine/limits/run-limits.ts";
import type { Transcript } from "../../engine/reading/transcript.ts";
import { ACTIONS, actions, button, confirmed, context, mention, section, type Rendered } from "../words/blocks.ts";
import { ceilingIn, ownerIn, raisedIn, reasonIn } from "../language/limit-words.ts";
import type { Translator } from "../language/translator.ts";
import { safeMrkdwn } from "../words/escape.ts";
import { RUN_ID_CHARS } from "../words/limits.ts";
import { nextOf, runOf, type Of } from "./log-reading.ts";

/** A run stands at a limit: what is reached, and buttons until somebody has decided; then what was decided. */
export function renderHalt(t: Translator, reached: Of<"limit.reached">, transcript: Transcript): Rendered {
  const own = runOf(transcript, reached.seq);
  const { state } = own;
  const next = nextOf(own, reached.seq, DECISIONS);
  const asked = state.startedBy && !next ? `${mention(state.startedBy)} ` : "";
  const text = reached.reasons.map((reason) => headline(t, reason)).join(" ");
  const title = `${asked}:hourglass: *${text}*`;
  const facts = safeMrkdwn(t.clauses(reached.reasons.flatMap((reason) => factOf(t, reason))));
  const message = { kind: "message" as const, text: `${text} ${t("halts.text.wait")}` };
  if (next) {
    const became = decided(t, next);
    return {
      ...message,
      text,
      plain: [title, facts, became].filter(Boolean).join("\n"),
      blocks: [section(title), context([facts, became].filter(Boolean).join("\n"))],
    };
  }
  const offer = reached.offer ?? offerAt(reached.reasons);
  const wait = [
    ...(facts === "" ? [] : [`${facts}.`]),
    t("halts.text.nothingSpent"),
    ...(offer.atCeiling ? [safeMrkdwn(ceilingIn(t, offer.atCeiling))] : []),
    ...(reached.until ? [t("halts.text.stopsAt", { at: t.at(reached.until) })] : []),
  ].join(" ");
  return {
    ...message,
    plain: `${title}\n${wait}`,
    blocks: [
      section(title),
      context(wait),
      actions(
        ...raiseButton(t, offer, ACTIONS.raise, { seq: reached.seq }),
        button(t("halts.button.finish"), ACTIONS.finish, { seq: reached.seq }),
        button(t("cards.button.stop"), ACTIONS.stop, { r: reached.run.slice(0, RUN_ID_CHARS) }, "danger"),
      ),
    ],
  };
}

/** Raise to …, where it can be raised; asked once more, for it costs. Of a card, in Home, and beside words to one person. */
export const raiseButton = (t: Translator, offer: RaiseOffer, action: string, value: object): readonly Button[] =>
  offer.atCeiling
    ? []
    : [
        confirmed(button(t("halts.button.raise", { limits: raisedIn(t, offer) }), action, value, "primary"), {
          title: t("limits.sure.raise"),
          text: t("limits.meaning.raise", { limits: raisedIn(t, offer) }),
          confirm: t("limits.yes.raise"),
          deny: t("limits.yes.notNow"),
        }),
      ];

type Decision = Of<"limit.raised" | "summary.requested" | "run.stopped">;
const DECISIONS: ReadonlySet<Decision["type"]> = new Set(["limit.raised", "summary.requested", "run.stopped"]);

function decided(t: Translator, event: Decision): string {
  switch (event.type) {
    case "limit.raised": {
      return event.person
        ? t("halts.text.raised", { limits: raisedIn(t, event), person: mention(event.person) })
        : t("halts.text.budgetAgain");
    }
    case "summary.requested":
      return t("halts.text.summary", { person: mention(event.person) });
    case "run.stopped": {
      const by = event.reasons.find((reason) => reason.kind === "person");
      return by ? t("limits.text.stoppedBy", { person: mention(by.person) }) : t("halts.text.nobodyDecided");
    }
  }
}

const minutesIn = (t: Translator, minutes: number): string => t("limits.text.minutes", { count: minutes });
const tokensIn = (t: Translator, tokens: number): string => t("units.text.tokens", { count: t.count(tokens) });

/** What its headline does not say. */
function factOf(t: Translator, reason: StopReason): readonly string[] {
  switch (reason.kind) {
    case "maxTurns":
      return [];
    case "minutes":
      return [t("halts.text.took", { what: minutesIn(t, Math.round(reason.elapsed)) })];
    case "tokens":
      return [t("halts.text.used", { what: tokensIn(t, reason.total) })];
    case "usd":
      return [t("halts.text.spent", { what: t.dollars(reason.spent) })];
    case "budget":
      return [
        t("halts.text.spentToday", {
          what: reason.priced ? t.dollars(reason.spent) : t("units.text.atLeast", { what: t.dollars(reason.spent) }),
        }),
      ];
    default:
      return [reasonIn(t, reason)];
  }
}

function headline(t: Translator, reason: StopReason): string {
  switch (reason.kind) {
    case "maxTurns":
      return t("halts.text.reached", { what: t("units.text.turns", { count: reason.limit }) });
    case "minutes":
      return t("halts.text.reached", { what: minutesIn(t, reason.limit) });
    case "tokens":
      return t("halts.text.reached", { what: tokensIn(t, reason.limit) });
    case "usd":
      return t("halts.text.reached", { what: t.dollars(reason.limit) });
    case "budget":
      return t("halts.text.budget", { owner: ownerIn(t, reason.account), limit: t.dollars(reason.limit) });
    case "failure": {
      const { limit } = reason.error;
      if (!limit) return t("halts.text.some");
      return t("halts.text.couldPass", { what: limit.kind === "usd" ? t.dollars(limit.of) : tokensIn(t, limit.of) });
    }
    default:
      return t("halts.text.some");
  }
}
