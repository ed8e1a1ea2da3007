import { currentRun, type Tool, type Transcript } from "@parley-team/parley/engine";
import { defineTool, z } from "@parley-team/parley";
import { HOUSES } from "./houses.ts";
import { ACTIONS, atDoor, done, type House, type Place } from "./rules.ts";

const Call = z.object({
  house: z.string().describe("The name of the house, as the task says it."),
  do: z
    .enum(ACTIONS)
    .describe(
      "look around; go to a room beside this one; take a thing that lies here (what you hold is put down); read a letter that lies here or that you hold",
    ),
  what: z.string().optional().describe("The room or the thing; nothing to look."),
});

/** `house`, for agents: a small world in text. Going and taking costs a move; one thing can be held. */
export const house = defineTool({
  name: "house",
  schema: z.strictObject({}),
  build: (_, { name }): Tool => ({
    name,
    description: "Act in a house: look, go ROOM, take THING, read LETTER. Says what you see then, and how many moves are left.",
    parameters: z.toJSONSchema(Call, { io: "input" }),
    async run(args, { transcript }) {
      const call = Call.safeParse(args);
      if (!call.success) return { kind: "failed", error: { kind: "bad_arguments", message: z.prettifyError(call.error) } };
      const found = HOUSES[call.data.house];
      if (!found)
        return {
          kind: "failed",
          error: { kind: "bad_arguments", message: `There is no house "${call.data.house}"; the task says its name.` },
        };
      return { kind: "returned", output: done(found, placeNow(found, call.data.house, { transcript, name }), call.data).says };
    },
  }),
});

/** Where the calls of this run that have come to an end have led. */
function placeNow(
  found: House,
  name: string,
  { transcript, name: tool }: { readonly transcript: Transcript; readonly name: string },
): Place {
  const events = transcript.events.slice(Math.max(0, currentRun(transcript).startIndex));
  const asked = new Map(
    events.flatMap((event) => (event.type === "tool.called" && event.tool === tool ? [[event.call, event.args] as const] : [])),
  );
  return events.reduce((place, event) => {
    const args = event.type === "tool.returned" ? asked.get(event.call) : undefined;
    const call = args === undefined ? undefined : Call.safeParse(JSON.parse(args));
    return call?.success && call.data.house === name ? done(found, place, call.data).place : place;
  }, atDoor(found));
}
