import type { WebClient } from "@slack/web-api";
import { withinMs, type Clock } from "../../engine/clock.ts";
import { localeNote, nameNote, type Store } from "../../store/store.ts";
import type { Log } from "../api/web-client.ts";
import { safeLine } from "../words/escape.ts";
import { affiliationIn, type Affiliation, type Named } from "./affiliation.ts";
import { createBackoff } from "./backoff.ts";
import { createChannelMembers, type ChannelMembers } from "./channel-members.ts";
import { createMemberNames, type MemberNames } from "./member-names.ts";
import { createProfileCache, type Profile, type Unsaid } from "./profile-cache.ts";

/**
 * The one look-up of people: what they are called, what they are here, what they may look into. All of it comes of one cache, with one back-off,
 * and there is one way to be told that somebody changed.
 */
export interface People extends ChannelMembers, Pick<MemberNames, "lookalikes"> {
  /**
   * The name to read; the one that was known last while Slack does not say, the id itself where none ever was. Never rejects, and takes
   * no longer than {@link NAME_WAIT_MS} and a look into the store.
   */
  nameOf(user: string): Promise<string>;
  /** Where their clock is, as Slack has it; nothing while it does not say. Never rejects. */
  timeZoneOf(user: string): Promise<string | undefined>;
  /**
   * The locale that they have set in Slack, such as `de-DE`; the one that was known last while Slack does not say, nothing where none ever was.
   * Never rejects, and takes no longer than {@link LOCALE_WAIT_MS} and a look into the store.
   */
  localeOf(user: string): Promise<string | undefined>;
  /** Whether it is no person, or Slack does not say. Never rejects. */
  isBot(user: string): Promise<boolean>;
  /** Whether they administer the Slack workspace; owners do too. False while Slack does not say. Never rejects. */
  isAdmin(user: string): Promise<boolean>;
  /** Whether it is a person's account, and no app's. False while Slack does not say. Never rejects. */
  isPerson(user: string): Promise<boolean>;
  /**
   * Slack's word on the person, and what came with their deed: both must say that they are of this house. Never rejects. `waitMs`: after so
   * long Slack has not said; without, it is waited for as long as a read may take.
   */
  affiliationOf(named: Named, waitMs?: number): Promise<Affiliation>;
  /** Slack says that somebody has come, or is not what they were: ask again next time. */
  changed(user: ChangedUser): void;
  /** Lists of members are read no further. */
  close(): void;
}

export interface ChangedUser {
  readonly id: string;
  readonly name?: string | undefined;
  readonly real_name?: string | undefined;
  readonly profile?: { readonly display_name?: string | undefined; readonly real_name?: string | undefined } | undefined;
}

/** People rename themselves rarely, and Slack tells (user_change). */
const NAME_AGE_MS_MAX = 24 * 3_600_000;
/** What somebody may do hangs on it: for changes that Slack did not tell. */
const STANDING_AGE_MS_MAX = 10 * 60_000;
/** A message is not held up for a name any longer. */
const NAME_WAIT_MS = 2_500;
const NAME_CHARS_MAX = 80;
/** Of what is shown to somebody who waits for it: rather in English than late. */
const LOCALE_WAIT_MS = 400;

/**
 * `store` keeps what people were called last: a Slack in trouble is no reason to write ids into logs that stay. `me`: as auth.test has it;
 * `enterprise` is absent outside of an organisation.
 */
export function createPeople(parts: {
  readonly read: WebClient;
  readonly store: Pick<Store, "note" | "putNote">;
  readonly me: { readonly team: string; readonly enterprise?: string };
  readonly clock: Clock;
  readonly log: Log;
}): People {
  const { read, store, me, clock, log } = parts;
  const closing = new AbortController();
  const backoff = createBackoff(clock);
  const profiles = createProfileCache({ read, backoff, onFound: keepWords, clock, log });
  const members = createMemberNames({ read, backoff, clock, log, closing: closing.signal });
  const noteKey = (user: string): string => nameNote(me.team, user);

  async function keepWords(user: string, profile: Profile): Promise<void> {
    const name = nameIn(profile);
    const { locale } = profile;
    try {
      if (name !== "" && (await store.note(noteKey(user))) !== name) await store.putNote(noteKey(user), name);
      const key = localeNote(me.team, user);
      if (locale !== undefined && ((await store.note(key)) ?? USUAL_LOCALE) !== locale) await store.putNote(key, locale);
    } catch (error) {
      log(`what ${user} is called could not be kept`, error);
    }
  }

  /** Nothing where Slack has not said within `ms`. */
  const profileWithin = async (ms: number, user: string, ageMsMax: number): Promise<Profile | Unsaid | undefined> =>
    profiles.known(user, ageMsMax) ?? withinMs(clock, ms, profiles.of(user, ageMsMax));

  async function lastKnown(user: string): Promise<string> {
    return (await store.note(noteKey(user)).catch(() => undefined)) ?? user;
  }

  return {
    ...createChannelMembers(read, log),
    lookalikes: () => members.lookalikes(),
    async nameOf(user) {
      const found = await profileWithin(NAME_WAIT_MS, user, NAME_AGE_MS_MAX);
      if (found === undefined || "unsaid" in found) return lastKnown(user);
      return nameIn(found) || user;
    },
    async timeZoneOf(user) {
      const found = await profiles.of(user, NAME_AGE_MS_MAX);
      return "unsaid" in found ? undefined : found.tz;
    },
    async localeOf(user) {
      const found = await profileWithin(LOCALE_WAIT_MS, user, NAME_AGE_MS_MAX);
      if (found !== undefined && !("unsaid" in found) && found.locale !== undefined) return found.locale;
      return store.note(localeNote(me.team, user)).catch(() => undefined);
    },
    async isBot(user) {
      const found = await profiles.of(user, NAME_AGE_MS_MAX);
      return "unsaid" in found || found.is_bot === true;
    },
    async isAdmin(user) {
      const found = await profiles.of(user, STANDING_AGE_MS_MAX);
      return !("unsaid" in found) && (found.is_admin === true || found.is_owner === true || found.is_primary_owner === true);
    },
    async isPerson(user) {
      const found = await profiles.of(user, NAME_AGE_MS_MAX);
      return !("unsaid" in found) && found.is_bot === false && found.is_workflow_bot !== true && found.is_connector_bot !== true;
    },
    async affiliationOf(named, waitMs) {
      const { user } = named;
      const found =
        waitMs === undefined
          ? await profiles.of(user, STANDING_AGE_MS_MAX)
          : ((await profileWithin(waitMs, user, STANDING_AGE_MS_MAX)) ?? ({ unsaid: "trouble" } as const));
      return affiliationIn(me, named, found);
    },
    changed({ id, name, real_name, profile }) {
      profiles.forget(id);
      members.renamed([name, real_name, profile?.display_name, profile?.real_name]);
    },
    close: () => closing.abort(),
  };
}

/** What most people have, and what is spoken where none is known: not written down. */
const USUAL_LOCALE = "en-US";

/** As Slack shows it; empty where there is none. */
function nameIn({ profile, real_name, name }: Profile): string {
  const shown = [profile?.display_name, real_name, profile?.real_name, name].find((one) => one?.trim());
  return safeLine(shown ?? "", NAME_CHARS_MAX);
}
