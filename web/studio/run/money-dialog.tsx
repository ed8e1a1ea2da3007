import { useMemo, useRef, useState, type KeyboardEvent } from "react";
import type { RunEvent } from "../../../src/engine/events/events.ts";
import { hue } from "../../parts/hues.ts";
import { CloseButton, Dialog } from "../../parts/dialog.tsx";
import { ChartFigure } from "../charts/figure.tsx";
import { spentColumns } from "../costs/spent-columns.tsx";
import { many, money } from "../state/words.ts";
import { moneyTree, placed, type Part, type Placed } from "./money-tree.ts";

interface Props {
  readonly events: readonly RunEvent[];
  readonly close: () => void;
  readonly goTo: (seq: number) => void;
}

const SIZES = {
  usd: { name: "money", of: ({ usage }: Part) => usage.usd },
  tokens: { name: "tokens", of: ({ usage }: Part) => usage.inputTokens + usage.outputTokens },
} as const;

/** Where the money of a run went: the run, its turns, and in them the calls, each as wide as what it took. */
export default function MoneyDialog({ events, close, goTo }: Props) {
  const run = useMemo(() => moneyTree(events), [events]);
  const [by, setBy] = useState<keyof typeof SIZES>(run.usage.usd > 0 ? "usd" : "tokens");
  const [top, setTop] = useState<string>(run.id);
  const [at, setAt] = useState<string>(run.id);
  const root = useMemo(() => find(run, top) ?? run, [run, top]);
  const shown = useMemo(() => placed(root, SIZES[by].of, LEAST), [root, by]);
  const current = shown.find(({ part }) => part.id === at) ?? shown[0];
  const rows = useMemo(() => lines(run), [run]);
  if (run.usage.calls === 0)
    return (
      <Dialog className="request money" aria-label="Where the money went" onClose={close}>
        <Head close={close} />
        <p>No call of a model is in this log yet.</p>
      </Dialog>
    );
  return (
    <Dialog className="request money" aria-label="Where the money went" onClose={close}>
      <Head close={close} />
      <div className="money-body" tabIndex={0} role="region" aria-label="Where the money went">
        <div className="money-tools">
          <label className="filter filter-line">
            <span>Widths are of</span>
            <select value={by} onChange={({ target }) => setBy(target.value as keyof typeof SIZES)}>
              {Object.entries(SIZES).map(([key, { name }]) => (
                <option key={key} value={key}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          {top !== run.id && (
            <button type="button" className="plain-button" onClick={() => setTop(run.id)}>
              Whole run
            </button>
          )}
        </div>
        <Flame shown={shown} current={current} select={setAt} zoom={setTop} />
        {current && (
          <p className="money-told" role="status">
            <bdi>{current.part.name}</bdi>
            {current.part.what === "" ? "" : ` ${current.part.what}`}: {told(current.part, run, by)}
            {current.part.seq > 0 && (
              <button type="button" className="plain-button" onClick={() => goTo(current.part.seq)}>
                Go to event {current.part.seq}
              </button>
            )}
          </p>
        )}
        <p className="hint">← → along, ↑ ↓ in and out, Enter widens a part, Backspace goes back to the whole.</p>
        <ChartFigure
          title="Turns and calls"
          file="where-the-money-went"
          columns={[
            { title: "turn", shown: ({ turn }) => turn, kept: ({ turn }) => turn },
            { title: "who", shown: ({ part }) => <bdi>{part.name}</bdi>, kept: ({ part }) => part.name },
            { title: "what", shown: ({ part }) => part.what, kept: ({ part }) => part.what },
            { title: "model", shown: ({ part }) => part.model, kept: ({ part }) => part.model },
            { title: "event", shown: ({ part }) => part.seq, kept: ({ part }) => part.seq, isNumber: true },
            ...spentColumns().map(({ shown: show, kept, ...column }) => ({
              ...column,
              shown: ({ part }: Line) => show(spentOf(part)),
              kept: ({ part }: Line) => kept(spentOf(part)),
            })),
          ]}
          rows={rows}
          keyOf={({ part }) => part.id}
        />
      </div>
    </Dialog>
  );
}

function Head({ close }: { readonly close: () => void }) {
  return (
    <header className="request-head">
      <h2>Where the money went</h2>
      <CloseButton onClick={close} />
    </header>
  );
}

/** Narrower parts nobody could point at. */
const LEAST = 0.002;
const ROW_PX = 34;

/** The parts, those of a part below it. One of them is reached by Tab, the others from it by arrows. */
function Flame({
  shown,
  current,
  select,
  zoom,
}: {
  readonly shown: readonly Placed[];
  readonly current: Placed | undefined;
  readonly select: (id: string) => void;
  readonly zoom: (id: string) => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  const root = shown[0]?.part.id ?? "";
  const depth = Math.max(...shown.map((one) => one.depth)) + 1;
  const go = (to: Placed | undefined): void => {
    if (!to) return;
    select(to.part.id);
    box.current?.querySelector<HTMLElement>(`[data-part="${CSS.escape(to.part.id)}"]`)?.focus();
  };
  const press = (event: KeyboardEvent): void => {
    if (!current) return;
    const alongside = shown.filter(({ depth: one }) => one === current.depth);
    const index = alongside.indexOf(current);
    switch (event.key) {
      case "ArrowLeft":
        go(alongside[index - 1]);
        break;
      case "ArrowRight":
        go(alongside[index + 1]);
        break;
      case "ArrowDown":
        go(shown.find(({ above }) => above === current.part));
        break;
      case "ArrowUp":
        go(shown.find(({ part }) => part === current.above));
        break;
      case "Backspace":
        zoom("run");
        break;
      default:
        return;
    }
    event.preventDefault();
  };
  return (
    <div ref={box} className="flame" role="group" aria-label="Turns and calls" style={{ height: depth * ROW_PX }} onKeyDown={press}>
      {shown.map(({ part, depth: row, from, to }) => (
        <button
          key={part.id}
          type="button"
          data-part={part.id}
          className={`flame-part ${part.id === current?.part.id ? "flame-current" : ""}`}
          tabIndex={part.id === current?.part.id ? 0 : -1}
          title={`${part.name} ${part.what}`}
          aria-label={`${part.name} ${part.what}, ${money(part.usage.usd, part.priced)}, ${many(part.usage.inputTokens + part.usage.outputTokens)} tokens`}
          style={{
            left: `${from * 100}%`,
            width: `${(to - from) * 100}%`,
            top: row * ROW_PX,
            ...(row === 0 ? {} : { background: `oklch(var(--tint-shade) ${hue(part.name)})` }),
          }}
          onFocus={() => select(part.id)}
          onClick={() => zoom(part.parts.length > 0 ? part.id : root)}
        >
          {part.name} <span className="hint">{part.what}</span>
        </button>
      ))}
    </div>
  );
}

function told(part: Part, run: Part, by: keyof typeof SIZES): string {
  const { usage, priced } = part;
  const whole = SIZES[by].of(run);
  const share = whole > 0 ? `, ${((SIZES[by].of(part) / whole) * 100).toFixed(1)}% of the run` : "";
  const cached = usage.cachedTokens > 0 ? ` (${many(usage.cachedTokens)} cached)` : "";
  const model = part.model === "" ? "" : `, ${part.model}`;
  return `${money(usage.usd, priced)}, ${many(usage.inputTokens)} in${cached}, ${many(usage.outputTokens)} out, ${usage.calls} ${usage.calls === 1 ? "call" : "calls"}${share}${model}`;
}

const spentOf = ({ usage, priced }: Part) => ({ ...usage, priced, estimated: usage.estimated === true });

const find = (part: Part, id: string): Part | undefined =>
  part.id === id ? part : part.parts.map((one) => find(one, id)).find((one) => one !== undefined);

interface Line {
  readonly turn: string;
  readonly part: Part;
}

/** Each call, with the turn that it was in. */
function lines(run: Part): readonly Line[] {
  const callsIn = (part: Part): readonly Part[] => (part.parts.length === 0 ? [part] : part.parts.flatMap(callsIn));
  return run.parts.flatMap((turn) => callsIn(turn).map((part) => ({ turn: `${turn.name} ${turn.what}`.trim(), part })));
}
