import type { ModelMessage } from "../model.ts";
import { markedAll, type Piece, type Source } from "./attribution.ts";

/** A message as a provider is handed it: each piece of it bound to its source, in the text itself. What is written so already stays as it is. */
export function written(message: ModelMessage): ModelMessage {
  switch (message.role) {
    case "assistant":
      // One's own words are nobody else's.
      return message;
    case "user": {
      const { from, beside, images } = message;
      if (!from && !beside) return message;
      const own = pieceOf(message.text, from);
      const text = markedAll(beside ? [...own, ...beside] : own);
      return images ? { role: "user", text, images } : { role: "user", text };
    }
    case "tool": {
      const { told = [], ...plain } = message;
      const result = pieceOf(message.text, { kind: message.failed ? "failure" : "output" });
      return { ...plain, text: markedAll([...told, ...(told.length > 0 && message.failed && message.text === "" ? [] : result)]) };
    }
  }
}

const pieceOf = (text: string, from: Source | undefined): readonly Piece[] => (from ? [{ from, text }] : text === "" ? [] : [{ text }]);
