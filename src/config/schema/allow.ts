import { z } from "zod";

const WORDS = ["anyone", "starter", "admins"] as const;
/** What people who are no members can be let do. */
const DEEDS = ["start", "steer", "answer", "approve", "stop", "forget", "forgetThread", "raise", "export", "watch"] as const;
const PEOPLE_MAX = 200;

const userId = z
  .string()
  .regex(/^[UW][A-Z0-9]{2,20}$/, { error: "is neither anyone, starter nor admins, nor the id of a user, such as U0123ABCD" });
const who = z.union([z.enum(WORDS), z.array(z.union([z.enum(WORDS), userId])).max(PEOPLE_MAX)], {
  error: "write anyone, starter or admins, or a list of these and of user ids, such as [starter, U0123ABCD]",
});
const whoever = z.union(
  [z.enum(WORDS).exclude(["starter"]), z.array(z.union([z.enum(WORDS).exclude(["starter"]), userId])).max(PEOPLE_MAX)],
  {
    error: "write anyone or admins, or a list of admins and of user ids, such as [admins, U0123ABCD]",
  },
);

/** Who may do what in Slack. */
export const Allow = z
  .strictObject({
    start: who.default("anyone").describe("A run."),
    steer: who.default("anyone").describe("Words for the agents while they talk; pause, resume and skip."),
    answer: who.default("anyone").describe("What agents ask people."),
    approve: who.default("starter").describe("Code and tools that wait for a yes."),
    stop: who.default("anyone").describe("A run."),
    forget: who.default("anyone").describe("What agents remember in a channel."),
    forgetThread: who.default(["starter", "admins"]).describe("All that was said in a thread, for good."),
    raise: who.default(["starter", "admins"]).describe("A limit that was reached."),
    export: who.default("anyone").describe("A result to its channel, a transcript or a team as a file."),
    watch: whoever.default("anyone").describe("To see in the studio the runs of channels that one is in."),
    oversee: whoever
      .default([])
      .describe("To see in the studio the runs of channels that one is not in, but no direct messages; each look is in the audit log."),
    schedule: who
      .default(["starter", "admins"])
      .describe("To have work start by itself, which whoever sets it up owns; the starter is its owner, where it is another's."),
    editTeams: who.default("admins").describe("Teams, and the settings of channels and of the workspace."),
    audit: who.default("admins").describe("To see in App Home who may do what, and who decided what."),
    guests: z
      .array(z.enum(DEEDS))
      .max(DEEDS.length)
      .default([])
      .describe(
        "What people from other organisations may do, over Slack Connect, as far as its line lets them. They read along where they are.",
      ),
    restricted: z
      .array(z.enum(DEEDS))
      .max(DEEDS.length)
      .default(["answer"])
      .describe("The same for guests of the workspace itself, whom Slack restricts to one channel or to some."),
  })
  .prefault({})
  .describe(
    "Who may do what in Slack: anyone (who can write in the channel), starter (of the run), admins (of the workspace), or a list of these and of user ids. Channels and the workspace may have lines of their own.",
  );
