import { useEffect, useState } from "react";
import { runHref } from "../state/address.ts";
import { cases as readCases, type CasesAnswer } from "../state/api.ts";
import { lasted, money } from "../state/words.ts";

const SHOWN = { all: "all", unsolved: "not solved by each run", differing: "on which teams differ" } as const;

/** The cases of an evaluation, each with what its runs came to; a run opens as any other. */
export function Cases({
  id,
  show: wanted,
  change,
}: {
  readonly id: string;
  readonly show: string;
  readonly change: (show: string) => void;
}) {
  const show = wanted in SHOWN ? (wanted as keyof typeof SHOWN) : "all";
  const { pages, failed, more } = usePages(id, show);
  const cases = pages.flatMap((page) => page.cases);
  const last = pages.at(-1);
  return (
    <section className="cases" aria-label="Cases">
      <div className="chart-head">
        <h2>Cases</h2>
        <label className="filter filter-line">
          <span>Show</span>
          <select value={show} onChange={({ target }) => change(target.value)}>
            {Object.entries(SHOWN).map(([one, name]) => (
              <option key={one} value={one}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </div>
      {failed && (
        <p className="problem" role="alert">
          {failed}
        </p>
      )}
      {last && (
        <p className="hint">
          {cases.length} of {last.all}
        </p>
      )}
      <div className="table-box" tabIndex={0} role="region" aria-label="Table of cases">
        <table>
          <thead>
            <tr>
              {["case", "team", "run", "end", "why", "answer", "turns", "time", "cost"].map((title) => (
                <th key={title} scope="col">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {cases.map((one, index) => (
              <Case key={`${index} ${one.case}`} one={one} />
            ))}
          </tbody>
        </table>
      </div>
      {last?.next !== undefined && (
        <button type="button" className="more-button" onClick={more}>
          More cases
        </button>
      )}
    </section>
  );
}

function Case({ one }: { readonly one: CasesAnswer["cases"][number] }) {
  return one.runs.map(({ team, repeat, end, why, answer, turns, ms, usd, priced, thread, seq }, index) => (
    <tr key={`${team} ${repeat}`} className={index === 0 ? "case-first" : ""}>
      {index === 0 && (
        <th scope="rowgroup" rowSpan={one.runs.length} className="case-name" dir="auto">
          {one.case}
        </th>
      )}
      <td>
        <bdi>{team}</bdi>
      </td>
      <td className="number">
        {seq === undefined ? (
          <span title="Its log is kept no more">{repeat}</span>
        ) : (
          <a href={runHref({ thread, seq })}>
            {repeat}
            <span className="visually-hidden">
              : the run of {team} on {one.case}
            </span>
          </a>
        )}
      </td>
      <td>
        <span className={`end end-${end}`}>{end}</span>
      </td>
      <td className="case-words" dir="auto">
        {end === "solved" ? "" : why}
      </td>
      <td className="case-words" dir="auto">
        {answer}
      </td>
      <td className="number">{turns}</td>
      <td className="number">{lasted(ms)}</td>
      <td className="number">{money(usd, priced)}</td>
    </tr>
  ));
}

function usePages(id: string, show: string) {
  const key = `${id} ${show}`;
  const [read, setRead] = useState<{ readonly key: string; readonly pages: readonly CasesAnswer[] }>({ key, pages: [] });
  const [failed, setFailed] = useState<string>();
  const pages = read.key === key ? read.pages : [];
  const readFrom = (after: number, before: readonly CasesAnswer[], signal?: AbortSignal): void => {
    readCases(id, new URLSearchParams({ show, after: String(after) }), signal).then(
      (page) => (setRead({ key, pages: [...before, page] }), setFailed(undefined)),
      (error: unknown) => !signal?.aborted && setFailed(error instanceof Error ? error.message : String(error)),
    );
  };
  useEffect(() => {
    const gone = new AbortController();
    readFrom(0, [], gone.signal);
    return () => gone.abort();
  }, [key]);
  return { pages, failed, more: () => readFrom(pages.at(-1)?.next ?? 0, pages) };
}
