import { flagArg, limitArg, pageOf, textArg, type Args } from "./args.ts";
import { isRefusal, refuse, type Refusal } from "../refusal.ts";
import { TIER } from "../state/limits.ts";
import type { Local } from "../state/local.ts";
import { APP_ID, BOT_ID } from "../state/seed.ts";
import { isAdmin, type Json, type User } from "../state/state.ts";
import type { Method } from "./method.ts";

export const userMethods: { readonly [name: string]: Method } = {
  "users.info": { perMinute: TIER.four, scopes: () => ["users:read"], run: info },
  "users.list": { perMinute: TIER.two, scopes: () => ["users:read"], run: list },
};

function info(local: Local, args: Args): Json | Refusal {
  const user = local.state.users.get(textArg(args, "user"));
  if (user?.isHidden) return refuse("user_not_visible");
  return user ? { user: userJson(local, user, flagArg(args, "include_locale")) } : refuse("user_not_found");
}

function list(local: Local, args: Args): Json | Refusal {
  const limit = limitArg(args, 1_000);
  if (isRefusal(limit)) return limit;
  const page = pageOf(
    [...local.state.users.values()].filter(({ isHidden }) => !isHidden),
    args,
    limit,
  );
  if (isRefusal(page)) return page;
  return {
    members: page.items.map((user) => userJson(local, user, flagArg(args, "include_locale"))),
    cache_ts: Math.trunc(local.now() / 1_000),
    response_metadata: { next_cursor: page.nextCursor },
  };
}

/** As an event tells of them, or as one asks for them: `locale` is said to those who ask for it. */
export function userJson(local: Local, user: User, withLocale: boolean): Json {
  const org = user.enterpriseId ?? (user.teamId === local.teamId ? local.org : undefined);
  const teams = org === local.org ? (local.teamsOfOrg ?? [user.teamId]) : [user.teamId];
  const name = user.name.toLowerCase();
  return {
    id: user.id,
    team_id: user.teamId,
    name,
    deleted: user.isGone ?? false,
    color: "9f69e7",
    real_name: user.realName,
    ...(withLocale ? { locale: user.locale ?? "en-US" } : {}),
    tz: "Europe/Berlin",
    tz_label: "Central European Time",
    tz_offset: 3600,
    profile: {
      title: "",
      phone: "",
      real_name: user.realName,
      real_name_normalized: user.realName,
      display_name: user.name,
      display_name_normalized: user.name,
      status_text: "",
      status_emoji: "",
      team: user.teamId,
      ...(user.isBot ? { bot_id: user.app?.botId ?? BOT_ID, api_app_id: user.app?.appId ?? APP_ID } : {}),
    },
    is_admin: isAdmin(user),
    is_owner: false,
    is_primary_owner: false,
    // Slack sets both for a guest of one channel.
    is_restricted: user.isRestricted ?? user.isUltraRestricted ?? false,
    is_ultra_restricted: user.isUltraRestricted ?? false,
    ...(user.isStranger ? { is_stranger: true } : {}),
    is_bot: user.isBot,
    is_app_user: false,
    updated: 0,
    ...(org === undefined ? {} : { enterprise_user: { id: user.id, enterprise_id: org, enterprise_name: "Organisation", teams } }),
  };
}
