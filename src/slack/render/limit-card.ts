import type { Button } from "@slack/types";
import type { RaiseOffer, RunLimits, StopReason } from "../../engine/events/events.ts";
import { ceilingWords, offerAt } from "../../engine/limits/run-limits.ts";
import { describe, ownerOf } from "../../engine/limits/termination.ts";
import type { Transcript } from "../../engine/reading/transcript.ts";
import {
  ACTIONS,
  actions,
  button,
  confirmed,
  context,
  count,
  dollars,
  mention,
  plural,
  section,
  timeOf,
  type Rendered,
} from "../words/blocks.ts";
import { safeMrkdwn } from "../words/escape.ts";
import { RUN_ID_CHARS } from "../words/limits.ts";
import { nextOf, runOf, type Of } from "./log-reading.ts";

/** A run stands at a limit: what is reached, and buttons until somebody has decided; then what was decided. */
export function renderHalt(reached: Of<"limit.reached">, transcript: Transcript): Rendered {
  const own = runOf(transcript, reached.seq);
  const { state } = own;
  const next = nextOf(own, reached.seq, DECISIONS);
  const asked = state.startedBy && !next ? `${mention(state.startedBy)} ` : "";
  const title = `${asked}:hourglass: *${reached.reasons.map(headline).join(" ")}*`;
  const facts = safeMrkdwn(reached.reasons.flatMap(factOf).join("; "));
  const text = reached.reasons.map(headline).join(" ");
  const message = { kind: "message" as const, text: `${text} The agents wait.` };
  if (next) {
    const became = decided(next);
    return {
      ...message,
      text,
      plain: [title, facts, became].filter(Boolean).join("\n"),
      blocks: [section(title), context([facts, became].filter(Boolean).join("\n"))],
    };
  }
  const offer = reached.offer ?? offerAt(reached.reasons);
  const until = reached.until ? ` Without a decision the run stops ${timeOf(reached.until)}.` : "";
  const ceiling = offer.atCeiling ? ` ${safeMrkdwn(ceilingWords(offer.atCeiling))}` : "";
  const wait = `${facts === "" ? "" : `${facts}. `}The agents wait; nothing more is spent.${ceiling}${until}`;
  return {
    ...message,
    plain: `${title}\n${wait}`,
    blocks: [
      section(title),
      context(wait),
      actions(
        ...raiseButton(offer, ACTIONS.raise, { seq: reached.seq }),
        button("Finish with a summary", ACTIONS.finish, { seq: reached.seq }),
        button("Stop", ACTIONS.stop, { r: reached.run.slice(0, RUN_ID_CHARS) }, "danger"),
      ),
    ],
  };
}

/** Raise to …, where it can be raised; asked once more, for it costs. */
export const raiseButton = (offer: RaiseOffer, action: string, value: object): readonly Button[] =>
  offer.atCeiling
    ? []
    : [
        confirmed(button(`Raise to ${raisedWords(offer)}`, action, value, "primary"), {
          title: "Raise the limit?",
          text: `The run goes on, and may take up to ${raisedWords(offer)}.`,
          confirm: "Raise",
        }),
      ];

type Decision = Of<"limit.raised" | "summary.requested" | "run.stopped">;
const DECISIONS: ReadonlySet<Decision["type"]> = new Set(["limit.raised", "summary.requested", "run.stopped"]);

function decided(event: Decision): string {
  switch (event.type) {
    case "limit.raised": {
      return event.person ? `raised to ${raisedWords(event)} by ${mention(event.person)}` : "there is budget again; the run goes on";
    }
    case "summary.requested":
      return `ends with a summary, asked for by ${mention(event.person)}`;
    case "run.stopped": {
      const by = event.reasons.find((reason) => reason.kind === "person");
      return by ? `stopped by ${mention(by.person)}` : "nobody decided in time; the run has stopped";
    }
  }
}

/** What a press makes of it. */
const raisedWords = ({ to, budgets = [] }: Pick<RaiseOffer, "to" | "budgets">): string =>
  [...amounts(to), ...budgets.map(({ usd }) => `${dollars(usd)} today`)].join(" and ");

const amounts = (limits: Partial<RunLimits>): readonly string[] => [
  ...(limits.turns === undefined ? [] : [plural(limits.turns, "turn")]),
  ...(limits.minutes === undefined ? [] : [plural(limits.minutes, "minute")]),
  ...(limits.tokens === undefined ? [] : [`${count(limits.tokens)} tokens`]),
  ...(limits.usd === undefined ? [] : [dollars(limits.usd)]),
];

/** What its headline does not say. */
function factOf(reason: StopReason): readonly string[] {
  switch (reason.kind) {
    case "maxTurns":
      return [];
    case "minutes":
      return [`took ${plural(Math.round(reason.elapsed), "minute")}`];
    case "tokens":
      return [`used ${count(reason.total)} tokens`];
    case "usd":
      return [`spent ${dollars(reason.spent)}`];
    case "budget":
      return [`${reason.priced ? "" : "at least "}${dollars(reason.spent)} spent today`];
    default:
      return [describe(reason)];
  }
}

function headline(reason: StopReason): string {
  switch (reason.kind) {
    case "maxTurns":
      return `The limit of ${plural(reason.limit, "turn")} is reached.`;
    case "minutes":
      return `The limit of ${plural(reason.limit, "minute")} is reached.`;
    case "tokens":
      return `The limit of ${count(reason.limit)} tokens is reached.`;
    case "usd":
      return `The limit of ${dollars(reason.limit)} is reached.`;
    case "budget":
      return `Today's budget of ${ownerOf(reason.account)}, ${dollars(reason.limit)}, is used up.`;
    case "failure": {
      const { limit } = reason.error;
      if (!limit) return "A limit is reached.";
      return `The next call could pass the limit of ${limit.kind === "usd" ? dollars(limit.of) : `${count(limit.of)} tokens`}.`;
    }
    default:
      return "A limit is reached.";
  }
}
