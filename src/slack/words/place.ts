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

/** The same few threads are asked about at everything that is recorded in them. A cache: without it they are the same. */
const places = new Map<string, Place>();
const PLACES_MAX = 1_000;

/** `undefined` for a thread that did not come from Slack, such as one of the terminal. */
export function placeOf(thread: string): Place | undefined {
  const known = places.get(thread);
  if (known) return known;
  const place = placeIn(thread);
  if (places.size >= PLACES_MAX) places.clear();
  if (place) places.set(thread, place);
  return place;
}

function placeIn(thread: string): Place | undefined {
  const [team, channel, ts, ...rest] = thread.split("/");
  return team && channel && ts && rest.length === 0 ? { team, channel, ts } : undefined;
}

/** Of which channel a thread is, also one that is not shown there: {@link threadBeside}. */
export function channelOf(thread: string): Pick<Place, "team" | "channel"> | undefined {
  const [team, channel, beside, id, ...rest] = thread.split("/");
  if (team && channel && beside === BESIDE && id && rest.length === 0) return { team, channel };
  return placeOf(thread);
}

/** In which workspace a thread is, be it shown in its Slack or, as what the studio begins, not; `undefined` for one of a terminal or a program. */
export function teamOf(thread: string): string | undefined {
  const [team, place, ...below] = thread.split("/");
  return team && place && below.length >= 1 && below.length <= 2 && below.every(Boolean) ? team : undefined;
}

/** What is of a channel and nobody is told of there, such as forks that are looked at in the studio: who sees the channel sees it. */
const BESIDE = "studio";

const scopeBeside = (scope: string): string => `${scope}/${BESIDE}`;

/** A thread of its own that is of the channel of this one, and not shown there; where this one is in none, of the same place as this one. */
export function threadBeside(thread: string, id: string): string {
  const channel = channelOf(thread);
  return channel ? `${scopeBeside(scopeOfChannel(channel))}/${id}` : `${thread.slice(0, thread.lastIndexOf("/") + 1)}${id}`;
}

/** What the places of a workspace's channels, and those beside them, are called; `channels`: by id, such as `#general`. */
export const placeNames = (team: string, channels: ReadonlyMap<string, string>): ReadonlyMap<string, string> =>
  new Map(
    [...channels].flatMap(([channel, name]) => {
      const place = scopeOfChannel({ team, channel });
      return [
        [place, name],
        [scopeBeside(place), `${name}, studio`],
      ] as const;
    }),
  );
