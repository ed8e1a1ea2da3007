import type { Person } from "../../engine/events/events.ts";
import type { Clock } from "../../engine/clock.ts";
import { failureOf } from "../api/api-errors.ts";
import { BRIEFLY, patiently } from "../api/retry-rate-limited.ts";
import type { Log, Web } from "../api/web-client.ts";
import type { FileContent } from "../door/file-content.ts";
import { wordsOfEmail } from "../door/file-words.ts";
import type { People } from "../people/people.ts";
import { createSharedSight } from "../people/shared-sight.ts";
import { placeOf } from "../words/place.ts";
import { ListedFile } from "./listed-file.ts";

/** Where files lie that teams look things up in. */
export type FilesPlace = { readonly channel: string } | { readonly canvas: string };

/** Files that people have posted, for an index of them. */
export interface PostedFiles {
  /** A place as the team file names it, by its id; why there is none, as the second half of a sentence. Never rejects. */
  find(place: FilesPlace): Promise<FilesPlace | string>;
  /** Whether everybody who reads the thread may see what lies there. Asked of Slack each time; where it does not say, they may not. Never rejects. */
  isOpenTo(place: FilesPlace, reader: { readonly thread: string; readonly person: Person }): Promise<boolean>;
  /** What lies there now, the newest first, at most so many. Rejects with a word for people. */
  list(
    place: FilesPlace,
    filesMax: number,
    signal: AbortSignal,
  ): Promise<{ readonly files: readonly PostedFile[]; readonly leftOut: number }>;
  /** What a file says, as it lies in Slack; a canvas as Markdown. Or why it cannot be had, as the second half of a sentence. Never rejects. */
  content(id: string, bytesMax: number): Promise<Uint8Array | string>;
}

export interface PostedFile {
  readonly id: string;
  readonly title: string;
  readonly link: string;
  /** Another one once it has changed, or may have. */
  readonly version: string;
  readonly mediaType: string;
  readonly bytes: number;
}

/** Slack gives at most 1,000 at once, and asks for fewer. */
const FILES_PER_PAGE = 200;
const PAGES_MAX = 100;
const CHANNELS_PER_PAGE = 200;
const CHANNEL_PAGES_MAX = 50;
/** A channel that has got another name is found by its old one for so long. */
const NAME_KEPT_MS = 600_000;

export function createPostedFiles(parts: {
  readonly web: Web;
  readonly people: Pick<People, "affiliationOf">;
  readonly contentOf: FileContent;
  readonly me: { readonly team: string; readonly user: string };
  readonly clock: Clock;
  readonly log: Log;
}): PostedFiles {
  const { web, contentOf, me, clock, log } = parts;
  const sight = createSharedSight({ ...parts, read: web.read });
  const ids = new Map<string, { readonly at: number; readonly id: string }>();

  /** A channel by its id or its name; of names those alone that the app is in. */
  async function channelOf(named: string): Promise<string | undefined> {
    if (/^[CG][A-Z0-9]{2,}$/.test(named)) return named;
    const name = named.replace(/^#/, "").toLowerCase();
    const known = ids.get(name);
    if (known && clock.now() - known.at < NAME_KEPT_MS) return known.id;
    let cursor = "";
    for (let page = 0; page < CHANNEL_PAGES_MAX; page++) {
      const wanted = {
        types: "public_channel,private_channel",
        exclude_archived: true,
        limit: CHANNELS_PER_PAGE,
        ...(cursor ? { cursor } : {}),
      };
      const answer = await patiently(clock, () => web.read.users.conversations(wanted), BRIEFLY);
      const found = answer.channels?.find((one) => one.name?.toLowerCase() === name)?.id;
      if (found !== undefined) {
        ids.set(name, { at: clock.now(), id: found });
        return found;
      }
      cursor = answer.response_metadata?.next_cursor ?? "";
      if (cursor === "") break;
    }
    return undefined;
  }

  const infoOf = async (file: string): Promise<ListedFile | undefined> =>
    ListedFile.safeParse((await patiently(clock, () => web.read.files.info({ file }), BRIEFLY)).file).data;

  /** Where somebody who sees one of these sees what lies at the place. */
  async function channelsOf(place: FilesPlace): Promise<readonly string[]> {
    if ("channel" in place) return [place.channel];
    const file = await infoOf(place.canvas);
    return [...(file?.channels ?? []), ...(file?.groups ?? [])];
  }

  /** `behind`: how many stand on the pages behind it, as Slack counts them. */
  async function* pagesOf(
    channel: string,
    signal: AbortSignal,
  ): AsyncGenerator<{ readonly found: readonly unknown[]; readonly behind: number }, void, void> {
    for (let page = 1; page <= PAGES_MAX && !signal.aborted; page++) {
      const answer = await patiently(clock, () => web.read.files.list({ channel, count: FILES_PER_PAGE, page }), BRIEFLY);
      yield { found: answer.files ?? [], behind: Math.max(0, (answer.paging?.total ?? 0) - page * FILES_PER_PAGE) };
      if (page >= (answer.paging?.pages ?? 1)) return;
    }
  }

  async function canvasAt(id: string): Promise<Awaited<ReturnType<PostedFiles["list"]>>> {
    const canvas = await infoOf(id);
    return { files: canvas ? [fileOf(canvas, clock.now())] : [], leftOut: 0 };
  }

  async function listed(channel: string, filesMax: number, signal: AbortSignal): Promise<Awaited<ReturnType<PostedFiles["list"]>>> {
    const files: PostedFile[] = [];
    let leftOut = 0;
    for await (const { found, behind } of pagesOf(channel, signal)) {
      for (const one of found) {
        const file = ListedFile.safeParse(one).data;
        if (!file || isWordless(file)) continue;
        if (files.length < filesMax) files.push(fileOf(file, clock.now()));
        else leftOut++;
      }
      // Slack lets an app ask some fifty times a minute: a channel with very many would never be read.
      if (files.length >= filesMax) return { files, leftOut: leftOut + behind };
    }
    return { files, leftOut };
  }

  return {
    async find(place) {
      if ("canvas" in place) return place;
      try {
        const channel = await channelOf(place.channel);
        return channel === undefined
          ? `the app is in no channel ${place.channel}; invite it there, or name the channel by its id`
          : { channel };
      } catch (error) {
        return `Slack does not say which channel ${place.channel} is (${failureOf(error).code})`;
      }
    },
    async isOpenTo(place, { thread, person }) {
      const home = placeOf(thread);
      if (home?.team !== me.team) return false;
      try {
        const channels = await channelsOf(place);
        const open = await sight.openToAll(home.channel, person.id, channels);
        return channels.some((channel) => open.has(channel));
      } catch (error) {
        log(`nobody could say who may see the files of ${shown(place)} (${failureOf(error).code}): they are left out`);
        return false;
      }
    },
    async list(place, filesMax, signal) {
      try {
        return "canvas" in place ? await canvasAt(place.canvas) : await listed(place.channel, filesMax, signal);
      } catch (error) {
        throw new Error(`Slack did not say what lies in ${shown(place)} (${failureOf(error).code})`, { cause: error });
      }
    },
    async content(id, bytesMax) {
      try {
        const file = await infoOf(id);
        if (!file) return "Slack says nothing of it";
        const email = wordsOfEmail(file);
        if (email) return email.words ? Buffer.from(email.words.text) : (email.unread ?? "it is an e-mail without words");
        const content = await contentOf(file, bytesMax);
        if (typeof content === "string" || !isCanvas(file)) return content;
        const text = new TextDecoder().decode(content);
        // Slack gives a canvas as a page.
        if (!/^\s*</.test(text)) return content;
        const { htmlToText } = await import("../../documents/html-text.ts");
        return Buffer.from(htmlToText(text, new URL(file.permalink ?? "https://slack.com")));
      } catch (error) {
        return `Slack did not give it (${failureOf(error).code})`;
      }
    },
  };
}

const shown = (place: FilesPlace): string => ("channel" in place ? place.channel : place.canvas);

const isCanvas = ({ filetype, mode }: Pick<ListedFile, "filetype" | "mode">): boolean =>
  filetype === "quip" || mode === "quip" || mode === "canvas";

/** What is only seen or heard; nobody misses it among what is read. */
const isWordless = ({ mimetype, mode }: ListedFile): boolean =>
  /^(image|audio|video)\//.test(mimetype ?? "") || mode === "list" || mode === "tombstone";

/** Of one that can be edited without a word about when, nobody knows whether it has changed. */
function fileOf(
  { id, title, name, permalink, updated, timestamp, editable, size, mimetype, filetype, mode }: ListedFile,
  nowMs: number,
): PostedFile {
  const isDated = updated !== undefined || !(editable || isCanvas({ filetype, mode }));
  return {
    id,
    title: (title || name || id).slice(0, 500),
    link: permalink ?? "",
    version: `${isDated ? (updated ?? timestamp ?? 0) : `looked at ${nowMs}`}/${size ?? 0}`,
    mediaType: mimetype ?? "",
    bytes: size ?? 0,
  };
}
