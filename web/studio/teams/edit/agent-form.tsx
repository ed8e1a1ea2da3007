import type { AgentShape } from "../team-graph.ts";
import type { TeamsAnswer } from "../teams-api.ts";
import { readDraft, type Draft, type Path } from "./draft.ts";
import { withAgentNamed, withList, withoutAgent, withValue } from "./draft.ts";
import { ChecksField, SelectField, TextField } from "./field.tsx";

interface Props {
  readonly draft: Draft;
  readonly agent: AgentShape;
  readonly index: number;
  readonly others: readonly string[];
  readonly offers: TeamsAnswer;
  readonly wrongAt: (path: string) => string | undefined;
  readonly change: (text: string) => void;
  readonly removed: () => void;
}

const KINDS = ["assistant", "coder", "code-runner", "team", "human"];
/** What each kind has beside what all have; another kind's would be mistakes. */
const OWN: { readonly [kind: string]: readonly string[] } = {
  assistant: ["model", "instructions", "tools", "handoffs"],
  coder: ["model", "instructions"],
  "code-runner": ["runs"],
  team: ["team"],
  human: [],
};

/** One agent as a form. Each field changes the text at once. */
export function AgentForm({ draft, agent, index, others, offers, wrongAt, change, removed }: Props) {
  const root: Path = ["agents", index];
  const path = (key: string): string => `agents[${index}].${key}`;
  const set = (key: string, value: unknown): void => change(withValue(draft, [...root, key], value === "" ? undefined : value));
  const raw = (draft.team as { readonly agents?: readonly { readonly [key: string]: unknown }[] } | undefined)?.agents?.[index] ?? {};
  const own = OWN[agent.kind] ?? ["model", "instructions", "tools", "handoffs"];
  const setKind = (kind: string): void => {
    let next = draft;
    const again = (text: string): void => void (next = readDraft(text));
    for (const key of ["model", "instructions", "tools", "handoffs", "runs", "team", "voice"])
      if (raw[key] !== undefined && !(OWN[kind] ?? []).includes(key)) again(withValue(next, [...root, key], undefined));
    again(withValue(next, [...root, "kind"], kind === "assistant" ? undefined : kind));
    const model = offers.models[0]?.name;
    if ((OWN[kind] ?? []).includes("model") && agent.model === "" && model !== undefined) again(withValue(next, [...root, "model"], model));
    if (kind === "code-runner" && agent.runs.length === 0) again(withValue(next, [...root, "runs"], others.slice(0, 1)));
    change(next.text);
  };
  return (
    <form className="form" aria-label={`Agent ${agent.name}`} onSubmit={(event) => event.preventDefault()}>
      <TextField
        label="Name"
        value={agent.name}
        wrong={wrongAt(path("name")) ?? wrongAt(`agents[${index}]`)}
        change={(name) => change(withAgentNamed(draft, index, name))}
      />
      <SelectField label="Kind" value={agent.kind} options={KINDS} wrong={wrongAt(path("kind"))} change={setKind} />
      <TextField label="Icon" value={agent.icon} wrong={wrongAt(path("icon"))} change={(icon) => set("icon", icon)} />
      <TextField
        label="What it is for"
        value={agent.description}
        wrong={wrongAt(path("description"))}
        rows={2}
        change={(description) => change(withValue(draft, [...root, "description"], description))}
      />
      {own.includes("model") && (
        <SelectField
          label="Model"
          value={agent.model}
          options={offers.models.map(({ name }) => name)}
          wrong={wrongAt(path("model"))}
          change={(model) => set("model", model)}
        />
      )}
      {own.includes("instructions") && (
        <TextField
          label="Instructions"
          value={typeof raw["instructions"] === "string" ? raw["instructions"] : ""}
          wrong={wrongAt(path("instructions"))}
          rows={8}
          change={(instructions) => set("instructions", instructions)}
        />
      )}
      {own.includes("team") && (
        <SelectField
          label="Team"
          value={agent.team}
          options={offers.teams.filter(({ fromFile, name }) => fromFile && name !== draft.name).map(({ name }) => name)}
          wrong={wrongAt(path("team"))}
          change={(team) => set("team", team)}
        />
      )}
      {own.includes("runs") && (
        <ChecksField
          label="Runs the code of"
          values={agent.runs}
          options={others}
          wrong={wrongAt(path("runs"))}
          change={(runs) => change(withList(draft, [...root, "runs"], runs))}
        />
      )}
      {own.includes("tools") && (
        <ChecksField
          label="Tools"
          values={agent.tools}
          options={offers.tools.map(({ name }) => name)}
          wrong={wrongAt(path("tools"))}
          change={(tools) => change(withList(draft, [...root, "tools"], tools))}
        />
      )}
      {own.includes("handoffs") && (
        <ChecksField
          label="Hands over to"
          values={agent.handoffs}
          options={[...others, "human"]}
          wrong={wrongAt(path("handoffs"))}
          change={(to) => change(withList(draft, [...root, "handoffs"], keeping(raw["handoffs"], to)))}
        />
      )}
      <button type="button" className="danger-button" onClick={() => (change(withoutAgent(draft, index)), removed())}>
        Remove {agent.name || "this agent"}
      </button>
    </form>
  );
}

/** Hand-overs with more to say than whom they go to stay as they are. */
function keeping(written: unknown, to: readonly string[]): readonly unknown[] {
  const known = Array.isArray(written) ? (written as readonly unknown[]) : [];
  const nameOf = (one: unknown): unknown => (typeof one === "object" && one !== null ? (one as { readonly to?: unknown }).to : one);
  return to.map((name) => known.find((one) => nameOf(one) === name) ?? name);
}
