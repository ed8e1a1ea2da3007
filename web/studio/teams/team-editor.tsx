import { lazy, Suspense, useCallback, useMemo, useRef, useState } from "react";
import { announce } from "../../parts/announce.ts";
import { toast } from "../../parts/toasts.tsx";
import { AgentForm } from "./edit/agent-form.tsx";
import { withAdded } from "./edit/draft.ts";
import { indexOf, withDrawn, withErased } from "./edit/drawn.ts";
import { TeamForm } from "./edit/team-form.tsx";
import { useDraft } from "./edit/use-draft.ts";
import { useHistory } from "./edit/use-history.ts";
import { YamlEditor, type YamlEditing } from "./edit/yaml-editor.tsx";
import { GraphView } from "./graph-view.tsx";
import type { Opened } from "./opened.ts";
import { TeamHead } from "./team-head.tsx";
import { graphOf, shapeOf, type GraphNode } from "./team-graph.ts";
import type { Mistake, TeamsAnswer } from "./teams-api.ts";
import { useDark } from "./use-dark.ts";
import { useInnerTeams } from "./use-inner-teams.ts";

const Proposal = lazy(() => import("./proposal.tsx"));
const Playground = lazy(() => import("./play/playground.tsx"));

interface Props {
  readonly workspace: string;
  readonly opened: Opened;
  readonly offers: TeamsAnswer;
  readonly schema: object;
}

const TABS = ["Form", "YAML", "Playground"] as const;
type Tab = (typeof TABS)[number];

/** The team drawn, as forms and as text: one text behind them, and each follows at once. */
export function TeamEditor({ workspace, opened, offers, schema }: Props) {
  const [base, setBase] = useState(opened);
  const isAsOpened = useCallback((text: string) => base.isFile && text === base.yaml, [base]);
  const { draft, mistakes, marks, isChecked, wrongAt, change } = useDraft({ workspace, begins: opened.yaml, keptAs: base.keptAs, isSilent: isAsOpened }); // prettier-ignore
  const [tab, setTab] = useState<Tab>("Form");
  const [hasPlayed, setHasPlayed] = useState(false);
  // What was begun there goes on while something else is shown.
  if (tab === "Playground" && !hasPlayed) setHasPlayed(true);
  const [chosen, setChosen] = useState<string | undefined>();
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const inner = useInnerTeams(workspace);
  const editing = useRef<YamlEditing>(undefined);
  const history = useHistory(draft.text, change);
  const dark = useDark();
  // What cannot be read leaves the last that could in the drawing.
  const lastTeam = useRef(draft.team);
  if (draft.trouble.length === 0) lastTeam.current = draft.team;
  const team = lastTeam.current;
  const shape = useMemo(() => shapeOf(team), [team]);
  const graph = useMemo(() => graphOf(team, { opened: open, teamOf: inner.teamOf }), [team, open, inner.teamOf]);
  const nodeOf = (id: string): GraphNode | undefined => graph.nodes.find((node) => node.id === id);
  const wrong = useMemo(() => new Map(mistakes.map(({ path, message }) => [path, message])), [mistakes]);
  const agentAt = /^agent:(\d+)$/.exec(chosen ?? "")?.[1];
  const index = agentAt === undefined ? undefined : Number(agentAt);
  const agent = index === undefined ? undefined : shape.agents[index];
  const names = useMemo(() => {
    const agents = shape.agents.map(({ name }) => name).filter(Boolean);
    const models = offers.models.map(({ name }) => name);
    const tools = offers.tools.map(({ name }) => name);
    const people = [...agents, "human"];
    return { model: models, tools, handoffs: people, from: [...agents, "user"], to: people, runs: agents, after: agents, next: agents, entry: agents, team: offers.teams.map(({ name }) => name) }; // prettier-ignore
  }, [shape, offers]);

  const choose = (id: string | undefined): void => {
    setChosen(id);
    const node = id === undefined ? undefined : nodeOf(id);
    if (node && indexOf(node) !== undefined && tab === "Playground") setTab("Form");
  };
  const toggle = useCallback(
    (id: string) => {
      const node = graph.nodes.find((one) => one.id === id);
      if (node?.team !== undefined) inner.read(node.team);
      setOpen((before) =>
        before.has(id) ? new Set([...before].filter((one) => one !== id && !one.startsWith(`${id}/`))) : new Set([...before, id]),
      );
    },
    [graph, inner],
  );
  const addAgent = (): void => {
    const taken = new Set(shape.agents.map(({ name }) => name));
    const name = NAMES.find((one) => !taken.has(one)) ?? `Agent ${shape.agents.length + 1}`;
    const model = offers.models[0]?.name;
    const own = { name, ...(model === undefined ? {} : { model }), description: "Say what it is for.", instructions: "Say what it does." };
    change(withAdded(draft, ["agents"], own));
    setChosen(`agent:${shape.agents.length}`);
    setTab("Form");
    announce(`${name} was added`);
  };
  const goTo = (mistake: Mistake): void => {
    const mark = marks[mistakes.indexOf(mistake)];
    setTab("YAML");
    if (mark) requestAnimationFrame(() => editing.current?.goTo(mark.from));
  };
  const taken = (next: Opened): void => {
    setBase(next);
    if (next.yaml !== draft.text) change(next.yaml);
  };

  return (
    <main className="team">
      <TeamHead
        workspace={workspace}
        base={base}
        draft={draft}
        mistakes={mistakes}
        isChecked={isChecked}
        offers={offers}
        history={history}
        taken={taken}
        change={change}
      />
      {base.keptAs !== undefined && (
        <Suspense fallback={null}>
          <Proposal workspace={workspace} name={base.keptAs} mayNot={offers.mayNotEdit} taken={taken} />
        </Suspense>
      )}
      <div className="team-panes">
        <section className="team-drawing" aria-label="Graph">
          <GraphView
            graph={graph}
            chosen={chosen}
            wrong={wrong}
            dark={dark}
            choose={choose}
            toggle={toggle}
            connect={(from, to) => {
              const drawn = withDrawn(draft, from, to);
              if ("why" in drawn) toast(drawn.why, "info");
              else change(drawn.text);
            }}
            remove={(what) => (change(withErased(draft, what, nodeOf)), setChosen(undefined))}
          />
          <button type="button" className="main-button add-agent" onClick={addAgent}>
            Add an agent
          </button>
        </section>
        <section className="team-side" aria-label="Team">
          <div className="tabs" role="tablist" aria-label="How it is shown">
            {TABS.map((one) => (
              <button
                key={one}
                type="button"
                role="tab"
                id={`tab-${one}`}
                aria-selected={tab === one}
                aria-controls={`panel-${one}`}
                tabIndex={tab === one ? 0 : -1}
                onClick={() => setTab(one)}
                onKeyDown={({ key, currentTarget }) => {
                  const step = key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0;
                  const next = TABS[(TABS.indexOf(one) + step + TABS.length) % TABS.length];
                  if (step === 0 || next === undefined) return;
                  setTab(next);
                  currentTarget.parentElement?.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
                }}
              >
                {one}
              </button>
            ))}
          </div>
          {mistakes.length > 0 && (
            <ul className="mistakes" aria-label="What is wrong">
              {mistakes.map((mistake, nth) => (
                <li key={nth}>
                  <button type="button" className="mistake" onClick={() => goTo(mistake)} dir="auto">
                    {mistake.path !== "" && <code>{mistake.path}</code>} {mistake.message}
                  </button>
                </li>
              ))}
            </ul>
          )}
          <div className="panel" role="tabpanel" id="panel-Form" aria-labelledby="tab-Form" hidden={tab !== "Form"}>
            {draft.trouble.length > 0 && <p className="problem">The text cannot be read just now. Mend it under YAML.</p>}
            <fieldset className="bare" disabled={draft.trouble.length > 0}>
              {agent && index !== undefined ? (
                <>
                  <button type="button" className="plain-button" onClick={() => setChosen(undefined)}>
                    ← The team itself
                  </button>
                  <AgentForm
                    key={index}
                    draft={draft}
                    agent={agent}
                    index={index}
                    others={shape.agents.map(({ name }) => name).filter((_, other) => other !== index)}
                    offers={offers}
                    wrongAt={wrongAt}
                    change={change}
                    removed={() => setChosen(undefined)}
                  />
                </>
              ) : (
                <>
                  <ul className="agent-list" aria-label="Agents">
                    {shape.agents.map(({ name, kind, description }, nth) => (
                      <li key={nth}>
                        <button type="button" className="agent-line" onClick={() => setChosen(`agent:${nth}`)}>
                          <strong>
                            <bdi>{name || "(no name)"}</bdi>
                          </strong>{" "}
                          <span className="hint">{kind === "assistant" ? description : `${kind} · ${description}`}</span>
                        </button>
                      </li>
                    ))}
                  </ul>
                  <TeamForm draft={draft} shape={shape} offers={offers} keptAs={base.keptAs} wrongAt={wrongAt} change={change} />
                </>
              )}
            </fieldset>
          </div>
          <div className="panel panel-yaml" role="tabpanel" id="panel-YAML" aria-labelledby="tab-YAML" hidden={tab !== "YAML"}>
            <YamlEditor
              text={draft.text}
              marks={marks}
              schema={schema}
              names={names}
              change={change}
              ready={(own) => void (editing.current = own)}
            />
          </div>
          <div className="panel" role="tabpanel" id="panel-Playground" aria-labelledby="tab-Playground" hidden={tab !== "Playground"}>
            {hasPlayed && (
              <Suspense fallback={<p className="hint">Opening…</p>}>
                <Playground workspace={workspace} yaml={draft.text} offers={offers} />
              </Suspense>
            )}
          </div>
        </section>
      </div>
    </main>
  );
}

const NAMES = ["Ana", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gita", "Hugo"];
