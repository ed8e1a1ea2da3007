import type { Model, ModelRequest } from "../../src/engine/model.ts";
import type { ToldReply } from "../contracts/model.ts";

/** A real model, asked in words to reply as the suite's story wants it. What it is asked besides, such as tools and a shape, is as the story asks it. */
export function obedient(model: Model): { readonly model: Model; will(...replies: readonly ToldReply[]): void } {
  const told: ToldReply[] = [];
  return {
    model: {
      name: model.name,
      call: (request, turn) => {
        const reply = turn.signal.aborted ? undefined : told.shift();
        return model.call(reply ? wantedIn(request, reply) : request, turn);
      },
    },
    will: (...replies) => void told.push(...replies),
  };
}

const wantedIn = (request: ModelRequest, reply: ToldReply): ModelRequest => ({
  ...request,
  // A tool that is offered is sometimes used.
  tools: "calls" in reply && reply.calls ? request.tools : [],
  system: "You are a test fixture. Do exactly what the user asks, and nothing else.",
  messages: [{ role: "user", text: taskOf(reply) }],
});

function taskOf(reply: ToldReply): string {
  if ("fails" in reply) throw new Error("a real provider does not fail on demand");
  if ("hangs" in reply) return "Write out the numbers from one to three hundred in words, one a line.";
  if (reply.calls) {
    const calls = reply.calls.map(({ name, args }) => `${name} with the arguments ${args.join("") || "{} (none at all)"}`);
    return `In one reply, side by side and in this order, make these ${calls.length} tool calls, then stop:\n${calls.join("\n")}`;
  }
  return `Reply with exactly the text between the marks, character by character, without the marks:\n<<<${(reply.text ?? []).join("")}>>>`;
}
