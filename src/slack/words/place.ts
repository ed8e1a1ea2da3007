/** Where a thread lives in Slack. Its key is the thread's name everywhere outside this room, where nobody takes it apart. */
export interface Place {
  readonly team: string;
  readonly channel: string;
  /** The root message's ts. */
  readonly ts: string;
}

export const threadKey = (place: Place): string => `${place.team}/${place.channel}/${place.ts}`;

/** The scope in which agents keep their notes: a channel with all its threads. */
export const scopeOfChannel = ({ team, channel }: Pick<Place, "team" | "channel">): string => `${team}/${channel}`;

/** `undefined` for a thread that did not come from Slack, such as one of the terminal. */
export function placeOf(thread: string): Place | undefined {
  const [team, channel, ts, ...rest] = thread.split("/");
  return team && channel && ts && rest.length === 0 ? { team, channel, ts } : undefined;
}
