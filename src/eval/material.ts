/**
 * Words of others inside of a question to a model, which stand in tags there: nothing in them closes such a tag or opens one, so that no answer can say
 * what is expected of it, or speak as whoever asks. `shorten` makes them as short as they have to be with that, but for a few characters at a seam: words
 * that hold many tags take no more room than others.
 */
export const material = (text: string, shorten: (whole: string) => string): string => untagged(shorten(untagged(text)));

const untagged = (text: string): string => text.replaceAll(TAG, "&lt;");

/** Each space is looked at once: an answer may be long. */
const TAG = /<(?=\s*(?:\/\s*)?(?:text|task|expected|answer)\b)/gi;
