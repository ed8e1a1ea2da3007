import type { ComponentProps } from "react";

/** Line icons on a 24-unit square; hidden from screen readers, so a button needs its own label. */
const PATHS = {
  hash: ["M4 9h16", "M4 15h16", "M10 3L8 21", "M16 3l-2 18"],
  lock: ["M6 11h12a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1v-8a1 1 0 0 1 1-1z", "M8 11V7a4 4 0 0 1 8 0v4"],
  send: ["M21 3L10.5 13.5", "M21 3l-6.5 18-4-7.5L3 9.5 21 3z"],
  attach: ["M21 11.5l-8.6 8.6a5.5 5.5 0 0 1-7.8-7.8l8.6-8.6a3.7 3.7 0 0 1 5.2 5.2l-8.6 8.6a1.8 1.8 0 0 1-2.6-2.6l7.9-7.9"],
  at: ["M16 8v5a3 3 0 0 0 6 0v-1a10 10 0 1 0-4 8", "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z"],
  close: ["M18 6L6 18", "M6 6l12 12"],
  back: ["M19 12H5", "M12 19l-7-7 7-7"],
  menu: ["M3 6h18", "M3 12h18", "M3 18h18"],
  thread: ["M21 12a8 8 0 0 1-8 8H4l2-3.2A8 8 0 1 1 21 12z", "M9 10.5h7", "M9 14h4"],
  down: ["M6 9l6 6 6-6"],
  right: ["M9 6l6 6-6 6"],
  arrowDown: ["M12 5v14", "M5 12l7 7 7-7"],
  download: ["M12 4v11", "M7 11l5 5 5-5", "M4 20h16"],
  file: ["M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8l-5-5z", "M14 3v5h5"],
  check: ["M5 12.5l4.5 4.5L19 7"],
  copy: [
    "M9 9h10a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H9a1 1 0 0 1-1-1V10a1 1 0 0 1 1-1z",
    "M5 15H4a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1h10a1 1 0 0 1 1 1v1",
  ],
  more: ["M5 12h.01", "M12 12h.01", "M19 12h.01"],
  info: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z", "M12 11v5", "M12 8h.01"],
  bulb: ["M9 18h6", "M10 21h4", "M12 3a6 6 0 0 0-4 10.5c.7.7 1 1.5 1 2.5h6c0-1 .3-1.8 1-2.5A6 6 0 0 0 12 3z"],
  alert: ["M12 3l9.5 17h-19L12 3z", "M12 10v4", "M12 17h.01"],
  home: ["M3 11l9-8 9 8", "M5 10v10h5v-6h4v6h5V10"],
  eye: ["M2 12s3.5-7 10-7 10 7 10 7-3.5 7-10 7-10-7-10-7z", "M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z"],
  window: ["M14 4h6v6", "M20 4l-9 9", "M18 14v5a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1h5"],
  up: ["M7 11v9H4v-9h3z", "M7 11l4-8a2.5 2.5 0 0 1 2.5 2.5V9H19a2 2 0 0 1 2 2.3l-1.2 7A2 2 0 0 1 17.8 20H7"],
  thumbDown: ["M17 13V4h3v9h-3z", "M17 13l-4 8a2.5 2.5 0 0 1-2.5-2.5V15H5a2 2 0 0 1-2-2.3l1.2-7A2 2 0 0 1 6.2 4H17"],
  trash: ["M4 7h16", "M9 7V4h6v3", "M6 7l1 13h10l1-13"],
  smile: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z", "M8.5 14.5a4.5 4.5 0 0 0 7 0", "M9 9.5h.01", "M15 9.5h.01"],
  search: ["M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14z", "M16 16l5 5"],
  bolt: ["M13 2L4 14h7l-1 8 9-12h-7l1-8z"],
  refresh: ["M20 11a8 8 0 1 0-2.3 6", "M20 5v6h-6"],
} satisfies { readonly [name: string]: readonly string[] };

export type IconName = keyof typeof PATHS;

export function Icon({ name, className = "" }: { readonly name: IconName; readonly className?: string }) {
  return (
    <svg viewBox="0 0 24 24" className={`icon icon-${name} ${className}`} aria-hidden="true" focusable="false">
      {PATHS[name].map((d) => (
        <path key={d} d={d} />
      ))}
    </svg>
  );
}

/** A button that shows a symbol; its label is what it is called and what pointing at it says. */
export function IconButton({
  label,
  icon,
  className = "",
  ...rest
}: { readonly label: string; readonly icon: IconName } & ComponentProps<"button">) {
  return (
    <button type="button" title={label} aria-label={label} className={`icon-button ${className}`} {...rest}>
      <Icon name={icon} />
    </button>
  );
}

/** Parley's mark: two speech bubbles that lean on each other. */
export function Mark() {
  return (
    <svg viewBox="0 0 24 24" className="mark" aria-hidden="true" focusable="false">
      <path className="mark-a" d="M4 4h9a2 2 0 0 1 2 2v5a2 2 0 0 1-2 2H8l-4 3.5V13a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2z" />
      <path className="mark-b" d="M17.5 9H20a2 2 0 0 1 2 2v5a2 2 0 0 1-2 2v3l-3.5-3H12a2 2 0 0 1-2-2v-1h3.5a4 4 0 0 0 4-4V9z" />
    </svg>
  );
}
