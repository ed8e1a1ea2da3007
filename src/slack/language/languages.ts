/** What the app can speak. A language is a folder of messages beside this file; see docs/languages.md for how to add one. */
export const LANGUAGES = ["en", "de", "fr"] as const;
export type Language = (typeof LANGUAGES)[number];

/** Of whoever speaks none of them, of whom Slack does not say it, and of runs from before there were others. */
export const DEFAULT_LANGUAGE: Language = "en";

/** The reader's own, or one for everybody. */
export type LanguageSetting = "reader" | Language;

/** The language of a BCP 47 locale such as Slack's `de-DE`, or of a language itself: `de-AT` is German, and what is not known English. */
export function languageOf(locale: string | undefined): Language {
  const [language] = locale?.toLowerCase().split(/[-_]/, 1) ?? [];
  return LANGUAGES.find((one) => one === language) ?? DEFAULT_LANGUAGE;
}
