import { useId, useState } from "react";
import type { RunEvent } from "../../../src/engine/events/events.ts";
import { isHalted } from "../../../src/engine/events/limits-fold.ts";
import type { RunState } from "../../../src/engine/reading/run-state.ts";
import { MARKS_EXPLAINED, shown } from "../../../src/engine/reading/shown.ts";
import { whyAsked } from "../../../src/engine/reading/touched.ts";
import { toast } from "../../parts/toasts.tsx";
import { decide, decideAtLimit, say, stop, type ActsOffer, type RunName } from "../state/api.ts";
import { offerNow, raisedTo } from "./limit-offer.ts";
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
  readonly offer: ActsOffer;
}) {
  const { mayNot } = offer;
  const { questions, approvals, halt, running } = state;
  if (!running || !offer.isHere) return null;
  return (
    <section className="acts" aria-label="What you can say to it">
      {questions.map(({ seq, agent, text, options }) => (
        <Question key={seq} name={name} seq={seq} agent={agent} text={text} options={options} no={mayNot.answer} />
      ))}
      {approvals.map(({ call, participant }) => (
        <Approval key={call} name={name} call={call} who={participant} asked={askedOf(events, call)} no={mayNot.approve} />
      ))}
      {isHalted(state) && halt && <AtLimit name={name} events={events} halt={halt.seq} offer={offer} />}
      {/* While somebody is asked, whatever is said answers. */}
      <Steer name={name} mayNotSay={questions.length > 0 ? mayNot.answer : mayNot.steer} mayNotStop={mayNot.stop} />
    </section>
  );
}

function Question({
  name,
  seq,
  agent,
  text,
  options,
  no,
}: {
  readonly name: RunName;
  readonly seq: number;
  readonly agent: string;
  readonly text: string;
  readonly options: readonly string[];
  readonly no: string | undefined;
}) {
  const [answer, setAnswer] = useState("");
  const id = useId();
  const send = (words: string): void =>
    void (words.trim() !== "" && no === undefined && tried(() => say(name, { text: words, answers: seq })));
  return (
    <form className="asked-form" aria-label={`${agent} asks`} onSubmit={(event) => (event.preventDefault(), send(answer))}>
      <label htmlFor={id} dir="auto">
        {agent}: {text}
      </label>
      {options.length > 0 && (
        <p className="asked-options">
          {options.map((option) => (
            <button key={option} type="button" className="plain-button" disabled={no !== undefined} title={no} onClick={() => send(option)}>
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
  no,
}: {
  readonly name: RunName;
  readonly call: string;
  readonly who: string;
  readonly asked: Asked | undefined;
  readonly no: string | undefined;
}) {
  const what = asked?.what ?? "";
  const isMarked = shown(what) !== what;
  const decided = (approved: boolean): void => void tried(() => decide(name, { call, approved }));
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
  offer: { mayNot },
}: {
  readonly name: RunName;
  readonly events: readonly RunEvent[];
  readonly halt: number;
  readonly offer: ActsOffer;
}) {
  const reached = events.findLast((event) => event.type === "limit.reached" && event.seq === halt);
  if (reached?.type !== "limit.reached") return null;
  const now = offerNow(reached);
  const noMore = mayNot.raise ?? now.mayNot;
  const decided = (wish: "raise" | "finish"): void => void tried(() => decideAtLimit(name, { halt, wish }));
  return (
    <div className="asked-form" role="group" aria-label="It stands at a limit">
      <p dir="auto">{reached.reason}</p>
      <p className="acts-line">
        <button type="button" className="main-button" disabled={noMore !== undefined} title={noMore} onClick={() => decided("raise")}>
          Raise{raisedTo(now.to)}
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

function Steer({
  name,
  mayNotSay,
  mayNotStop,
}: {
  readonly name: RunName;
  readonly mayNotSay: string | undefined;
  readonly mayNotStop: string | undefined;
}) {
  const [words, setWords] = useState("");
  const send = async (): Promise<void> => {
    if (words.trim() === "" || mayNotSay !== undefined) return;
    if (await tried(() => say(name, { text: words }))) setWords("");
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
        onClick={() => void tried(() => stop(name))}
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

/** Whether it was done; whoever wanted it is told why not. */
async function tried(doing: () => Promise<unknown>): Promise<boolean> {
  try {
    await doing();
    return true;
  } catch (error) {
    toast(error instanceof Error ? error.message : String(error));
    return false;
  }
}
