import { Bar, CartesianGrid, ErrorBar, ReferenceLine } from "recharts";
import { NamedBars } from "./named-bars.tsx";

export interface Estimate {
  readonly name: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Shares, or differences of shares, each with the interval that belongs to it. */
export default function Intervals({ estimates, kind }: { readonly estimates: readonly Estimate[]; readonly kind: "share" | "difference" }) {
  const rows = estimates.map(({ name, value, low, high }) => ({ name, value, error: [value - low, high - value] }));
  return (
    <NamedBars rows={rows} ticks={kind === "share" ? [0, 0.25, 0.5, 0.75, 1] : [-1, -0.5, 0, 0.5, 1]}>
      <CartesianGrid horizontal={false} stroke="var(--line)" />
      <ReferenceLine x={0} stroke="var(--line-strong)" />
      <Bar dataKey="value" fill="var(--series-1)" fillOpacity={0.55} barSize={12} isAnimationActive={false}>
        <ErrorBar dataKey="error" direction="x" width={5} strokeWidth={2} stroke="var(--fg)" isAnimationActive={false} />
      </Bar>
    </NamedBars>
  );
}
