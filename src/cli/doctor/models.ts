import { BUILT_IN } from "../../config/built-in/built-in.ts";
import { keyOf, type ModelSettings, type Settings } from "../../config/load.ts";
import type { Env } from "../../config/env.ts";
import { priceOf } from "../../config/prices.ts";
import { createModelFor } from "../../config/build/models.ts";
import { whyNotAsked } from "../model-reach.ts";
import type { Finding } from "./finding.ts";
import { placeOfModel, remembered } from "./questions/lessons.ts";

const LIVE_TIMEOUT_MS = 60_000; // A cold local model has to be loaded first.

/** Whether each model can be asked: its key is there, its own server answers, and, when `live`, one tiny call succeeds. */
export async function* checkModels(settings: Settings, env: Env, live: boolean): AsyncGenerator<Finding, void, void> {
  for (const [name, model] of settings.models) {
    const thing = `model ${name}`;
    if (model.provider === "replay") {
      yield { grade: "ok", thing, message: `replays ${model.file}; it answers what is written there, and thinks nothing` };
      continue;
    }
    const trouble = await whyNotAsked(name, model, settings, env);
    if (trouble !== undefined) {
      yield { grade: "fail", thing, message: trouble };
      continue;
    }
    if (settings.registry.model.get(model.provider) !== BUILT_IN.model.get(model.provider)) {
      const how = `of the provider "${model.provider}", which an extension defines`;
      yield (
        (live ? await callOnce(name, model, settings, env) : undefined) ?? {
          grade: "ok",
          thing,
          message: `${how}; --models asks it a few questions`,
        }
      );
      continue;
    }
    const reached = live ? await callOnce(name, model, settings, env) : undefined;
    yield reached ?? { grade: "ok", thing, message: `${atRest(model)}; --models asks it a few questions` };
    if (reached?.grade !== "fail" && !isLocal(model)) yield priceFinding(thing, model, env);
    yield* rememberedOf(name, model, settings, env);
  }
}

function atRest(model: ModelSettings): string {
  const key = keyOf(model);
  if (key !== undefined) return `${model.provider} ${"model" in model ? model.model : ""}, key in ${key}`;
  return model.provider === "openai-compatible" ? `${model.baseUrl} answers` : model.provider;
}

/** What its server has refused before, and is not asked for again. */
async function* rememberedOf(name: string, model: ModelSettings, settings: Settings, env: Env): AsyncGenerator<Finding, void, void> {
  const place = placeOfModel(model, settings, env);
  if (!place) return;
  // A database that cannot be read is told of by its own check.
  const known = await remembered(place.lessonKey, settings).catch(() => []);
  for (const { told, since, until } of known)
    yield {
      grade: "ok",
      thing: `model ${name}`,
      message: `${told.replace(/\.$/, "")} (remembered since ${since.slice(0, 10)}, until ${until.slice(0, 10)}; parley doctor --models ${name} --forget after an upgrade)`,
    };
}

function priceFinding(thing: string, model: ModelSettings, env: Env): Finding {
  const known = priceOf(model, env);
  if (!known)
    return {
      grade: "warn",
      thing,
      message: `has no price, so its cost is unknown and limits.usd cannot count it; the token limit still holds. Add price: { inputPerMTokUsd, outputPerMTokUsd }.`,
    };
  const { price, asOf, source } = known;
  const cached = price.cachedPerMTokUsd === undefined ? "" : ` ($${price.cachedPerMTokUsd} from the cache)`;
  return {
    grade: "ok",
    thing,
    message: `costs $${price.inputPerMTokUsd} a million tokens in${cached}, $${price.outputPerMTokUsd} out, says ${source}${asOf && `, ${asOf}`}`,
  };
}

async function callOnce(name: string, model: ModelSettings, { file, registry }: Settings, env: Env): Promise<Finding> {
  const thing = `model ${name}`;
  const { outsideConversations, systemClock } = await import("../../parley.ts");
  const asked = createModelFor({ env, clock: systemClock, registry })(model, name, file);
  const call = asked.call(
    { agent: "doctor", system: "You are being checked.", messages: [{ role: "user", text: "Answer with the word: ready" }], tools: [] },
    outsideConversations(AbortSignal.timeout(LIVE_TIMEOUT_MS)),
  );
  for (;;) {
    const step = await call.next();
    if (!step.done) continue;
    const reply = step.value;
    if (reply.kind === "failure") return { grade: "fail", thing, message: reply.error.message };
    const { inputTokens, outputTokens, usd } = reply.usage;
    return {
      grade: "ok",
      thing,
      message: `${asked.name} answered (${inputTokens} + ${outputTokens} tokens, ${usd === undefined ? "cost unknown" : `$${usd.toFixed(6)}`})`,
    };
  }
}

/** One's own machine asks for no money. */
const isLocal = (model: ModelSettings): boolean =>
  model.provider === "openai-compatible" && ["127.0.0.1", "localhost", "[::1]"].includes(new URL(model.baseUrl).hostname);
