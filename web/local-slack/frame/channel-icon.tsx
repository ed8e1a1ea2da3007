import type { PageChannel } from "../../../local-slack/server/protocol.ts";
import { Icon, Mark } from "../../parts/icon.tsx";

export function ChannelIcon({ channel }: { readonly channel: PageChannel }) {
  if (channel.kind === "im")
    return (
      <span className="channel-icon channel-mark">
        <Mark />
      </span>
    );
  const isPrivate = channel.kind === "private";
  return (
    <span className="channel-icon" role="img" aria-label={isPrivate ? "private channel" : "channel"}>
      <Icon name={isPrivate ? "lock" : "hash"} />
    </span>
  );
}
