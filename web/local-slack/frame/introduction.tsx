import type { PageChannel } from "../../../local-slack/server/protocol.ts";
import { Icon, Mark } from "../../parts/icon.tsx";
import { useStore } from "../state/page.tsx";

/** The top of a channel, and all there is to see in an empty one. */
export function Introduction({ channel }: { readonly channel: PageChannel }) {
  const { bot } = useStore();
  if (channel.kind === "im")
    return (
      <div className="intro">
        <div className="intro-mark">
          <Mark />
        </div>
        <h3>
          <bdi>{bot.name}</bdi>
        </h3>
        <p>
          A team of agents that works out a task by talking. Write a task here; the answer comes in its thread, where you can watch, answer
          and steer.
        </p>
      </div>
    );
  return (
    <div className="intro">
      <div className="intro-mark">
        <Icon name={channel.kind === "private" ? "lock" : "hash"} />
      </div>
      <h3>
        This is the start of <bdi>#{channel.name}</bdi>
      </h3>
      <p>
        {channel.botIsMember
          ? `Mention @${bot.name} with a task. Each agent answers under its own name in the thread; you can join in at any time.`
          : `@${bot.name} is not a member of this channel and sees nothing of it.`}
      </p>
    </div>
  );
}
