/** Words of calls under way about how far they have come; of several that nobody has read yet, the last one counts. */
export interface News {
  readonly tell: (words: string) => void;
  /** The next words, or nothing where there are none when this is over, however it ends. */
  until(over: Promise<unknown>): Promise<string | undefined>;
}

export function createNews(): News {
  let unread: string | undefined;
  let wake = (): void => undefined;
  /** What is waited for, which is asked once whether it is over: a call may tell a thousand times how far it is. */
  let awaited: Watched | undefined;

  function watched(over: Promise<unknown>): Watched {
    if (awaited?.over === over) return awaited;
    const own: Watched = { over, isOver: false };
    awaited = own;
    const end = (): void => {
      own.isOver = true;
      wake();
    };
    over.then(end, end);
    return own;
  }

  return {
    tell(words) {
      unread = words;
      wake();
    },
    async until(over) {
      const call = watched(over);
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (unread !== undefined || call.isOver) resolve();
      });
      const words = unread;
      unread = undefined;
      return words;
    },
  };
}

interface Watched {
  readonly over: Promise<unknown>;
  isOver: boolean;
}
