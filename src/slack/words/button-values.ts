import { z } from "zod";
import { id, maybe, short, timestamp } from "./payload-parts.ts";

/** What our own buttons and modals carry, as it comes back: anybody may have made it up. */
const json = z.string().transform((text, context) => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    context.addIssue("not JSON");
    return z.NEVER;
  }
});

/**
 * The JSON in a button's value, as we write it: the run, the number of the event that asks, the call that waits, what is thought of a run;
 * a note and the page it is on; the thread, where the button is not in it; a message there, and a team.
 */
export const ButtonValue = json
  .pipe(
    z.object({
      r: maybe(short),
      seq: maybe(z.int()),
      call: maybe(short),
      helpful: maybe(z.boolean()),
      note: maybe(z.int()),
      page: maybe(z.int()),
      t: maybe(short),
      m: maybe(timestamp),
      n: maybe(short),
    }),
  )
  .catch({
    r: undefined, seq: undefined, call: undefined, helpful: undefined, note: undefined, page: undefined, t: undefined, m: undefined, n: undefined,
  }); // prettier-ignore

/** The JSON in the menu of a turn: what is to be done from that event on. */
export const TurnValue = json
  .pipe(z.object({ d: maybe(z.enum(["speaker", "team", "why"])).catch(undefined), seq: maybe(z.int().positive()) }))
  .catch({ d: undefined, seq: undefined });

/**
 * The JSON in a button or a menu of App Home and its modals: what is to be done, and to which team, agent, thread, run, question or page.
 */
export const HomeValue = json
  .pipe(
    z.object({
      v: maybe(short),
      t: maybe(short),
      n: maybe(short),
      thread: maybe(short),
      r: maybe(short),
      seq: maybe(z.int()),
      p: maybe(z.int()),
    }),
  )
  .catch({ v: undefined, t: undefined, n: undefined, thread: undefined, r: undefined, seq: undefined, p: undefined });
export type HomeValue = z.output<typeof HomeValue>;

/** The JSON in a button of a schedule: which one. */
export const ScheduleValue = json.pipe(z.object({ s: z.string().regex(/^[a-z0-9-]{1,40}$/) })).catch({ s: "" });

/** The JSON in the private_metadata of the forms of App Home. */
export const AboutForm = json
  .pipe(z.object({ t: maybe(short), n: maybe(short), revision: maybe(z.int()) }))
  .catch({ t: undefined, n: undefined, revision: undefined });
export type AboutForm = z.output<typeof AboutForm>;

/** The JSON in a modal's private_metadata, as the modals of a run write it. */
export const AboutRun = json.pipe(z.object({ thread: short, run: maybe(short), seq: maybe(z.int()) }));

/** The same, as the modal of a channel's settings writes it. */
export const AboutChannel = json.pipe(z.object({ channel: id, revision: z.int().nonnegative() }));
