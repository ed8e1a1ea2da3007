import type { Clock } from "../engine/clock.ts";
import type { Forgets, Runner } from "../runner/runner.ts";
import { removedNote } from "../store/forgetting.ts";
import { shareOf } from "../store/share.ts";
import type { Store } from "../store/store.ts";
import type { TeamCards, TeamShelf } from "../team-shelf.ts";
import type { TokenSource } from "./api/token-source.ts";
import type { Log, Web } from "./api/web-client.ts";
import type { HandlerContext } from "./commands/handler-context.ts";
import { createAttachments } from "./door/attachments.ts";
import { createChannelNames } from "./door/channel-names.ts";
import { createFileContent } from "./door/file-content.ts";
import { createQuotes } from "./door/quoted-messages.ts";
import { createThreadBefore } from "./door/thread-before.ts";
import { createPostedFiles, type PostedFiles } from "./knowledge/posted-files.ts";
import type { LanguageSetting } from "./language/languages.ts";
import { createLanguages } from "./language/whose-language.ts";
import { createPeople } from "./people/people.ts";
import { ALLOW_DEFAULT, type Allow } from "./people/permissions.ts";
import type { Pace } from "./post/pace.ts";
import { createWorkspaceSearch, type WorkspaceSearch } from "./search/workspace-search.ts";
import { createWhisper } from "./signs/ephemeral.ts";
import { createUnheard } from "./signs/unheard-notice.ts";

export interface ContextParts extends Pick<HandlerContext, "memory" | "settings" | "schedules" | "runs" | "logins" | "fileChanged"> {
  readonly botToken: string | TokenSource;
  /** Slack's own when absent. */
  readonly apiUrl?: string;
  readonly web: Web;
  readonly store: Store;
  readonly runner: Runner;
  readonly forgetting: Pick<Forgets, "forget" | "message">;
  readonly teams: TeamCards;
  /** The teams that people make; none where it is absent. */
  readonly shelf?: TeamShelf;
  readonly clock: Clock;
  readonly log: Log;
  /** Who may do what; {@link ALLOW_DEFAULT} where absent. */
  readonly allow?: Partial<Allow>;
  /** Whether workflows may ask teams; they may not when absent. */
  readonly workflows?: boolean;
  /** Each reader's own when absent. */
  readonly language?: LanguageSetting;
  /** Ids of other bots whose words are heard; none when absent. */
  readonly bots?: readonly string[];
}

/** What the handlers of one workspace work with, and what else is made of the same parts. */
export interface OpenedContext extends WorkspaceSearch {
  readonly ctx: HandlerContext;
  readonly files: PostedFiles;
}

/** Opens the shelf with the workspace's teams; asks Slack for nothing. */
export async function openContext(parts: ContextParts, me: HandlerContext["me"], pace: Pace): Promise<OpenedContext> {
  const { web, store, runner, forgetting, settings, clock, log } = parts;
  const at = parts.apiUrl ? { apiUrl: parts.apiUrl } : {};
  const whisper = createWhisper({ web, pace, exclusively: store.exclusively, clock, share: shareOf(store), log, ...at });
  const people = createPeople({ read: web.read, store, me, clock, log });
  const contentOf = createFileContent({ botToken: tokenOf(parts.botToken), log, ...at });
  const infoOf = async (file: string) => (await web.read.files.info({ file })).file;
  const attachments = createAttachments({ store, contentOf, infoOf, clock, log });
  const channelNameOf = createChannelNames({ read: web.read, clock });
  const reads = pace.askedReads;
  await parts.shelf?.open(me.team);
  const ctx: HandlerContext = {
    runner,
    forgetting,
    teams: parts.shelf?.in(me.team) ?? parts.teams,
    ...(parts.shelf ? { shelf: parts.shelf } : {}),
    people,
    languages: createLanguages(people, parts.language),
    whisper,
    unheard: createUnheard({ whisper, clock }),
    attachments,
    threadBefore: createThreadBefore({ web, people, channelNameOf, attachments, me, reads, clock }),
    channelNameOf,
    quotes: createQuotes({ web, people, channelNameOf, attachments, me, settings, reads, clock, log }),
    allow: { ...ALLOW_DEFAULT, ...parts.allow },
    // Never ourselves, whatever the settings say.
    bots: new Set((parts.bots ?? []).filter((bot) => bot !== me.bot)),
    workflows: parts.workflows ?? false,
    me,
    store,
    memory: parts.memory,
    settings,
    schedules: parts.schedules,
    runs: parts.runs,
    ...(parts.logins ? { logins: parts.logins } : {}),
    ...(parts.fileChanged ? { fileChanged: parts.fileChanged } : {}),
    web,
    pace,
    clock,
    log,
  };
  return {
    ctx,
    files: createPostedFiles({ web, people, contentOf, me, clock, log }),
    ...createWorkspaceSearch({ web, store, people, channelNameOf, me, clock, log }),
  };
}

/** Where the app's removal was noted, it is over: Slack has just said that the app is installed. */
export async function noteInstalled(store: Pick<Store, "note" | "swapNote">, team: string): Promise<void> {
  const removed = await store.note(removedNote(team));
  if (removed) await store.swapNote(removedNote(team), removed, "");
}

const tokenOf = (token: string | TokenSource) => (): Promise<string> => (typeof token === "string" ? Promise.resolve(token) : token.get());
