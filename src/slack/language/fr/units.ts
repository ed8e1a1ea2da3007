import type { Translated } from "../messages.ts";

export const units: Translated<"units"> = {
  "text.about": "environ {what}",
  "text.atLeast": "au moins {what}",
  "text.under": "moins de {what}",
  "text.tokens": "{count} tokens",
  "text.turns": "{count, plural, one {# tour} other {# tours}}",
  "text.bytes": "{count, plural, one {# octet} other {# octets}}",
  "text.kilobytes": "{count} ko",
  "text.megabytes": "{count} Mo",
  "text.at": "{date} à {time}",
};
