import type { TeamShape } from "../team-graph.ts";
import { Icon } from "../../../parts/icon.tsx";
import { withAdded, withList, withValue, type Draft } from "./draft.ts";
import { SelectField, TextField } from "./field.tsx";

interface Edge {
  readonly from?: unknown;
  readonly to?: unknown;
  readonly ifContains?: unknown;
  readonly join?: unknown;
}

/** The edges of a graph as a list, for those who do not draw. */
export function GraphEdges({
  draft,
  shape,
  wrongAt,
  change,
}: {
  readonly draft: Draft;
  readonly shape: TeamShape;
  readonly wrongAt: (path: string) => string | undefined;
  readonly change: (text: string) => void;
}) {
  const written = shape.speakers["edges"];
  const edges = (Array.isArray(written) ? written : []) as readonly Edge[];
  const names = shape.agents.map(({ name }) => name);
  const words = (value: unknown): string => (typeof value === "string" ? value : "");
  const set = (index: number, key: string, value: string): void =>
    change(withValue(draft, ["speakers", "edges", index, key], value === "" ? undefined : value));
  return (
    <fieldset className="field edges">
      <legend>Edges</legend>
      {edges.map((edge, index) => {
        const path = `speakers.edges[${index}]`;
        return (
          <div key={index} className="edge-row" role="group" aria-label={`Edge ${index + 1}`}>
            <SelectField
              label="From"
              value={words(edge.from)}
              options={names}
              wrong={wrongAt(`${path}.from`) ?? wrongAt(path)}
              change={(from) => set(index, "from", from)}
            />
            <SelectField
              label="To"
              value={words(edge.to)}
              options={names}
              wrong={wrongAt(`${path}.to`)}
              change={(to) => set(index, "to", to)}
            />
            <TextField
              label="If it contains"
              value={words(edge.ifContains)}
              wrong={wrongAt(`${path}.ifContains`)}
              change={(text) => set(index, "ifContains", text)}
            />
            <SelectField
              label="Waits for"
              value={words(edge.join)}
              options={["all", "any"]}
              none="all of its group"
              change={(join) => set(index, "join", join)}
            />
            <button
              type="button"
              className="icon-button"
              aria-label={`Remove edge ${index + 1}`}
              title="Remove this edge"
              onClick={() => change(withList(draft, ["speakers", "edges"], edges.filter((_, other) => other !== index)))} // prettier-ignore
            >
              <Icon name="close" />
            </button>
          </div>
        );
      })}
      <button
        type="button"
        className="plain-button"
        disabled={names.length === 0}
        onClick={() => change(withAdded(draft, ["speakers", "edges"], { from: names[0], to: names[1] ?? names[0] }))}
      >
        Add an edge
      </button>
    </fieldset>
  );
}
