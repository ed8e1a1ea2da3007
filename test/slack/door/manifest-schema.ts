import { z } from "zod";

/**
 * What Slack takes as an app's manifest, as its published schema says (https://github.com/slackapi/manifest-schema, version 2): names of
 * fields, lengths and counts. What this app has no use for is left out, and would be refused here.
 */
const words = (max: number, min = 1) => z.string().min(min).max(max);
const address = (max: number) =>
  z
    .string()
    .regex(/^https?:\/\//)
    .max(max);
const once = <T>(list: z.ZodArray<z.ZodType<T>>) => list.refine((items) => new Set(items).size === items.length, "an item is there twice");

const prompts = z.array(z.strictObject({ title: z.string(), message: z.string() })).max(4);
/** By name, as an app that runs elsewhere has them (docs.slack.dev/tools/bolt-js/concepts/custom-steps). */
const parameters = z.record(
  z.string(),
  z.strictObject({
    type: z.string(),
    name: z.string(),
    title: z.string(),
    description: z.string().optional(),
    is_required: z.boolean(),
    hint: z.string().optional(),
  }),
);

const features = z.strictObject({
  agent_view: z
    .strictObject({
      agent_description: z.string().max(300).optional(),
      suggested_prompts: prompts.optional(),
      actions: z.array(z.strictObject({ name: z.string(), description: z.string() })).optional(),
    })
    .optional(),
  app_home: z
    .strictObject({
      home_tab_enabled: z.boolean().optional(),
      messages_tab_enabled: z.boolean().optional(),
      messages_tab_read_only_enabled: z.boolean().optional(),
    })
    .optional(),
  bot_user: z.strictObject({ display_name: words(80), always_online: z.boolean().optional() }).optional(),
  shortcuts: z
    .array(z.strictObject({ type: z.enum(["message", "global"]), name: words(24), callback_id: words(255), description: words(150) }))
    .min(1)
    .max(10)
    .optional(),
  slash_commands: z
    .array(
      z.strictObject({
        command: words(32, 2).regex(/^\//),
        url: address(3_000).optional(),
        description: words(2_000),
        usage_hint: words(1_000).optional(),
        should_escape: z.boolean().optional(),
      }),
    )
    .min(1)
    .max(50)
    .optional(),
});

const scopes = z.array(z.string().max(50)).max(255);
const events = once(z.array(z.string().max(50)).max(100));

export const Manifest = z.strictObject({
  _metadata: z.strictObject({ major_version: z.int().optional(), minor_version: z.int().optional() }).optional(),
  display_information: z.strictObject({
    name: words(35),
    description: words(140).optional(),
    background_color: words(7, 4).optional(),
    long_description: words(4_000, 175).optional(),
  }),
  features: features.optional(),
  oauth_config: z
    .strictObject({
      redirect_urls: once(z.array(z.string().max(2_500)).max(1_000)).optional(),
      scopes: z.strictObject({
        bot: scopes.optional(),
        user: scopes.optional(),
        bot_optional: scopes.optional(),
        user_optional: scopes.optional(),
      }),
      token_management_enabled: z.boolean().optional(),
      pkce_enabled: z.boolean().optional(),
    })
    .optional(),
  settings: z
    .strictObject({
      event_subscriptions: z
        .strictObject({ request_url: address(3_500).optional(), bot_events: events.optional(), user_events: events.optional() })
        .optional(),
      interactivity: z
        .strictObject({
          is_enabled: z.boolean(),
          request_url: address(3_500).optional(),
          message_menu_options_url: address(3_500).optional(),
        })
        .optional(),
      org_deploy_enabled: z.boolean().optional(),
      socket_mode_enabled: z.boolean().optional(),
      token_rotation_enabled: z.boolean().optional(),
      function_runtime: z.string().optional(),
      hermes_app_type: z.string().optional(),
    })
    .optional(),
  functions: z
    .record(
      z.string().min(1),
      z.strictObject({ title: z.string(), description: z.string(), input_parameters: parameters, output_parameters: parameters }),
    )
    .optional(),
});
