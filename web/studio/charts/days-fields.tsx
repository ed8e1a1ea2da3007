/** Which days are looked at, and of which workspace. */
export function DaysFields({
  query,
  days,
  workspaces,
  workspace,
  change,
}: {
  readonly query: URLSearchParams;
  /** Those that are shown, where none are named. */
  readonly days: { readonly from: string; readonly to: string } | undefined;
  readonly workspaces: readonly string[];
  readonly workspace: string;
  readonly change: (more: { readonly [name: string]: string }) => void;
}) {
  const field = (name: "from" | "to", label: string) => (
    <label className="filter">
      <span>{label}</span>
      <input type="date" value={query.get(name) ?? days?.[name] ?? ""} onChange={({ target }) => change({ [name]: target.value })} />
    </label>
  );
  return (
    <>
      {workspaces.length > 1 && (
        <label className="filter">
          <span>Workspace</span>
          <select value={workspace} onChange={({ target }) => change({ workspace: target.value })}>
            {workspaces.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
        </label>
      )}
      {field("from", "Day from")}
      {field("to", "to")}
      <div className="spans" role="group" aria-label="Last days">
        {SPANS.map((span) => (
          <button key={span} type="button" className="plain-button" onClick={() => change({ from: daysAgo(span - 1), to: daysAgo(0) })}>
            {span} days
          </button>
        ))}
      </div>
    </>
  );
}

const SPANS = [7, 30, 90, 365];
const DAY_MS = 86_400_000;

/** Days begin and end in UTC. */
const daysAgo = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10);
