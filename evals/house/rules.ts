/** A small world in text: rooms, ways between them that a key may open, and things. */
export interface House {
  readonly begin: string;
  readonly moves: number;
  readonly ways: readonly { readonly between: readonly [string, string]; readonly key?: string }[];
  readonly things: { readonly [thing: string]: { readonly lies: string; readonly says?: string } };
}

/** Where somebody stands in a house: read off the calls before, so that nothing is kept and a run goes on after a crash where it was. */
export interface Place {
  readonly room: string;
  readonly held: string | undefined;
  /** By thing: the room in which it lies; the one that is held lies nowhere. */
  readonly lies: { readonly [thing: string]: string };
  /** Ways that a key has opened. */
  readonly opened: readonly number[];
  readonly movesLeft: number;
}

export const ACTIONS = ["look", "go", "take", "read"] as const;
export interface Action {
  readonly do: (typeof ACTIONS)[number];
  readonly what?: string | undefined;
}

export const atDoor = ({ begin, things, moves }: House): Place => ({
  room: begin,
  held: undefined,
  lies: Object.fromEntries(Object.entries(things).map(([thing, { lies }]) => [thing, lies])),
  opened: [],
  movesLeft: moves,
});

/** What an action comes to. What cannot be done costs no move. */
export function done(house: House, at: Place, { do: action, what = "" }: Action): { readonly place: Place; readonly says: string } {
  switch (action) {
    case "look":
      return { place: at, says: seen(house, at) };
    case "read": {
      if (at.held !== what && at.lies[what] !== at.room) return { place: at, says: `There is no ${what} here.` };
      return { place: at, says: house.things[what]?.says ?? `There is nothing to read on the ${what}.` };
    }
    case "go": {
      const way = house.ways.findIndex(
        ({ between: [one, other] }) => (one === at.room && other === what) || (other === at.room && one === what),
      );
      const { key } = house.ways[way] ?? {};
      if (way < 0) return { place: at, says: `No way leads from here to the ${what}.` };
      if (key !== undefined && key !== at.held && !at.opened.includes(way))
        return { place: at, says: `The door to the ${what} is locked, and you do not hold the ${key}.` };
      if (at.movesLeft === 0) return { place: at, says: LATE };
      const place = {
        ...at,
        room: what,
        opened: key === undefined ? at.opened : [...new Set([...at.opened, way])],
        movesLeft: at.movesLeft - 1,
      };
      return { place, says: seen(house, place) };
    }
    case "take": {
      if (at.lies[what] !== at.room) return { place: at, says: `There is no ${what} here.` };
      if (at.movesLeft === 0) return { place: at, says: LATE };
      const { [what]: _, ...lies } = at.lies;
      const place = {
        ...at,
        held: what,
        lies: at.held === undefined ? lies : { ...lies, [at.held]: at.room },
        movesLeft: at.movesLeft - 1,
      };
      return { place, says: `You hold the ${what}${at.held === undefined ? "" : `, and have put down the ${at.held}`}. ${left(place)}` };
    }
  }
}

const LATE = "You have no moves left. You can still look and read where you are.";
const left = ({ movesLeft }: Place): string => `${movesLeft} ${movesLeft === 1 ? "move is" : "moves are"} left.`;

function seen(house: House, at: Place): string {
  const ways = house.ways.flatMap(({ between: [one, other], key }, index) => {
    const to = one === at.room ? other : other === at.room ? one : undefined;
    if (to === undefined) return [];
    return [key === undefined || at.opened.includes(index) ? to : `${to} (locked: the ${key} opens it)`];
  });
  const here = Object.keys(at.lies).filter((thing) => at.lies[thing] === at.room);
  return `You are in the ${at.room}. From here lead ways to: ${ways.join(", ")}. Here ${here.length === 0 ? "lies nothing" : `lie: ${here.join(", ")}`}. You hold ${at.held ?? "nothing"}. ${left(at)}`;
}
