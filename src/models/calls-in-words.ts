import type { ModelMessage } from "../engine/model.ts";

/** Calls and their results as words, for a server that knows neither. */
export function inWords(message: ModelMessage): ModelMessage {
  if (message.role === "tool") {
    const images = message.images ? { images: message.images } : {};
    return { role: "user", text: `(The result of ${message.tool}:)\n${message.text || "(no output)"}`, ...images };
  }
  if (message.role === "user" || message.toolCalls.length === 0) return message;
  const calls = message.toolCalls.map(({ tool, args }) => `(I called ${tool} with ${args || "{}"}.)`);
  return { role: "assistant", text: [message.text, ...calls].filter((line) => line.trim() !== "").join("\n"), toolCalls: [] };
}
