/** Words of calls under way about how far they have come; of several that nobody has read yet, the last one counts. */
export interface News {
  readonly tell: (words: string) => void;
  /** The next words, or nothing as soon as this is over. */
  until(over: Promise<unknown>): Promise<string | undefined>;
}

export function createNews(): News {
  let unread: string | undefined;
  let wake = (): void => undefined;
  return {
    tell(words) {
      unread = words;
      wake();
    },
    async until(over) {
      const told = new Promise<true>((resolve) => {
        wake = () => resolve(true);
        if (unread !== undefined) resolve(true);
      });
      const hasNews = await Promise.race([over.then(() => false), told]);
      const words = unread;
      unread = undefined;
      return hasNews ? words : undefined;
    },
  };
}
