import coding from "../../../teams/coding.yml?raw";
import debate from "../../../teams/debate.yml?raw";
import review from "../../../teams/graph-review.yml?raw";
import magentic from "../../../teams/magentic.yml?raw";
import research from "../../../teams/research.yml?raw";
import support from "../../../teams/swarm-support.yml?raw";
import { parse, stringify } from "yaml";

interface Example {
  readonly description: string;
  /** The text of one team. */
  readonly yaml: string;
}

/** The example files' teams, by name. Of the file only the team is taken: the models and tools are those that this installation has. */
export const EXAMPLES: { readonly [name: string]: Example } = Object.fromEntries(
  [coding, debate, review, magentic, research, support].flatMap((file) => {
    const { teams } = parse(file) as { readonly teams: { readonly [name: string]: { readonly description: string } } };
    return Object.entries(teams).map(([name, team]): [string, Example] => [
      name,
      { description: team.description, yaml: stringify({ teams: { [name]: team } }, { lineWidth: 100 }) },
    ]);
  }),
);

/** Where a new team begins. */
export const EMPTY = (model: string): string => `# A team: who is in it, and who speaks next.
teams:
  my-team:
    description: Says in one line what the team does.
    speakers: { policy: round-robin }
    agents:
      - name: Ana
        icon: ":writing_hand:"
        model: ${model}
        description: Answers the task.
        instructions: |
          Answer in plain short sentences. End with DONE when nothing is left to say.
    stop: { textMention: DONE }
`;
