import type { Search } from "../../engine/search.ts";
import type { Slack } from "../slack.ts";

/** Until Slack is there, no team is at work. */
export const searchIn = (slack: Pick<Slack, "search"> | undefined, ...asked: Parameters<Search>): ReturnType<Search> =>
  slack
    ? slack.search(...asked)
    : Promise.resolve({ kind: "failed", error: { kind: "unavailable", message: "Slack is not connected yet; nothing was searched." } });
