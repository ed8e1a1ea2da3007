import { Bar } from "recharts";
import { NamedBars } from "./named-bars.tsx";
import type { Series } from "./stacked-days.tsx";

export interface Whole {
  readonly name: string;
  /** Parts of 1, by the key of a series. */
  readonly of: { readonly [key: string]: number };
}

/** Wholes, each divided into its parts. */
export default function Shares({ wholes, series }: { readonly wholes: readonly Whole[]; readonly series: readonly Series[] }) {
  return (
    <NamedBars rows={wholes} ticks={[0, 0.25, 0.5, 0.75, 1]}>
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
    </NamedBars>
  );
}
