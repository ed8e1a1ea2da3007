import { dateOf, wholeTime } from "../../text/measures.ts";
import { slackDate } from "../../text/slack-dates.ts";
import { usePage } from "../state/page.tsx";

/** A person who is mentioned; `label` stands for one whom this workspace does not know. */
export function UserChip({ id, label = "" }: { readonly id: string; readonly label?: string }) {
  const { store } = usePage();
  return <bdi className={`chip ${id === store.me.id ? "chip-me" : ""}`}>@{store.users.get(id)?.name ?? (label || id)}</bdi>;
}

export function ChannelChip({ id, label = "" }: { readonly id: string; readonly label?: string }) {
  const channel = usePage().store.channel(id);
  if (!channel) return <bdi className="chip">#{label || id}</bdi>;
  return (
    <a className="chip" href={`#${id}`}>
      <bdi>#{channel.name}</bdi>
    </a>
  );
}

/** In the reader's time and words; the whole of it where it is pointed at. */
export function DateChip({ ts, format, fallback }: { readonly ts: string; readonly format: string; readonly fallback: string }) {
  if (!/^\d{1,12}$/.test(ts)) return <time>{fallback}</time>;
  return (
    <time dateTime={dateOf(ts).toISOString()} title={wholeTime(ts)}>
      {slackDate(Number(ts), format) || fallback}
    </time>
  );
}
