import type { ReactNode } from "react";
import { BarChart, ResponsiveContainer, XAxis, YAxis } from "recharts";
import { clean } from "../../text/clean.ts";

/** A row of bars for each name, along an axis of shares. `children`: the bars, and what stands behind them. */
export function NamedBars<Row extends { readonly name: string }>({
  rows,
  ticks,
  children,
}: {
  readonly rows: readonly Row[];
  /** Parts of 1; the first and the last are the ends of the axis. */
  readonly ticks: readonly number[];
  readonly children: ReactNode;
}) {
  const data = rows.map((row) => ({ ...row, name: clean(row.name).slice(0, NAME_CHARS_MAX) }));
  return (
    <ResponsiveContainer initialDimension={FIRST} width="100%" height={data.length * ROW + AXIS}>
      <BarChart data={data} layout="vertical" margin={MARGIN} accessibilityLayer={false}>
        {children}
        <XAxis
          type="number"
          domain={[ticks[0] ?? 0, ticks.at(-1) ?? 1]}
          ticks={[...ticks]}
          tickFormatter={percentOf}
          stroke="var(--line-strong)"
          tick={TICK}
          tickLine={false}
        />
        <YAxis type="category" dataKey="name" width={NAMES} interval={0} stroke="none" tick={TICK} />
      </BarChart>
    </ResponsiveContainer>
  );
}

const ROW = 32;
const AXIS = 34;
const NAMES = 132;
const NAME_CHARS_MAX = 40;
/** Until it is measured. */
const FIRST = { width: 320, height: 100 };
const MARGIN = { top: 4, right: 16, bottom: 0, left: 0 };
const TICK = { fill: "var(--fg-soft)", fontSize: 11.5 };
const percentOf = (share: number): string => `${Math.round(share * 100)}%`;
