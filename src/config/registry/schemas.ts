import { z } from "zod";
import { writeAs } from "../file/write-as.ts";
import { named as namedAgent, type AgentSettings } from "../schema/agents.ts";
import { guarding, type GuardSettings } from "../schema/guards.ts";
import { KnowledgeSources } from "../schema/knowledge.ts";
import { fallback, type ModelChoice, type ProviderModel } from "../schema/models.ts";
import type { SpeakersSettings } from "../schema/speakers.ts";
import { stopOf } from "../schema/stop.ts";
import { castOf, teamFileOf, type Named } from "../schema/team-file.ts";
import type { ToolSettings } from "../schema/tools.ts";
import type { Definition } from "./definition.ts";
import type { Registry } from "./registry.ts";

interface Schemas {
  readonly file: ReturnType<typeof teamFileOf>;
  /** Models, tools and teams alone. */
  readonly cast: ReturnType<typeof castOf>;
  /** The same, without what only the team file may name. */
  readonly castOfPeople: ReturnType<typeof castOf>;
}

/** Whoever may name a folder reads what is in it. */
const onlyInFile = z
  .custom<never>(() => false, { error: "can be given to a team of the team file alone, by whoever runs Parley; take it out" })
  .optional();

const made = new WeakMap<Registry, Schemas>();

/** The schema of a team file in which everything of this registry can be named. */
export function schemasOf(registry: Registry): Schemas {
  const known = made.get(registry);
  if (known) return known;
  const all = namedIn(registry, () => true);
  const schemas = {
    file: teamFileOf(all),
    cast: castOf(all),
    castOfPeople: castOf({ ...namedIn(registry, (one) => one.defines === "store" || !one.onlyInFile), knowledge: onlyInFile }),
  };
  made.set(registry, schemas);
  return schemas;
}

/** For editors: the team file as JSON Schema (draft 2020-12), as it may be written, defaults left out. */
export const jsonSchemaOf = (registry: Registry): Record<string, unknown> => ({
  title: "Parley team file",
  ...z.toJSONSchema(schemasOf(registry).file, { io: "input" }),
});

function namedIn(registry: Registry, mayName: (definition: Definition) => boolean): Named {
  const ofKind = <Kind extends keyof Registry>(kind: Kind) =>
    [...registry[kind].values()].filter(mayName) as (Definition & { defines: Kind })[];
  const agents = ofKind("agent").map((one) =>
    withKey(one.schema, { kind: one.isDefault ? z.literal(one.name).optional() : z.literal(one.name), ...namedAgent }),
  );
  const providers = oneOf(
    "provider",
    ofKind("model").map(({ name, schema }) =>
      withKey(schema, { provider: z.literal(name), ...("fallback" in schema.shape ? {} : { fallback }) }),
    ),
    (word) => (registry.model.has(word) ? `{ provider: ${word}, model: … }` : `{ provider: …, model: ${word} }`),
  ) as unknown as z.ZodType<ProviderModel>;
  return {
    speakers: oneOf("policy", ofKind("policy").map(({ name, schema }) => withKey(schema, { policy: z.literal(name) }))) as z.ZodType<SpeakersSettings>, // prettier-ignore
    agent: oneOf("kind", agents, (word) => `{ name: ${word}, description: …, model: … }`) as z.ZodType<AgentSettings>,
    stop: stopOf(Object.fromEntries(ofKind("stop").map(({ name, schema }) => [name, schema]))),
    tool: oneOf("kind", ofKind("tool").map(({ name, schema }) => withKey(schema, { kind: z.literal(name) }))) as z.ZodType<ToolSettings>, // prettier-ignore
    guard: oneOf("guard", ofKind("guard").map(({ name, schema }) => withKey(schema, { guard: z.literal(name), ...guarding }))) as z.ZodType<GuardSettings>, // prettier-ignore
    knowledge: KnowledgeSources.optional(),
    model: z.union([
      providers,
      z.strictObject({
        anyOf: z
          .array(providers)
          .min(1)
          .max(10)
          .describe("The first whose key is in the environment is used; one that needs no key always counts as having it."),
      }),
    ]) as z.ZodType<ModelChoice>,
  };
}

/** With these keys before its own, as one would write them, and no others that nobody knows; its description and its own checks stay. */
function withKey(schema: z.ZodObject, keys: z.core.$ZodShape): z.ZodObject {
  const object = z
    .strictObject({ ...keys, ...schema.shape })
    .check(...((schema._zod.def.checks ?? []) as z.core.$ZodCheck<Record<string, unknown>>[])) as z.ZodObject;
  return schema.description === undefined ? object : object.describe(schema.description);
}

/** `short`: what is to be written by whoever has written a word in its place. */
function oneOf(key: string, schemas: readonly z.ZodObject[], short = (word: string) => `{ ${key}: ${word} }`): z.ZodType<unknown> {
  const [first, ...others] = schemas;
  if (!first) throw new Error(`a registry without any ${key}`);
  return z.discriminatedUnion(key, [first, ...others] as never, { error: writeAs(short) });
}
