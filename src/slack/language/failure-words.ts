import type { Failure } from "../../engine/events/events.ts";
import { failures } from "./en/thread/failures.ts";
import type { Translator } from "./translator.ts";

/**
 * Why a turn or a run failed, in the reader's language. The log says it in English, with the model, its address and the provider's own words: that
 * sentence stands behind, for whoever mends it. Not escaped.
 */
export function failureIn(t: Translator, { kind, message, limit }: Failure): string {
  if (t.language === "en") return message;
  if (limit)
    return t("limits.text.nextCall", {
      what: limit.kind === "usd" ? t.dollars(limit.of) : t("units.text.tokens", { count: t.count(limit.of) }),
    });
  if (kind === "limit") return t("limits.text.budgetGone");
  return isMeant(kind) ? t("failures.text.inFull", { means: t(`failures.text.means.${kind}`), message }) : message;
}

type Meant = keyof typeof failures extends infer Key ? (Key extends `text.means.${infer Kind}` ? Kind : never) : never;

const isMeant = (kind: string): kind is Meant => Object.hasOwn(failures, `text.means.${kind}`);
