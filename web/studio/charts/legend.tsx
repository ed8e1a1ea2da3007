import type { Series } from "./stacked-days.tsx";

export function Legend({ series }: { readonly series: readonly Series[] }) {
  return (
    <ul className="legend">
      {series.map(({ key, name, colour }) => (
        <li key={key}>
          <span className="swatch" style={{ background: colour }} aria-hidden="true" />
          <bdi>{name}</bdi>
        </li>
      ))}
    </ul>
  );
}
