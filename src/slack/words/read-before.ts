import type { ReadBefore, UnreadReason } from "../../engine/events/events.ts";
import { plural } from "./blocks.ts";

/** How much was read of a thread, for agents and people. */
export function beforeWords({ messages, files, older = 0, unread }: ReadBefore): string {
  const with_ = files > 0 ? ` and ${plural(files, "file")}` : "";
  // Slack gives a thread from its beginning on: what is missing was said last.
  const which = messages > 0 ? "newer" : "more";
  return [
    messages > 0 ? `Read ${plural(messages, "message")}${with_} from before in this thread` : "Read nothing from before in this thread",
    ...(older > 0 ? [`${older} older left out for their length`] : []),
    ...(unread
      ? [`${unread.messages === 1 ? `at least one ${which}` : `${unread.messages} ${which}`} could not be read: ${unread.why}`]
      : []),
  ].join("; ");
}

/** Why messages could not be read, as the log says it. */
export function unreadWords(reason: UnreadReason): string {
  switch (reason.kind) {
    case "busy":
      return "Slack lets the app read no more just now";
    case "barred":
      return "the app may not read what was said here before";
    case "outside":
      return "the app is not in this channel";
    case "silent":
      return "Slack did not answer";
    case "long":
      return `it has more than ${reason.read}`;
    case "refused":
      return `Slack answered ${reason.code}`;
  }
}
