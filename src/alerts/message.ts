import { ALERTS } from "./kinds.ts";
import type { News } from "./incidents.ts";

/** A message holds so many in full, the rest by number: Slack asks for texts of at most 4,000 characters. */
const SHOWN_MAX = 7;

/** Where the entries of the runbook are: an address on the web, or the page in the repository. */
export const RUNBOOK = "docs/runbook.md";

/** One message for all that has begun and ended, in Slack's marks. Subjects and details are escaped here. */
export function messageOf({ began, ended }: News, runbook: string | undefined): string {
  const lines = [
    ...began.map(({ kind, subject, detail, sinceMs }) =>
      [
        `:warning: *${escaped(ALERTS[kind].title(subject))}*`,
        `Since ${clockOf(sinceMs)}. ${escaped(detail)}`,
        `${ALERTS[kind].mend} ${entryOf(kind, runbook)}`,
      ].join("\n"),
    ),
    ...ended.map(
      ({ kind, subject, sinceMs, goneMs }) =>
        `:white_check_mark: Over: *${escaped(ALERTS[kind].title(subject))}*, from ${clockOf(sinceMs)} to ${clockOf(goneMs)} (${lasting(goneMs - sinceMs)}).`,
    ),
  ];
  const left = lines.length - SHOWN_MAX;
  return [...lines.slice(0, SHOWN_MAX), ...(left > 0 ? [`And ${left} more; the log has them.`] : [])].join("\n\n");
}

const entryOf = (kind: string, runbook: string | undefined): string =>
  runbook ? `<${runbook}#${kind}|Runbook: ${kind}>` : `More: ${RUNBOOK}, ${kind}.`;

/** Names of hosts and ids alone come in; still, what Slack reads as a mark is none. */
const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const clockOf = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;

/** `3 min`, `2 h 5 min`. */
export function lasting(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / 60_000));
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h${minutes % 60 === 0 ? "" : ` ${minutes % 60} min`}`;
}
