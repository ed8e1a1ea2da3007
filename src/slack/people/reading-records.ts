import type { Actor } from "./affiliation.ts";
import type { Settings } from "../../store/settings.ts";
import type { People } from "./people.ts";

const DEEDS = [
  "list runs",
  "open App Home",
  "read transcript",
  "read notes",
  "read controls",
  "read choices",
  "read decisions",
  "quote",
  "share result",
  "export team",
  "look at run",
] as const;

/** Whether an entry of the audit log is of this kind: for where the many that read would hide the few that decide. */
export const isReading = (deed: string): boolean => DEEDS.some((one) => one === deed);

/** Somebody is shown, or takes out, what was said or decided. */
export interface Reading {
  readonly deed: (typeof DEEDS)[number];
  /** What of: a thread, a channel, a team. */
  readonly subject: string;
  /** Of the press or the command; what is handled again after a crash is recorded once. */
  readonly id: string | undefined;
  /** How, where there is more than one way. */
  readonly detail?: string;
}

/** Keeps it in the audit log, as a decision is kept. */
export async function recordReading(
  {
    settings,
    me,
    people,
  }: { readonly settings: Settings; readonly me: { readonly team: string }; readonly people: Pick<People, "nameOf"> },
  { user }: Pick<Actor, "user">,
  { deed, subject, id, detail }: Reading,
): Promise<void> {
  await settings.record({
    workspace: me.team,
    person: { id: user, name: await people.nameOf(user) },
    deed,
    subject,
    allowed: true,
    ...(detail === undefined ? {} : { detail }),
    ...(id === undefined ? {} : { key: `${deed} ${subject} ${id}` }),
  });
}
