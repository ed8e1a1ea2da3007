/** So many steps at most are made for a place: a slider that is dragged asks for one after the other. */
export const STEPS_PER_PLACE = 250;

/** A reading of a list, item by item. `step` may change the state that it is given; `copy` gives one that does not change with it. */
export interface Reading<Item, State> {
  readonly initial: () => State;
  readonly step: (state: State, item: Item) => State;
  readonly copy: (state: State) => State;
}

/**
 * Folds a list to any of its places from the nearest one before it that is remembered, and not from the beginning. The list may grow at its end from
 * one call to the next. Whoever is given a state changes nothing of it.
 */
export function createFolded<Item, State>({ initial, step, copy }: Reading<Item, State>): (items: readonly Item[], count: number) => State {
  /** After none, one, two … times {@link STEPS_PER_PLACE} items. */
  const kept: State[] = [initial()];
  return (items, count) => {
    const nearest = Math.min(Math.floor(count / STEPS_PER_PLACE), kept.length - 1);
    let state = copy(kept[nearest] as State);
    let at = nearest * STEPS_PER_PLACE;
    for (const item of items.slice(at, count)) {
      state = step(state, item);
      at++;
      if (at === kept.length * STEPS_PER_PLACE) kept.push(copy(state));
    }
    return state;
  };
}
