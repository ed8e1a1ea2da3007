import type { ReadBefore } from "../../engine/events/events.ts";
import type { Translator } from "./translator.ts";

/** How much was read of a thread, in the reader's language; as `beforeWords` says it to agents. Not escaped. */
export function readBeforeIn(t: Translator, { messages, files, older = 0, unread }: ReadBefore): string {
  const read = [t("cards.text.messages", { count: messages }), ...(files > 0 ? [t("cards.text.files", { count: files })] : [])];
  return t.clauses([
    messages > 0 ? t("cards.text.readBefore", { what: t.list(read) }) : t("cards.text.readNothing"),
    ...(older > 0 ? [t("cards.text.olderLeftOut", { count: older })] : []),
    // Slack gives a thread from its beginning on: what is missing was said last.
    ...(unread
      ? [t(messages > 0 ? "cards.text.unreadNewer" : "cards.text.unreadMore", { count: unread.messages, why: whyIn(t, unread) })]
      : []),
  ]);
}

/** Logs of before have the words alone. */
function whyIn(t: Translator, { why, reason }: NonNullable<ReadBefore["unread"]>): string {
  if (!reason) return why;
  switch (reason.kind) {
    case "long":
      return t("cards.text.whyUnread.long", { read: t.number(reason.read) });
    case "refused":
      return t("cards.text.whyUnread.refused", { code: reason.code });
    default:
      return t(`cards.text.whyUnread.${reason.kind}`);
  }
}
