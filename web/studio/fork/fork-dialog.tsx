import { useEffect, useState } from "react";
import type { RunEvent } from "../../../src/engine/events/events.ts";
import { CloseButton, Dialog } from "../../parts/dialog.tsx";
import { clean } from "../../text/clean.ts";
import { UsedUp } from "../acts/used-up.tsx";
import { forkedHref } from "../state/address.ts";
import { fork, forkOffer, type ForkOffer, type RunName } from "../state/api.ts";

/** Lets a run go on from a point otherwise: with another team, other words or other instructions. */
export default function ForkDialog({
  name,
  known,
  close,
}: {
  readonly name: RunName;
  /** Its events up to the point. */
  readonly known: readonly RunEvent[];
  readonly close: () => void;
}) {
  const { thread, seq } = name;
  const at = known.at(-1)?.seq ?? seq;
  const [offer, setOffer] = useState<ForkOffer | undefined>();
  const [trouble, setTrouble] = useState<string>();
  const [team, setTeam] = useState<string>();
  const [instructions, setInstructions] = useState<{ readonly [agent: string]: string }>({});
  const said = known.findLast((event) => event.type === "message.posted");
  const [words, setWords] = useState(said?.text ?? "");
  const [inThread, setInThread] = useState(false);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    let isLeft = false;
    forkOffer({ thread, seq }).then(
      (found) => {
        if (isLeft) return;
        setOffer(found);
        setTeam(found.teams.includes(found.team) ? found.team : found.teams[0]);
        setTrouble(found.mayNot);
      },
      (error: unknown) => !isLeft && setTrouble(wordsOf(error)),
    );
    return () => void (isLeft = true);
  }, [thread, seq]);

  const isOwn = offer !== undefined && team === offer.team;
  const changed = offer?.agents.filter((agent) => (instructions[agent.name] ?? agent.instructions) !== agent.instructions) ?? [];
  const begin = (): void => {
    setBusy(true);
    const wanted = {
      at,
      ...(team === undefined ? {} : { team }),
      inThread,
      words: said && words !== said.text ? [{ seq: said.seq, text: words }] : [],
      instructions: isOwn ? Object.fromEntries(changed.map((agent) => [agent.name, instructions[agent.name] ?? ""])) : {},
    };
    fork(name, wanted).then(
      (begun) => {
        close();
        location.hash = forkedHref(name, begun);
      },
      (error: unknown) => {
        setBusy(false);
        setTrouble(wordsOf(error));
      },
    );
  };
  const may = offer !== undefined && offer.mayNot === undefined;
  return (
    <Dialog className="request fork" aria-label={`Fork behind event ${at}`} onClose={close}>
      <header className="request-head">
        <h2>
          Fork behind event {at} <span className="hint">What stands up to here is shared, and was paid for once.</span>
        </h2>
        <CloseButton onClick={close} />
      </header>
      {trouble !== undefined && (
        <>
          <p className="problem" role="alert">
            {clean(trouble)}
          </p>
          <UsedUp of={name} why={trouble} />
        </>
      )}
      {offer === undefined && trouble === undefined && <p className="hint">Looking with what it can go on…</p>}
      {offer && may && (
        <form
          className="fork-form"
          onSubmit={(event) => {
            event.preventDefault();
            begin();
          }}
        >
          <label className="fork-field">
            <span>Team</span>
            <select value={team} onChange={({ target }) => setTeam(target.value)}>
              {offer.teams.map((one) => (
                <option key={one} value={one}>
                  {clean(one)}
                  {one === offer.team ? " (as it is now)" : ""}
                </option>
              ))}
            </select>
          </label>
          {said && (
            <label className="fork-field">
              <span>
                What was said last, by <bdi>{clean("agent" in said ? said.agent : said.person.name)}</bdi>
                {words !== said.text && <em className="fork-changed"> changed</em>}
              </span>
              <textarea rows={4} value={words} dir="auto" maxLength={40_000} onChange={({ target }) => setWords(target.value)} />
            </label>
          )}
          {isOwn && offer.agents.length > 0 && (
            <details className="fork-agents">
              <summary>
                Instructions of its agents{changed.length > 0 && <em className="fork-changed"> {changed.length} changed</em>}
              </summary>
              {offer.agents.map((agent) => (
                <label key={agent.name} className="fork-field">
                  <bdi>{clean(agent.name)}</bdi>
                  <textarea
                    rows={5}
                    dir="auto"
                    maxLength={20_000}
                    value={instructions[agent.name] ?? agent.instructions}
                    onChange={({ target }) => setInstructions({ ...instructions, [agent.name]: target.value })}
                  />
                </label>
              ))}
            </details>
          )}
          {offer.inThread && (
            <fieldset className="fork-where">
              <legend>Where it goes on</legend>
              <label>
                <input type="radio" name="where" checked={!inThread} onChange={() => setInThread(false)} /> In the studio: nobody is told
              </label>
              <label>
                <input type="radio" name="where" checked={inThread} onChange={() => setInThread(true)} /> In a thread of its own in the
                run’s channel: its people read it
              </label>
            </fieldset>
          )}
          <p className="fork-go">
            <button type="submit" className="fork-button" disabled={busy || team === undefined || words.trim() === ""}>
              {busy ? "Beginning…" : "Fork here"}
            </button>
            <span className="hint">
              It runs at once, costs from here on, and is {inThread ? "seen in Slack too" : "seen and answered in the studio alone"}.
            </span>
          </p>
        </form>
      )}
    </Dialog>
  );
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
