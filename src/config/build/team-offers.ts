import { z } from "zod";
import type { TeamShelf } from "../../team-shelf.ts";
import { readSnapshot } from "./snapshot.ts";
import { withoutDefaults, writeOwnTeam } from "../own-team.ts";
import { schemasOf } from "../registry/schemas.ts";
import type { Settings } from "../settings.ts";

/** The text of a team as it stands in a snapshot, without what the defaults say anyhow; nothing where there is none that can be read. */
export function teamIn(snapshot: string, name: string, now: Settings): string | undefined {
  try {
    const team = readSnapshot(snapshot, now).teams.get(name);
    return team && writeOwnTeam({ name, team: withoutDefaults(team, now.registry) });
  } catch {
    return undefined; // Another version wrote it.
  }
}

/** What a team that people make can name, and how its text is written; for editors. */
export function teamOffers(settings: Settings, { models, tools }: Pick<TeamShelf, "models" | "tools">) {
  const { $schema: _draft, ...schema } = z.toJSONSchema(z.strictObject({ teams: schemasOf(settings.registry).castOfPeople.shape.teams }), {
    io: "input",
    unrepresentable: "any",
  });
  return {
    models: models.map((name) => {
      const model = settings.models.get(name);
      // A scripted one is called as it is here: where its script lies is the machine's business.
      const own = model && "model" in model && typeof model.model === "string" ? model.model : name;
      return { name, provider: model?.provider ?? "", model: own };
    }),
    tools: tools.map((name) => {
      const tool = settings.tools.get(name);
      const description = tool && "description" in tool && typeof tool.description === "string" ? tool.description : "";
      return { name, kind: tool?.kind ?? "", description };
    }),
    schema,
  };
}
