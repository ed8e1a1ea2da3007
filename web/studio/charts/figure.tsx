import { useId, useState, type ReactNode } from "react";
import { csvOf } from "./csv.ts";
import { saveCsv } from "./save-csv.ts";

/** A column of a table: what is shown in a row, and what a file has there. */
export interface Column<Row> {
  readonly title: string;
  readonly shown: (row: Row) => ReactNode;
  readonly kept: (row: Row) => string | number;
  readonly isNumber?: true;
}

interface Props<Row> {
  readonly title: string;
  /** What the file is called. */
  readonly file: string;
  /** What the chart shows, in words: for whoever does not see it. Nothing where there is none. */
  readonly says?: string;
  readonly chart?: ReactNode;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row, index: number) => string;
  /** Whether the table is open at first. */
  readonly isOpen?: boolean;
  readonly children?: ReactNode;
}

/** A chart with its table, and the file of it. */
export function ChartFigure<Row>({
  title,
  file,
  says,
  chart,
  columns,
  rows,
  keyOf,
  isOpen: isOpenFirst = chart === undefined,
  children,
}: Props<Row>) {
  const [isOpen, setOpen] = useState(isOpenFirst);
  const id = useId();
  const save = (): void =>
    saveCsv(
      file,
      csvOf(
        columns.map((column) => column.title),
        rows.map((row) => columns.map((column) => column.kept(row))),
      ),
    );
  return (
    <figure className="chart-figure" aria-labelledby={id}>
      <figcaption className="chart-head">
        <h2 id={id}>{title}</h2>
        <span className="chart-buttons">
          {chart !== undefined && (
            <button type="button" className="plain-button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
              Table<span className="visually-hidden"> of {title}</span>
            </button>
          )}
          <button type="button" className="plain-button" onClick={save}>
            CSV<span className="visually-hidden"> of {title}</span>
          </button>
        </span>
      </figcaption>
      {children}
      {chart !== undefined && (
        <div className="chart" role="img" aria-label={says ?? title}>
          {chart}
        </div>
      )}
      {isOpen && (
        <div className="table-box" tabIndex={0} role="region" aria-label={`Table of ${title}`}>
          <table>
            <thead>
              <tr>
                {columns.map((column) => (
                  <th key={column.title} scope="col" className={column.isNumber ? "number" : ""}>
                    {column.title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row, index) => (
                <tr key={keyOf(row, index)}>
                  {columns.map((column) => (
                    <td key={column.title} className={column.isNumber ? "number" : ""} dir={column.isNumber ? undefined : "auto"}>
                      {column.shown(row)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </figure>
  );
}
