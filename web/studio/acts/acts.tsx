import { useId, useRef, useState } from "react";
import type { RunEvent } from "../../../src/engine/events/events.ts";
import { isHalted } from "../../../src/engine/events/limits-fold.ts";
import type { RunState } from "../../../src/engine/reading/run-state.ts";
import { MARKS_EXPLAINED, shown } from "../../../src/engine/reading/shown.ts";
import { whyAsked } from "../../../src/engine/reading/touched.ts";
import { toast } from "../../parts/toasts.tsx";
import { decide, decideAtLimit, Refused, say, stop, type RunName } from "../state/api.ts";
import { offerNow, raisedTo } from "./limit-offer.ts";
import type { Offered } from "./use-acts.ts";
import "../styles/acts.css";

/** What a run that is shown here alone waits for, answered here; and what can be said to it, until it is over. */
export default function Acts({
  name,
  events,
  state,
  offer,
}: {
  readonly name: RunName;
  readonly events: readonly RunEvent[];
  /** At its end by now. */
  readonly state: RunState;
  readonly offer: Offered;
}) {
  const { mayNot } = offer;
  const { questions, approvals, halt, running } = state;
  if (!running || !offer.isHere) return null;
  return (
    <section className="acts" aria-label="What you can say to it">
      {questions.map(({ seq, agent, text, options }) => (
        <Question key={seq} name={name} seq={seq} agent={agent} text={text} options={options} offer={offer} />
      ))}
      {approvals.map(({ call, participant }) => (
        <Approval key={call} name={name} call={call} who={participant} asked={askedOf(events, call)} offer={offer} />
      ))}
      {isHalted(state) && halt && <AtLimit name={name} events={events} halt={halt.seq} offer={offer} />}
      {/* While somebody is asked, whatever is said answers. */}
      <Steer name={name} mayNotSay={questions.length > 0 ? mayNot.answer : mayNot.steer} offer={offer} />
    </section>
  );
}

function Question({
  name,
  seq,
  agent,
  text,
  options,
  offer,
}: {
  readonly name: RunName;
  readonly seq: number;
  readonly agent: string;
  readonly text: string;
  readonly options: readonly string[];
  readonly offer: Offered;
}) {
  const [answer, setAnswer] = useState("");
  const id = useId();
  const done = useDoing(offer);
  const no = offer.mayNot.answer;
  const send = async (words: string): Promise<void> => {
    if (words.trim() === "" || no !== undefined) return;
    if (await done(() => say(name, { text: words, answers: seq }))) setAnswer("");
  };
  return (
    <form className="asked-form" aria-label={`${agent} asks`} onSubmit={(event) => (event.preventDefault(), void send(answer))}>
      <label htmlFor={id} dir="auto">
        {agent}: {text}
      </label>
      {options.length > 0 && (
        <p className="asked-options">
          {options.map((option) => (
            <button
              key={option}
              type="button"
              className="plain-button"
              disabled={no !== undefined}
              title={no}
              onClick={() => void send(option)}
            >
              {option}
            </button>
          ))}
        </p>
      )}
      <span className="acts-line">
        <input id={id} type="text" value={answer} dir="auto" maxLength={30_000} onChange={({ target }) => setAnswer(target.value)} />
        <button type="submit" className="main-button" disabled={answer.trim() === "" || no !== undefined} title={no}>
          Answer
        </button>
      </span>
      <WhyNot no={no} />
    </form>
  );
}

function Approval({
  name,
  call,
  who,
  asked,
  offer,
}: {
  readonly name: RunName;
  readonly call: string;
  readonly who: string;
  readonly asked: Asked | undefined;
  readonly offer: Offered;
}) {
  const done = useDoing(offer);
  const no = offer.mayNot.approve;
  const what = asked?.what ?? "";
  const isMarked = shown(what) !== what;
  const decided = (approved: boolean): void => void done(() => decide(name, { call, approved }));
  return (
    <div className="asked-form" role="group" aria-label={`${who} waits for a yes`}>
      <p dir="auto">{who} wants to run this:</p>
      <pre className="request-text" tabIndex={0} aria-label="What is to be run">
        {shown(what)}
      </pre>
      {isMarked && <p className="hint">{MARKS_EXPLAINED}</p>}
      {asked &&
        whyAsked(asked).map((why) => (
          <p key={why} className="hint">
            {why}
          </p>
        ))}
      <p className="acts-line">
        <button type="button" className="main-button" disabled={no !== undefined} title={no} onClick={() => decided(true)}>
          Allow
        </button>
        <button type="button" className="plain-button" disabled={no !== undefined} title={no} onClick={() => decided(false)}>
          Deny
        </button>
      </p>
      <WhyNot no={no} />
    </div>
  );
}

function AtLimit({
  name,
  events,
  halt,
  offer,
}: {
  readonly name: RunName;
  readonly events: readonly RunEvent[];
  readonly halt: number;
  readonly offer: Offered;
}) {
  const done = useDoing(offer);
  const { mayNot } = offer;
  const reached = events.findLast((event) => event.type === "limit.reached" && event.seq === halt);
  if (reached?.type !== "limit.reached") return null;
  const { offer: more, no: noMore } = offerNow(reached, mayNot);
  const decided = (wish: "raise" | "finish"): void => void done(() => decideAtLimit(name, { halt, wish }));
  return (
    <div className="asked-form" role="group" aria-label="It stands at a limit">
      <p dir="auto">{reached.reason}</p>
      <p className="acts-line">
        <button type="button" className="main-button" disabled={noMore !== undefined} title={noMore} onClick={() => decided("raise")}>
          Raise{raisedTo(more)}
        </button>
        <button
          type="button"
          className="plain-button"
          disabled={mayNot.stop !== undefined}
          title={mayNot.stop}
          onClick={() => decided("finish")}
        >
          Finish with a summary
        </button>
      </p>
      <WhyNot no={noMore} />
    </div>
  );
}

function Steer({ name, mayNotSay, offer }: { readonly name: RunName; readonly mayNotSay: string | undefined; readonly offer: Offered }) {
  const [words, setWords] = useState("");
  const done = useDoing(offer);
  // It does not wait for words that are on their way.
  const stopped = useDoing(offer);
  const mayNotStop = offer.mayNot.stop;
  const send = async (): Promise<void> => {
    if (words.trim() === "" || mayNotSay !== undefined) return;
    // What was typed meanwhile is the next thing to say.
    if (await done(() => say(name, { text: words }))) setWords((now) => (now === words ? "" : now));
  };
  return (
    <form className="acts-line" aria-label="Say something to it" onSubmit={(event) => (event.preventDefault(), void send())}>
      <input
        type="text"
        value={words}
        dir="auto"
        maxLength={30_000}
        aria-label="What the next speaker is to know"
        placeholder={mayNotSay ?? "Say something to whoever speaks next…"}
        disabled={mayNotSay !== undefined}
        onChange={({ target }) => setWords(target.value)}
      />
      <button type="submit" className="plain-button" disabled={words.trim() === "" || mayNotSay !== undefined} title={mayNotSay}>
        Say
      </button>
      <button
        type="button"
        className="plain-button"
        disabled={mayNotStop !== undefined}
        title={mayNotStop}
        onClick={() => void stopped(() => stop(name))}
      >
        Stop
      </button>
    </form>
  );
}

const WhyNot = ({ no }: { readonly no: string | undefined }) => (no === undefined ? null : <p className="hint">{no}</p>);

type Asked = Extract<RunEvent, { readonly type: "approval.requested" }>;

const askedOf = (events: readonly RunEvent[], call: string): Asked | undefined =>
  events.findLast((event): event is Asked => event.type === "approval.requested" && event.call === call);

/** Does one thing at a time: pressed twice, it is done once. Resolves to whether it was done; whoever wanted it is told why not. */
function useDoing({ askAgain }: Offered): (doing: () => Promise<unknown>) => Promise<boolean> {
  const isAtIt = useRef(false);
  return async (doing) => {
    if (isAtIt.current) return false;
    isAtIt.current = true;
    try {
      await doing();
      return true;
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error));
      if (error instanceof Refused && error.status === 403) askAgain();
      return false;
    } finally {
      isAtIt.current = false;
    }
  };
}
