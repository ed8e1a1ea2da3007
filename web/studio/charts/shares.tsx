import { Bar, BarChart, ResponsiveContainer, XAxis, YAxis } from "recharts";
import { clean } from "../../text/clean.ts";
import type { Series } from "./stacked-days.tsx";

export interface Whole {
  readonly name: string;
  /** Parts of 1, by the key of a series. */
  readonly of: { readonly [key: string]: number };
}

/** Wholes, each divided into its parts. */
export default function Shares({ wholes, series }: { readonly wholes: readonly Whole[]; readonly series: readonly Series[] }) {
  const data = wholes.map(({ name, of }) => ({ name: clean(name).slice(0, NAME_CHARS_MAX), of }));
  return (
    <ResponsiveContainer initialDimension={FIRST} width="100%" height={wholes.length * ROW + AXIS}>
      <BarChart data={data} layout="vertical" margin={MARGIN} accessibilityLayer={false}>
        <XAxis
          type="number"
          domain={[0, 1]}
          ticks={[0, 0.25, 0.5, 0.75, 1]}
          tickFormatter={(share: number) => `${Math.round(share * 100)}%`}
          stroke="var(--line-strong)"
          tick={TICK}
          tickLine={false}
        />
        <YAxis type="category" dataKey="name" width={NAMES} interval={0} stroke="none" tick={TICK} />
        {series.map(({ key, name, colour }) => (
          <Bar
            key={key}
            dataKey={({ of }: Whole) => of[key] ?? 0}
            name={name}
            stackId="all"
            fill={colour}
            barSize={16}
            isAnimationActive={false}
          />
        ))}
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
