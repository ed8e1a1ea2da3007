import type { Language } from "./languages.ts";
import type { Catalogue } from "./messages.ts";

/** A language's messages, loaded when somebody reads it. */
export async function loadCatalogue(language: Language): Promise<Catalogue> {
  switch (language) {
    case "en":
      return (await import("./en/words.ts")).words;
    case "de":
      return (await import("./de/words.ts")).words;
    case "fr":
      return (await import("./fr/words.ts")).words;
  }
}
