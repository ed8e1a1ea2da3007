import { z } from "zod";
import { stricter } from "../../engine/approvals.ts";
import type { ActionPolicy } from "../../engine/events/events.ts";
import type { Settings } from "../../store/settings.ts";
import { ALLOW_FIELDS, type Allow } from "./permissions.ts";
import { channelOf } from "../words/place.ts";
import type { Log } from "../api/web-client.ts";

/** What people have set for a channel; what is absent is as the workspace, and then the team file, has it. */
export interface ChannelSettings {
  /** For a mention that names no team. */
  readonly team?: string;
  /** The card, the questions and the result alone. */
  readonly quiet?: boolean;
  /** Of this and what the team says, the stricter holds. */
  readonly code?: ActionPolicy;
  /** The same for tools that touch the world outside. */
  readonly tools?: ActionPolicy;
  readonly allow?: Partial<Allow>;
  /** What its runs may cost a day, in US dollars; read by the budgets themselves. */
  readonly usdPerDay?: number;
}

/** What people have set for all channels of a workspace. Others keep other things under the same name. */
export type WorkspaceSettings = Pick<ChannelSettings, "code" | "tools" | "allow" | "usdPerDay">;

/** What it takes to read them. */
export interface SettingsReader {
  readonly settings: Settings;
  readonly me: { readonly team: string };
  readonly log: Log;
}

/** The name under which a channel's settings are kept. */
export const channelSetting = (channel: string): string => `channel/${channel}`;
export const WORKSPACE_SETTING = "workspace";

const policy = z.enum(["off", "ask", "auto"]);
const usdPerDay = z.number().positive().max(100_000);
const CHANNEL_FIELDS = { team: z.string().min(1).max(100), quiet: z.boolean(), code: policy, tools: policy, usdPerDay } as const;
const WORKSPACE_FIELDS = { code: policy, tools: policy, usdPerDay } as const;

export async function channelSettings(ctx: SettingsReader, channel: string): Promise<ChannelSettings> {
  const name = channelSetting(channel);
  const value = (await ctx.settings.get(ctx.me.team, name))?.value;
  return readSettings(value, CHANNEL_FIELDS, (what) => ctx.log(`the setting ${name} is not as it should be and does not hold: ${what}`));
}

export async function workspaceSettings(ctx: SettingsReader): Promise<WorkspaceSettings> {
  const value = (await ctx.settings.get(ctx.me.team, WORKSPACE_SETTING))?.value;
  return readSettings(value, WORKSPACE_FIELDS, (what) =>
    ctx.log(`the setting ${WORKSPACE_SETTING} is not as it should be and does not hold: ${what}`),
  );
}

/** The rules for code and tools in a channel: of its own and the workspace's, the stricter. */
async function rulesIn(ctx: SettingsReader, channel: string): Promise<Pick<ChannelSettings, "code" | "tools">> {
  const [workspace, own] = [await workspaceSettings(ctx), await channelSettings(ctx, channel)];
  return { code: stricter(workspace.code, own.code), tools: stricter(workspace.tools, own.tools) };
}

/** The same for a thread; for one of a workspace that is in no channel, such as one of the studio, what the workspace says. */
export async function rulesAt(thread: string, of: Omit<SettingsReader, "me">): Promise<Pick<ChannelSettings, "code" | "tools">> {
  const [team = "", ...below] = thread.split("/");
  const channel = channelOf(thread)?.channel;
  if (channel !== undefined) return rulesIn({ ...of, me: { team } }, channel);
  if (below.length === 0) return {};
  const { code, tools } = await workspaceSettings({ ...of, me: { team } });
  return { ...(code ? { code } : {}), ...(tools ? { tools } : {}) };
}

/** The lines that are as they should be; another version of Parley may have written others, or these in another way. */
function readSettings<F extends { readonly [name: string]: z.ZodType }>(
  value: unknown,
  fields: F,
  broken: (what: string) => void,
): { readonly [name in keyof F]?: z.output<F[name]> } & { readonly allow?: Partial<Allow> } {
  if (value === undefined) return {};
  if (!isObject(value)) {
    broken("it is no object");
    return {};
  }
  const allow = value["allow"] === undefined ? undefined : linesOf(value["allow"], ALLOW_FIELDS, (line) => broken(`allow.${line}`));
  return { ...linesOf(value, fields, broken), ...(allow === undefined ? {} : { allow }) };
}

function linesOf<F extends { readonly [name: string]: z.ZodType }>(
  value: unknown,
  fields: F,
  broken: (line: string) => void,
): { readonly [name in keyof F]?: z.output<F[name]> } {
  const lines: { [name: string]: unknown } = {};
  for (const [name, schema] of Object.entries(fields)) {
    const line = isObject(value) ? value[name] : undefined;
    if (line === undefined) continue;
    const read = schema.safeParse(line);
    if (read.success) lines[name] = read.data;
    else broken(name);
  }
  return lines as { readonly [name in keyof F]?: z.output<F[name]> };
}

const isObject = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value);
