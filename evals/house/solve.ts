import { atDoor, done, type Action, type House, type Place } from "./rules.ts";

/** The shortest way to where this thing can be read, found by trying everything; nothing where the moves are not enough. */
export function solve(house: House, letter: string): readonly Action[] | undefined {
  const begin = atDoor(house);
  const seen = new Set([keyOf(begin)]);
  let line: readonly { readonly place: Place; readonly by: readonly Action[] }[] = [{ place: begin, by: [] }];
  while (line.length > 0) {
    const found = line.find(({ place }) => place.held === letter || place.lies[letter] === place.room);
    if (found) return [...found.by, { do: "read", what: letter }];
    line = line.flatMap(({ place, by }) =>
      actionsAt(house, place).flatMap((action) => {
        const next = done(house, place, action).place;
        if (next === place || seen.has(keyOf(next))) return [];
        seen.add(keyOf(next));
        return [{ place: next, by: [...by, action] }];
      }),
    );
  }
  return undefined;
}

const actionsAt = ({ ways }: House, { room, lies }: Place): readonly Action[] => [
  ...ways
    .flatMap(({ between: [one, other] }) => (one === room ? [other] : other === room ? [one] : []))
    .map((what) => ({ do: "go" as const, what })),
  ...Object.keys(lies)
    .filter((thing) => lies[thing] === room)
    .map((what) => ({ do: "take" as const, what })),
];

/** The moves that are left follow from how far the search has come. */
const keyOf = ({ room, held, lies, opened }: Place): string =>
  JSON.stringify([room, held, Object.entries(lies).toSorted(), [...opened].toSorted()]);
