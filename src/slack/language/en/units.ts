/** Amounts, as they stand within other words. */
export const units = {
  "text.about": "about {what}",
  "text.atLeast": "at least {what}",
  "text.under": "under {what}",
  "text.tokens": "{count} tokens",
  "text.turns": "{count, plural, one {# turn} other {# turns}}",
  "text.bytes": "{count, plural, one {# byte} other {# bytes}}",
  "text.kilobytes": "{count} kB",
  "text.megabytes": "{count} MB",
  "text.at": "{date} at {time}",
} as const;
