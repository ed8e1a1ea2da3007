import { z } from "zod";
import { looking, type Look } from "../../guards/masking.ts";
import { findPersonalData, PERSONAL_DATA } from "../../guards/personal-data.ts";
import { findSecrets } from "../../guards/secrets.ts";
import { defineGuard } from "../define/guard.ts";

const ALLOWED_MAX = 200;

const found = z
  .enum(["mask", "stop"])
  .default("mask")
  .describe("mask: a note stands in its place. stop: nothing goes there, and people read why.");

export const guards = [
  defineGuard({
    name: "secrets",
    schema: z
      .strictObject({
        found,
        entropy: z.boolean().default(true).describe("Whether long words that look random count, too; without, known forms alone."),
        allow: z.array(z.string().min(1).max(500)).max(ALLOWED_MAX).default([]).describe("Harmless words that look like a secret, whole."),
      })
      .describe("Keys, tokens and passwords."),
    build({ found, entropy, allow }): Look {
      return looking((words) => findSecrets(words, { entropy, allowed: allow }), { found, shown: "secret" });
    },
  }),
  defineGuard({
    name: "personal-data",
    schema: z
      .strictObject({
        found,
        kinds: z
          .array(z.enum(PERSONAL_DATA))
          .min(1)
          .max(PERSONAL_DATA.length)
          .default([...PERSONAL_DATA]),
        country: z
          .string()
          .regex(/^[A-Z]{2}$/, { error: "two letters, such as DE" })
          .optional()
          .describe("Where telephone numbers without a country code are from; only those with one are known when absent."),
        allowDomains: z
          .array(z.string().min(1).max(253))
          .max(ALLOWED_MAX)
          .default([])
          .describe("Whose email addresses may be seen: example.org."),
      })
      .describe("Email addresses, telephone numbers, and numbers of bank accounts (IBAN) and cards whose checksum holds."),
    build({ found, kinds, country, allowDomains }): Look {
      return looking((words) => findPersonalData(words, { kinds, country, allowedDomains: allowDomains }), {
        found,
        shown: "personal data",
      });
    },
  }),
];
