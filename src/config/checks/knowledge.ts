import type { TeamSettings } from "../schema/team-file.ts";
import { unknownEntry, type Report, type Surroundings } from "./report.ts";

/** The models that make vectors are there, and can. */
export function checkKnowledge(
  { knowledge = [] }: Pick<TeamSettings, "knowledge">,
  { models }: Pick<Surroundings, "models">,
  report: Report,
): void {
  for (const [position, { embeddings }] of knowledge.entries()) {
    const at = ["knowledge", position, "embeddings"];
    if (embeddings === undefined) continue;
    const model = models.get(embeddings) as { readonly provider: string } | undefined;
    if (!model) report("mistake", at, unknownEntry("model", embeddings, [...models.keys()]));
    else if (!isEmbedding(model.provider))
      report(
        "mistake",
        at,
        `"${embeddings}" is a model of ${model.provider}, which makes no vectors. Name one of openai, azure or openai-compatible.`,
      );
  }
}

const EMBEDDING = ["openai", "azure", "openai-compatible"] as const;

export const isEmbedding = (provider: string): provider is (typeof EMBEDDING)[number] =>
  (EMBEDDING as readonly string[]).includes(provider);
