import type { Translated } from "../messages.ts";

export const units: Translated<"units"> = {
  "text.about": "etwa {what}",
  "text.atLeast": "mindestens {what}",
  "text.under": "unter {what}",
  "text.tokens": "{count} Tokens",
  "text.turns": "{count, plural, one {# Beitrag} other {# Beiträge}}",
  "text.bytes": "{count, plural, one {# Byte} other {# Bytes}}",
  "text.kilobytes": "{count} kB",
  "text.megabytes": "{count} MB",
  "text.at": "{date} um {time}",
};
