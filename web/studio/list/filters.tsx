import { useEffect, useState } from "react";
import { filters as readFilters, type FiltersAnswer } from "../state/api.ts";
import { placeName, STATES } from "../state/words.ts";

interface Props {
  readonly query: URLSearchParams;
  readonly workspaces: readonly string[];
  readonly workspace: string;
  readonly change: (name: string, value: string) => void;
  readonly clear: () => void;
}

const NOTHING: FiltersAnswer = { teams: [], places: [], people: [], placeNames: {} };

/** What the list is narrowed to. */
export function Filters({ query, workspaces, workspace, change, clear }: Props) {
  const [known, setKnown] = useState(NOTHING);
  useEffect(() => {
    readFilters(workspace).then(setKnown, () => setKnown(NOTHING));
  }, [workspace]);
  const value = (name: string): string => query.get(name) ?? "";
  const choice = (name: string, label: string, options: readonly (readonly [string, string])[]) => (
    <label className="filter">
      <span>{label}</span>
      <select value={value(name)} onChange={({ target }) => change(name, target.value)}>
        <option value="">any</option>
        {value(name) !== "" && !options.some(([one]) => one === value(name)) && <option value={value(name)}>{value(name)}</option>}
        {options.map(([one, shown]) => (
          <option key={one} value={one}>
            {shown}
          </option>
        ))}
      </select>
    </label>
  );
  const typed = (name: string, label: string, type: "date" | "number") => (
    <label className="filter">
      <span>{label}</span>
      <input
        type={type}
        value={value(name)}
        {...(type === "number" ? { min: 0, step: 0.01, placeholder: "any" } : {})}
        onChange={({ target }) => change(name, target.value)}
      />
    </label>
  );
  return (
    <div className="filters">
      {workspaces.length > 1 && (
        <label className="filter">
          <span>Workspace</span>
          <select value={workspace} onChange={({ target }) => change("workspace", target.value)}>
            {workspaces.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
        </label>
      )}
      {choice("state", "State", Object.entries(STATES))}
      {choice(
        "team",
        "Team",
        known.teams.map((team) => [team, team]),
      )}
      {choice(
        "person",
        "Person",
        known.people.map(({ id, name }) => [id, name]),
      )}
      {choice(
        "place",
        "Channel",
        known.places.map((place) => [place, known.placeNames[place] ?? placeName(place)]),
      )}
      {typed("usdMin", "Cost from, $", "number")}
      {typed("usdMax", "to, $", "number")}
      {typed("from", "Day from", "date")}
      {typed("to", "to", "date")}
      <button type="button" className="plain-button" onClick={clear}>
        Clear
      </button>
    </div>
  );
}
