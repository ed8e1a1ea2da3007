import type { PageChannel } from "../../../local-slack/server/protocol.ts";

export interface Draft {
  readonly text: string;
  readonly files: readonly File[];
}

/** Where a composer sends to. */
export interface Target {
  readonly channel: PageChannel;
  readonly threadTs: string | undefined;
}

export const keyOf = ({ channel, threadTs }: Target): string => `${channel.id}/${threadTs ?? ""}`;
