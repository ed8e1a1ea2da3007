/** Of a log in memory. */
export interface Size {
  readonly events: number;
  /** As JSON. A log of few events may be of long ones. */
  readonly chars: number;
}

/** Which lanes are kept though nobody uses them: those that were left last, as many as the bounds allow. */
export interface IdleLanes {
  /** Nobody uses it any more. Gives those that are to be kept no longer, the one that was left first before the others. */
  add(thread: string, size: Size): readonly string[];
  /** It is used again, or is gone. */
  remove(thread: string): void;
  all(): readonly string[];
}

const LANES_MAX = 200;
const EVENTS_MAX = 20_000;
const CHARS_MAX = 20_000_000;
/** However long they are. */
const LANES_MIN = 2;

export function createIdleLanes(): IdleLanes {
  /** The one that was left first stands first. */
  const idle = new Map<string, Size>();
  let events = 0;
  let chars = 0;

  function remove(thread: string): void {
    const size = idle.get(thread);
    events -= size?.events ?? 0;
    chars -= size?.chars ?? 0;
    idle.delete(thread);
  }

  return {
    add(thread, size) {
      idle.set(thread, size);
      events += size.events;
      chars += size.chars;
      const over: string[] = [];
      for (const oldest of idle.keys()) {
        const areFew = idle.size <= LANES_MAX && events <= EVENTS_MAX && chars <= CHARS_MAX;
        if (areFew || idle.size <= LANES_MIN) break;
        remove(oldest);
        over.push(oldest);
      }
      return over;
    },
    remove,
    all: () => [...idle.keys()],
  };
}
