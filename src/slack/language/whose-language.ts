import type { People } from "../people/people.ts";
import { DEFAULT_LANGUAGE, languageOf, type Language, type LanguageSetting } from "./languages.ts";
import { loadTranslator, type Translator } from "./translator.ts";

/** In whose language something is said. */
export interface Languages {
  /** For what this person alone reads: Home, modals, answers to commands, whispers, direct messages. Never rejects for want of their locale. */
  of(user: string): Promise<Translator>;
  /** What is put down with a run that this person begins; nothing for English, as in the logs of before. */
  noted(user: string): Promise<Language | undefined>;
  /** For what all readers of a thread see: as it was put down with the run, so that it is the same each time. */
  ofRun(run: { readonly language?: string | undefined }): Promise<Translator>;
}

export function createLanguages(people: Pick<People, "localeOf">, setting: LanguageSetting = "reader"): Languages {
  const fixed = setting === "reader" ? undefined : setting;
  const spoken = async (user: string): Promise<Language> => fixed ?? languageOf(await people.localeOf(user));
  return {
    of: async (user) => loadTranslator(await spoken(user)),
    async noted(user) {
      const language = await spoken(user);
      return language === DEFAULT_LANGUAGE ? undefined : language;
    },
    ofRun: ({ language }) => loadTranslator(fixed ?? languageOf(language)),
  };
}
