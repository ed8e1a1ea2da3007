import type { ReactNode } from "react";

/** A wide table scrolls in its own box, also by keyboard. */
export function TableBox({ children }: { readonly children: ReactNode }) {
  return (
    <div className="table-box" tabIndex={0} role="group" aria-label="Table">
      <table>{children}</table>
    </div>
  );
}
