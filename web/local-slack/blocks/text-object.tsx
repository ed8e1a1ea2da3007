import { withEmoji } from "../../text/emoji.ts";
import { plainOf, wordsOf, type Json } from "../state/json.ts";
import { Mrkdwn } from "./mrkdwn.tsx";

/** A text object of either type. */
export function TextObject({ object }: { readonly object: Json }) {
  if (object["type"] === "mrkdwn") return <Mrkdwn text={wordsOf(object["text"])} />;
  return (
    <span className="plain" dir="auto">
      {withEmoji(plainOf(object))}
    </span>
  );
}

/** The words of a plain_text object, with its emoji. */
export const plain = (object: unknown): string => withEmoji(plainOf(object));
