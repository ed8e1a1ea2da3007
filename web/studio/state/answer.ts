import { useEffect, useRef, useState } from "react";

export type Answered<Answer> = {
  /** The last that came: it stays while the next is read. */
  readonly answer: Answer | undefined;
  readonly failed: string | undefined;
  readonly isReading: boolean;
};

/** What is asked for; asked anew when the key is another. */
export function useAnswer<Answer>(key: string, read: (signal: AbortSignal) => Promise<Answer>): Answered<Answer> {
  const [state, setState] = useState<Answered<Answer>>({ answer: undefined, failed: undefined, isReading: true });
  const reading = useRef(read);
  reading.current = read;
  useEffect(() => {
    const gone = new AbortController();
    setState((before) => ({ ...before, isReading: true }));
    reading.current(gone.signal).then(
      (answer) => !gone.signal.aborted && setState({ answer, failed: undefined, isReading: false }),
      (error: unknown) =>
        !gone.signal.aborted &&
        setState({ answer: undefined, failed: error instanceof Error ? error.message : String(error), isReading: false }),
    );
    return () => gone.abort();
  }, [key]);
  return state;
}
