import { useEffect } from "react";
import { evaluationHref } from "../state/address.ts";
import { useAnswer } from "../state/answer.ts";
import { evaluations as readEvaluations } from "../state/api.ts";
import { whole } from "../state/words.ts";

/** The evaluations of the database, newest first. */
export default function Evaluations() {
  const { answer, failed } = useAnswer("", readEvaluations);
  useEffect(() => {
    document.title = "Evaluations · Parley studio";
  }, []);
  return (
    <main className="page">
      <div className="page-body" tabIndex={0} role="region" aria-label="Evaluations">
        <h1 className="page-title">Evaluations</h1>
        {failed && (
          <p className="problem" role="alert">
            {failed}
          </p>
        )}
        {answer?.evaluations.length === 0 && (
          <p className="told-line">
            There is none that you may see. <code className="code-inline">parley eval FILE</code> has teams work on cases whose right
            answers are known.
          </p>
        )}
        {answer && answer.evaluations.length > 0 && (
          <div className="table-box" tabIndex={0} role="region" aria-label="Table of evaluations">
            <table>
              <thead>
                <tr>
                  {["evaluation", "begun", "state", "cases", "runs of each", "teams", "file"].map((title) => (
                    <th key={title} scope="col">
                      {title}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {answer.evaluations.map(({ id, at, endedAt, stoppedAtUsd, cases, casesInAll, repeats, teams, file }) => (
                  <tr key={id}>
                    <td>
                      <a href={evaluationHref(id)}>{id}</a>
                    </td>
                    <td>
                      <time dateTime={at}>{whole(at)}</time>
                    </td>
                    <td>{endedAt !== undefined ? "ended" : stoppedAtUsd !== undefined ? "stopped at its budget" : "not ended"}</td>
                    <td className="number">{cases === casesInAll ? cases : `${cases} of ${casesInAll}`}</td>
                    <td className="number">{repeats}</td>
                    <td dir="auto">{teams.join(", ")}</td>
                    <td dir="auto">{file}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </div>
    </main>
  );
}
