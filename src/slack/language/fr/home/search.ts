import type { Translated } from "../../messages.ts";

export const search: Translated<"search"> = {
  "title.search": "Rechercher",
  "submit.search": "Rechercher",
  "label.words": "Mots",
  "hint.words": "De la tâche, ou de ce qui a été dit.",
  "label.person": "Personne",
  "hint.person": "Qui l’a lancée ou y a parlé.",
  "button.older": "Plus anciennes",
  "text.nothingSoFar": "Rien pour l’instant ; il reste des exécutions plus anciennes à parcourir.",
  "text.nothing": "Aucune exécution terminée ne correspond.",
  "error.tooLong": "Cela prend plus de temps que Slack n’attend. Recherchez à nouveau, ou restreignez la recherche.",
};
