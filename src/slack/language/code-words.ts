import { knownCode, type MeantCode } from "../api/error-codes.ts";
import { safeMrkdwn } from "../words/escape.ts";
import { codes } from "./en/thread/codes.ts";
import type { Translator } from "./translator.ts";

/** What Slack means by a code with which it refuses, and the mend, in the reader's language; as the table of codes says it in the log; in mrkdwn. */
export function codeIn(t: Translator, code: string): string {
  if (isMeant(code)) return t(`codes.text.means.${code}`);
  const mended = MENDED.find((one) => one === code);
  if (mended !== undefined) return t(`home.text.mend.${mended}`);
  switch (knownCode(code).reaction) {
    case "wait":
      return t("codes.text.pause");
    case "look":
      return t("codes.text.trouble");
    case "hold":
      return t("codes.text.token");
    case "bug":
      return t("codes.text.askedWrongly");
    case "doubt":
      return t("codes.text.unknown", { code: safeMrkdwn(code) });
    default:
      return t("codes.text.notTaken");
  }
}

const isMeant = (code: string): code is MeantCode => Object.hasOwn(codes, `text.means.${code}`);

/** Those for which something is done without. */
const MENDED = [
  "missing_scope",
  "not_allowed_token_type",
  "no_permission",
  "not_authorized",
  "unknown_method",
  "method_deprecated",
  "feature_not_enabled",
] as const;
