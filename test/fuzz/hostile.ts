import fc from "fast-check";
import { runsOf } from "../support/chance.ts";

/** How often the dice are thrown; `npm run fuzz` throws them far more often. */
export const RUNS = runsOf(150);

/** Pieces that mean something to somebody: Slack, a browser, a shell, a terminal, a file system, YAML, JSON, Markdown. */
const BARBS = [
  "<!channel>", "<!here|here>", "<@U0ADA>", "<#C0RANDOM>", "<https://evil.example|https://bank.example>", "@everyone", "&lt;!channel&gt;", "&#60;!here>",
  "<\\!channel>", "<script>alert(1)</script>", "javascript:alert(1)", "\"onload=\"x", "${x}", "{{last}}", "$(rm -rf /)", "`id`", "; drop table events;",
  "\u001b[2J", "\u001b]0;owned\u0007", "\u0000", "\u202e", "\u2066", "\ud800", "\ufeff", "\u200b", "../../etc/passwd", "..\\..\\up", "/dev/null", "CON.txt", ".htaccess", "%2e%2e%2f",
  "```", "~~~", "| a | b |\n|---|---|", "# ", "> ", "[x](y)", "![x](y)", "*", "_", "__proto__", "constructor", "&anchor *anchor", "!!js/function", "<<: *a", "- - - -",
  "TERMINATE", "\r\n", "\n\n\n", "🙂👩‍🔬", "ﷺ", "a".repeat(5_000),
]; // prettier-ignore

/** Text of somebody who wants something to happen. */
export const hostileText = fc
  .array(fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...BARBS) }, fc.string({ unit: "binary", maxLength: 30 })), { maxLength: 12 })
  .map((pieces) => pieces.join(""));

/** As they are in Slack's payloads. */
const KEYS = [
  "type", "event", "event_id", "team_id", "user", "id", "channel", "ts", "thread_ts", "text", "subtype", "bot_id", "app_id", "files", "name", "actions",
  "action_id", "value", "container", "message_ts", "channel_id", "view", "state", "values", "private_metadata", "callback_id", "trigger_id", "command",
  "user_id", "tokens", "bot", "hidden", "message", "previous_message", "is_ext_shared_channel", "team", "inviter", "tab", "response_url", "blocks",
] as const; // prettier-ignore

/** JSON of any shape, with keys and values that mean something. */
export const hostileJson = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(null, true, false, 0, -1, 1e308, "", "C0GENERAL", "U0MARIA", "1767603600.000100"),
    hostileText,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...KEYS, "__proto__", "constructor", "toString"), tie("value"), { maxKeys: 6 }),
  ),
})).value;

/** The same payload with some of its parts replaced, left out or added: what passes for real at a first look. */
export const bent = (payload: object): fc.Arbitrary<unknown> =>
  fc
    .array(fc.record({ at: fc.nat(60), becomes: fc.option(hostileJson, { nil: undefined }) }), { minLength: 1, maxLength: 3 })
    .map((bends) => {
      const copy = structuredClone(payload) as Record<string, unknown>;
      for (const { at, becomes } of bends) {
        const places = placesIn(copy);
        const [holder, key] = places[at % places.length] ?? [copy, "type"];
        holder[key] = becomes;
      }
      return copy;
    });

type Place = readonly [Record<string, unknown>, string];
const placesIn = (value: unknown): Place[] =>
  typeof value !== "object" || value === null
    ? []
    : Object.keys(value).flatMap((key): Place[] => [
        [value as Record<string, unknown>, key],
        ...placesIn((value as Record<string, unknown>)[key]),
      ]);
