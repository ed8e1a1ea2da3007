import type { Led } from "../../runner/leader.ts";
import type { Runner } from "../../runner/runner.ts";
import type { Settings } from "../../store/settings.ts";
import type { Store } from "../../store/store.ts";
import type { Log, Web } from "../api/web-client.ts";
import { createAudit } from "../people/decision-audit.ts";
import type { Languages } from "../language/whose-language.ts";
import type { People } from "../people/people.ts";
import type { ClosedChannels } from "../post/closed-channels.ts";
import type { PostContext } from "../post/post-or-find.ts";
import type { TeamCards } from "../../team-shelf.ts";
import type { Whisper } from "./ephemeral.ts";
import type { LoginDesk } from "../logins/login-desk.ts";
import { createLoginOffers } from "../logins/offer-login.ts";
import { createLateWords } from "./late-words.ts";
import { createReactions } from "./reactions.ts";
import { createReminders } from "./reminders.ts";
import { createStatus } from "./status.ts";
import type { Prompts } from "./suggested-prompts.ts";
import type { Clock } from "../../engine/clock.ts";

/** What follows the logs of a workspace and shows or keeps what they say. */
export interface Signs extends Led {
  /** What was not to be shown for a while may be shown again. */
  lookOver(): void;
}

export interface SignsParts {
  readonly runner: Runner;
  readonly store: Store;
  readonly settings: Settings;
  readonly web: Web;
  readonly pace: PostContext["pace"];
  readonly whisper: Whisper;
  readonly people: People;
  readonly languages: Languages;
  readonly teams: TeamCards;
  readonly prompts: Prompts;
  readonly closedChannels: ClosedChannels;
  readonly logins?: LoginDesk;
  readonly clock: Clock;
  readonly log: Log;
  /** The workspace. */
  readonly team: string;
  readonly heardAll: (thread: string) => boolean;
  readonly mayStillRead: (user: string, channel: string) => Promise<boolean | undefined>;
  /** What is led with them; nothing where it is absent. */
  readonly beside?: () => Signs;
}

/**
 * Reactions, status, sessions, titles, reminders, words that came too late, the audit log of decisions, the looks at closed channels, and beside them the cards: all of it is
 * read off the logs and done by one process for a workspace, the one that leads (runner/leader.ts), at the workspace's pace.
 */
export function createSigns(parts: SignsParts): Signs {
  const { runner, whisper, clock, log, closedChannels, prompts } = parts;
  const { teams } = parts;
  const reactions = createReactions({ runner, whisper, clock, log });
  const reminders = createReminders(parts);
  const lateWords = createLateWords(parts);
  const audit = createAudit(parts);
  const { logins: desk } = parts;
  const offers = desk && createLoginOffers({ ...parts, desk });
  const isClosed = (thread: string) => closedChannels.has(thread);
  const status = createStatus({
    ...parts,
    get cards() {
      return teams.cards;
    },
    isClosed,
  });
  const beside = parts.beside?.();
  return {
    start() {
      prompts.start();
      status.start();
      reminders.start();
      lateWords.start();
      offers?.start();
      audit.start();
      closedChannels.start();
      beside?.start();
    },
    lookOver() {
      status.start();
      beside?.lookOver();
    },
    async close() {
      prompts.close();
      await Promise.all([
        closedChannels.rest(),
        reactions.close(),
        reminders.close(),
        lateWords.close(),
        offers?.close(),
        audit.close(),
        status.close(),
        beside?.close(),
      ]);
    },
  };
}
