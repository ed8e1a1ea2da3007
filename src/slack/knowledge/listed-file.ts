import { z } from "zod";
import { id, maybe, SharedFile } from "../words/payload-parts.ts";

const channels = z.array(z.string()).max(10_000).catch([]).default([]);

/** A file as files.list and files.info give it: beside what a message tells of one, when it was changed and where it is shared. */
export const ListedFile = SharedFile.extend({
  id,
  /** Seconds since the epoch. */
  updated: maybe(z.number()).catch(undefined),
  timestamp: maybe(z.number()).catch(undefined),
  editable: maybe(z.boolean()).catch(undefined),
  channels,
  groups: channels,
});

export type ListedFile = z.output<typeof ListedFile>;
