import { useEffect, useRef, useState } from "react";
import type { RunEvent } from "../../../src/engine/events/events.ts";
import { clock, lasted } from "../state/words.ts";
import { turnsOf } from "./entries.ts";

interface Props {
  readonly events: readonly RunEvent[];
  /** Index of the last event that is known at this point. */
  readonly at: number;
  readonly move: (index: number) => void;
}

const SPEEDS = [1, 4, 16] as const;
/** Nobody looks at a wait for longer. */
const WAIT_MS_MAX = 3_000;
const WAIT_MS_MIN = 60;

/** The log folded to any of its events: by a slider, by keys, or played at its own pace. */
export function Scrubber({ events, at, move }: Props) {
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useState<(typeof SPEEDS)[number]>(4);
  const end = events.length - 1;
  const event = events[at];
  const now = useRef({ at, end, events, move });
  now.current = { at, end, events, move };

  const next = events[at + 1];
  useEffect(() => {
    if (!playing) return undefined;
    if (!next || !event) {
      setPlaying(false);
      return undefined;
    }
    const waitMs = Math.min(WAIT_MS_MAX, (Date.parse(next.at) - Date.parse(event.at)) / speed);
    // A run that goes on meanwhile begins no wait anew.
    const timer = setTimeout(() => now.current.move(at + 1), Math.max(WAIT_MS_MIN, waitMs));
    return () => clearTimeout(timer);
  }, [playing, at, speed, next, event]);

  const toggle = (): void => {
    if (!playing && at >= end) move(0);
    setPlaying(!playing);
  };
  const toggling = useRef(toggle);
  toggling.current = toggle;

  useEffect(() => {
    const press = (pressed: KeyboardEvent): void => {
      const { target, key, shiftKey } = pressed;
      if (pressed.altKey || pressed.ctrlKey || pressed.metaKey) return;
      const isSlider = target instanceof HTMLInputElement && target.type === "range";
      const isField = target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
      if (isField && !isSlider) return;
      if (key === " " && (target === document.body || isSlider)) {
        pressed.preventDefault();
        toggling.current();
        return;
      }
      if (key === "Escape") {
        location.hash = "#/";
        return;
      }
      const next = target instanceof HTMLElement && target.closest("pre, .table-box") ? undefined : movedTo(key, shiftKey, now.current);
      if (next === undefined) return;
      pressed.preventDefault();
      setPlaying(false);
      now.current.move(Math.max(0, Math.min(now.current.end, next)));
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);

  return (
    <div className="scrubber">
      <button type="button" className="play" aria-pressed={playing} onClick={toggle}>
        {playing ? "Pause" : "Play"}
      </button>
      <select
        className="speed"
        aria-label="Speed"
        value={speed}
        onChange={({ target }) => setSpeed(Number(target.value) as (typeof SPEEDS)[number])}
      >
        {SPEEDS.map((one) => (
          <option key={one} value={one}>
            {one}×
          </option>
        ))}
      </select>
      <input
        type="range"
        className="slider"
        aria-label="Point in time"
        aria-valuetext={event ? `event ${at + 1} of ${events.length}, ${clock(event.at)}` : "nothing yet"}
        min={0}
        max={Math.max(0, end)}
        value={at}
        onChange={({ target }) => {
          setPlaying(false);
          move(Number(target.value));
        }}
      />
      <output className="point">
        {at + 1} / {events.length}
        {event && events[0] && <span className="point-time"> · {lasted(Date.parse(event.at) - Date.parse(events[0].at))}</span>}
      </output>
    </div>
  );
}

function movedTo(
  key: string,
  byTurn: boolean,
  { at, end, events }: { readonly at: number; readonly end: number; readonly events: readonly RunEvent[] },
): number | undefined {
  const turns = byTurn ? turnsOf(events) : [];
  switch (key) {
    case "ArrowLeft":
      return byTurn ? (turns.findLast((index) => index < at) ?? 0) : at - 1;
    case "ArrowRight":
      return byTurn ? (turns.find((index) => index > at) ?? end) : at + 1;
    case "Home":
      return 0;
    case "End":
      return end;
    default:
      return undefined;
  }
}
