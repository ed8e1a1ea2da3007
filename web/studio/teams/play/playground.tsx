import { useId, useRef, useState } from "react";
import { UsedUp } from "../../acts/used-up.tsx";
import { runHref } from "../../state/address.ts";
import { useAnswer } from "../../state/answer.ts";
import { runs, type RunLine, type RunName } from "../../state/api.ts";
import { play, team as readTeam, type TeamsAnswer } from "../teams-api.ts";
import { Played } from "./played.tsx";

interface Variant {
  readonly id: number;
  /** `draft`, or the name of a team that is there. */
  readonly team: string;
  /** `file`: those that the team names; `model:NAME`; `run:` the recorded words of the run below. */
  readonly words: string;
}

interface Begun {
  readonly label: string;
  readonly run: RunName | undefined;
  readonly why: string;
}

const VARIANTS_MAX = 4; // More do not stand side by side.
const TASK_CHARS_MAX = 80; // Of a line to choose from.
const NO_RUNS: readonly RunLine[] = [];

/** Tries the team before it is kept: one task, one or several variants at once, side by side. */
export default function Playground({
  workspace,
  yaml,
  offers,
}: {
  readonly workspace: string;
  readonly yaml: string;
  readonly offers: TeamsAnswer;
}) {
  const [task, setTask] = useState("");
  const [variants, setVariants] = useState<readonly Variant[]>([{ id: 0, team: "draft", words: "file" }]);
  const [recorded, setRecorded] = useState("");
  const [begun, setBegun] = useState<readonly Begun[]>([]);
  const [isBeginning, setBeginning] = useState(false);
  const next = useRef(1);
  const change = (id: number, what: Partial<Variant>): void =>
    setVariants((all) => all.map((one) => (one.id === id ? { ...one, ...what } : one)));
  const asked = runOf(recorded);
  const isRecorded = variants.some(({ words }) => words === "run:");
  const lastRuns = useAnswer(`${workspace} ${isRecorded}`, async (signal) => (isRecorded ? (await runs(new URLSearchParams({ workspace }), signal)).found : [])).answer ?? NO_RUNS; // prettier-ignore
  const id = useId();
  const why =
    offers.mayNotPlay ??
    (task.trim() === "" ? "Give it a task first." : isRecorded && !asked ? "Paste the address of the run whose words are to be said." : undefined); // prettier-ignore

  const begin = async (): Promise<void> => {
    setBeginning(true);
    const results = await Promise.all(
      variants.map(async ({ team, words }, index): Promise<Begun> => {
        const label = `${index + 1}: ${team === "draft" ? "this team" : team}${words === "file" ? "" : words === "run:" ? ", recorded words" : `, ${words.slice("model:".length)}`}`;
        try {
          const text = team === "draft" ? yaml : (await readTeam(workspace, team)).yaml;
          const own = words.startsWith("model:") ? { model: words.slice("model:".length) } : {};
          const again = words === "run:" && asked ? { recorded: asked } : {};
          const { run, mistakes } = await play({ workspace, yaml: text, task, ...own, ...again });
          return { label, run, why: mistakes.map(({ path, message }) => `${path === "" ? "" : `${path}: `}${message}`).join(" ") };
        } catch (error) {
          return { label, run: undefined, why: error instanceof Error ? error.message : String(error) };
        }
      }),
    );
    setBegun(results);
    setBeginning(false);
  };

  return (
    <div className="playground">
      <form
        aria-label="A task to try"
        onSubmit={(event) => {
          event.preventDefault();
          if (why === undefined && !isBeginning) void begin();
        }}
      >
        <label className="field">
          <span>Task</span>
          <textarea rows={3} value={task} dir="auto" onChange={({ target }) => setTask(target.value)} />
        </label>
        <div className="variants">
          {variants.map(({ id, team, words }, index) => (
            <fieldset key={id} className="variant">
              <legend>Variant {index + 1}</legend>
              <label>
                Team{" "}
                <select value={team} onChange={({ target }) => change(id, { team: target.value })}>
                  <option value="draft">this one, as it is now</option>
                  {offers.teams.map(({ name }) => (
                    <option key={name}>{name}</option>
                  ))}
                </select>
              </label>
              <label>
                Words{" "}
                <select value={words} onChange={({ target }) => change(id, { words: target.value })}>
                  <option value="file">of the models that it names</option>
                  {offers.models.map(({ name, model }) => (
                    <option key={name} value={`model:${name}`}>
                      {name} ({model}) for everybody
                    </option>
                  ))}
                  <option value="run:">recorded in an earlier run</option>
                </select>
              </label>
              {variants.length > 1 && (
                <button
                  type="button"
                  className="plain-button"
                  aria-label={`Remove variant ${index + 1}`}
                  onClick={() => setVariants((all) => all.filter((one) => one.id !== id))}
                >
                  Remove
                </button>
              )}
            </fieldset>
          ))}
        </div>
        {isRecorded && (
          <label className="field">
            <span>Address of that run; the last ones are offered</span>
            <input
              type="text"
              list={`${id}-runs`}
              value={recorded}
              spellCheck={false}
              onChange={({ target }) => setRecorded(target.value)}
            />
            <datalist id={`${id}-runs`}>
              {lastRuns.map((line) => (
                <option key={runHref(line)} value={runHref(line)}>
                  {`${line.team}: ${line.task.slice(0, TASK_CHARS_MAX)}`}
                </option>
              ))}
            </datalist>
          </label>
        )}
        <div className="play-acts">
          <button type="submit" className="main-button" disabled={why !== undefined || isBeginning} title={why}>
            Run
          </button>
          <button
            type="button"
            className="plain-button"
            disabled={variants.length >= VARIANTS_MAX}
            onClick={() => setVariants((all) => [...all, { id: next.current++, team: "draft", words: "file" }])}
          >
            Add a variant
          </button>
          {why !== undefined && <span className="hint">{why}</span>}
        </div>
      </form>
      <div className="played" aria-label="Runs" role="region">
        {begun.map(({ label, run, why: refused }, index) =>
          run ? (
            <Played key={`${run.thread}-${index}`} label={label} name={run} />
          ) : (
            <section key={index} className="played-run" aria-label={label}>
              <h2>{label}</h2>
              <p className="problem">{refused}</p>
              <UsedUp of={{ workspace }} why={refused} />
            </section>
          ),
        )}
      </div>
    </div>
  );
}

/** Of its address, or of what of it stands behind the `#`. */
function runOf(address: string): RunName | undefined {
  const [, thread, seq] = /#?\/run\/([^/?#\s]+)\/(\d{1,9})/.exec(address) ?? [];
  if (thread === undefined) return undefined;
  try {
    return { thread: decodeURIComponent(thread), seq: Number(seq) };
  } catch {
    return undefined;
  }
}
