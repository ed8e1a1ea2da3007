import { useState } from "react";
import { ownerOf } from "../../../src/engine/limits/termination.ts";
import { toast } from "../../parts/toasts.tsx";
import { useAnswer } from "../state/answer.ts";
import { raiseUsedUp, usedUp, type BudgetsOf } from "../state/api.ts";
import { money } from "../state/words.ts";
import "../styles/acts.css";

/** Beside words that say why a run does not begin: where that is for a budget of the day, whoever may raises it there. */
export function UsedUp({ of, why }: { readonly of: BudgetsOf; readonly why: string }) {
  const [times, setTimes] = useState(0);
  const [isAtIt, setAtIt] = useState(false);
  const { answer } = useAnswer(`${JSON.stringify(of)} ${why} ${times}`, (signal) => usedUp(of, signal));
  if (!answer || answer.usedUp.length === 0) return null;
  const { mayNot } = answer;
  const raised = answer.usedUp.flatMap(({ account, to }) => (to === undefined ? [] : [`${money(to)} for ${ownerOf(account)}`]));
  const isEnough = answer.usedUp.every(({ spent, to = 0 }) => to > spent);
  const raise = async (): Promise<void> => {
    setAtIt(true);
    try {
      await raiseUsedUp(of);
      toast(isEnough ? "Raised for today: it can begin now." : "Raised for today; more than that is spent already.");
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error));
    }
    setAtIt(false);
    setTimes((before) => before + 1);
  };
  return (
    <div className="asked-form" role="group" aria-label="Budgets of the day">
      <ul>
        {answer.usedUp.map(({ account, spent, limit, priced }) => (
          <li key={account}>
            Today’s budget of {ownerOf(account)} is used up: {money(spent, priced)} of {money(limit)}.
          </li>
        ))}
      </ul>
      <p className="acts-line">
        <button
          type="button"
          className="plain-button"
          disabled={mayNot !== undefined || isAtIt || raised.length === 0}
          title={mayNot}
          onClick={() => void raise()}
        >
          Raise it for today{raised.length > 0 && `: ${raised.join(" and ")}`}
        </button>
      </p>
      {mayNot !== undefined && <p className="hint">{mayNot}</p>}
    </div>
  );
}
