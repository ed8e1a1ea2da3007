/**
 * Words of others inside of a question to a model, which stand in tags there: nothing in them closes such a tag or opens one, so that no answer can say
 * what is expected of it, or speak as whoever asks.
 */
export const material = (text: string): string => text.replaceAll(TAG, "&lt;");

const TAG = /<(?=\s*(?:\/\s*)?(?:text|task|expected|answer)\b)/gi;
