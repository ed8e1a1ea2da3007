import type { TeamShape } from "../team-graph.ts";
import type { TeamsAnswer } from "../teams-api.ts";
import { withName, withValue, type Draft } from "./draft.ts";
import { SelectField, TextField } from "./field.tsx";
import { GraphEdges } from "./edges-form.tsx";

interface Props {
  readonly draft: Draft;
  readonly shape: TeamShape;
  readonly offers: TeamsAnswer;
  /** The name that it is kept under; it stays. */
  readonly keptAs: string | undefined;
  readonly wrongAt: (path: string) => string | undefined;
  readonly change: (text: string) => void;
}

const POLICIES = ["round-robin", "selector", "swarm", "graph", "magentic"];
const LIMITS = [
  ["turns", "Turns"],
  ["minutes", "Minutes"],
  ["tokens", "Tokens"],
  ["usd", "US dollars"],
] as const;

/** The team itself as a form: its name, who speaks next, when it stops, and its limits. */
export function TeamForm({ draft, shape, offers, keptAs, wrongAt, change }: Props) {
  const raw = (draft.team ?? {}) as { readonly limits?: { readonly [limit: string]: unknown }; readonly stop?: unknown };
  const words = stopWords(raw.stop);
  const setPolicy = (policy: string): void => {
    // Another policy has other settings.
    const names = shape.agents.map(({ name }) => name);
    const model = offers.models[0]?.name ?? "";
    const edges = names.slice(1).map((to, index) => ({ from: names[index], to }));
    const more = policy === "magentic" ? { model } : policy === "graph" ? { edges } : {};
    change(withValue(draft, ["speakers"], { policy, ...more }));
  };
  return (
    <form className="form" aria-label="The team" onSubmit={(event) => event.preventDefault()}>
      {keptAs === undefined ? (
        <TextField
          label="Name"
          value={draft.name}
          wrong={wrongAt("name")}
          change={(name) => name !== "" && change(withName(draft, name))}
        />
      ) : (
        <p className="hint">
          Kept as <bdi>{keptAs}</bdi>.{wrongAt("name") !== undefined && <span className="field-wrong"> {wrongAt("name")}</span>}
        </p>
      )}
      <TextField
        label="What it does, in one line"
        value={shape.description}
        wrong={wrongAt("description")}
        rows={2}
        change={(description) => change(withValue(draft, ["description"], description))}
      />
      <SelectField
        label="Who speaks next"
        value={shape.policy}
        options={POLICIES}
        wrong={wrongAt("speakers.policy") ?? wrongAt("speakers")}
        change={setPolicy}
      />
      {(shape.policy === "selector" || shape.policy === "magentic") && (
        <SelectField
          label="Model of whoever chooses"
          value={typeof shape.speakers["model"] === "string" ? shape.speakers["model"] : ""}
          options={offers.models.map(({ name }) => name)}
          {...(shape.policy === "selector" ? { none: "the one named fast, or an agent's" } : {})}
          wrong={wrongAt("speakers.model")}
          change={(model) => change(withValue(draft, ["speakers", "model"], model === "" ? undefined : model))}
        />
      )}
      {shape.policy === "graph" && <GraphEdges draft={draft} shape={shape} wrongAt={wrongAt} change={change} />}
      {words !== undefined && (
        <TextField
          label="Stops at the word"
          value={words}
          wrong={wrongAt("stop") ?? wrongAt("stop.textMention")}
          change={(word) => change(withValue(draft, ["stop"], word === "" ? undefined : { textMention: word }))}
        />
      )}
      {words === undefined && <p className="hint">When it stops stands in the text alone.</p>}
      <div className="limits">
        {LIMITS.map(([limit, label]) => (
          <TextField
            key={limit}
            label={`${label} (≤ ${offers.ceilings[limit]})`}
            type="number"
            value={numberIn(raw.limits?.[limit])}
            wrong={wrongAt(`limits.${limit}`)}
            change={(value) => change(withValue(draft, ["limits", limit], value === "" ? undefined : Number(value)))}
          />
        ))}
      </div>
    </form>
  );
}

/** What is no number is mended in the text. */
const numberIn = (limit: unknown): string => (typeof limit === "number" ? String(limit) : "");

/** Where the goal is one word; `undefined` where it is more than that. */
function stopWords(stop: unknown): string | undefined {
  if (stop === undefined) return "";
  const { textMention, ...rest } = (typeof stop === "object" && stop !== null ? stop : { other: stop }) as {
    readonly textMention?: unknown;
  };
  return typeof textMention === "string" && Object.keys(rest).length === 0 ? textMention : undefined;
}
