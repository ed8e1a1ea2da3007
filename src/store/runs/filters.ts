import type { Person } from "../../engine/events/events.ts";
import { FILTER_VALUES_MAX, type RunFilters } from "./finished-runs.ts";

/** What runs can be told apart by. */
export interface RunKind {
  readonly team: string;
  readonly place: string;
  readonly startedBy: Person;
}

/** In the order of their names. `kinds`: the oldest first, so that a person bears the name that they had last. */
export function filtersOf(kinds: readonly RunKind[]): RunFilters {
  const some = (values: Iterable<string>): string[] => [...new Set(values)].toSorted().slice(0, FILTER_VALUES_MAX);
  const starters = new Map(kinds.map(({ startedBy: { id, name } }) => [id, name]));
  return {
    teams: some(kinds.map(({ team }) => team)),
    places: some(kinds.map(({ place }) => place)),
    starters: [...starters]
      .map(([id, name]) => ({ id, name }))
      .toSorted((one, other) => (one.name < other.name ? -1 : 1))
      .slice(0, FILTER_VALUES_MAX),
  };
}
