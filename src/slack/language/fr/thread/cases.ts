import type { Translated } from "../../messages.ts";

export const cases: Translated<"cases"> = {
  "button.keep": "Garder comme cas…",
  "title.keep": "Garder comme cas",
  "submit.keep": "Garder",
  "label.expected": "La bonne réponse",
  "hint.expected": "Corrigez-la là où l’équipe s’est trompée.",
  "hint.long": "Trop longue pour ce champ : laissé vide, c’est la réponse de l’équipe telle quelle.",
  "label.why": "Qu’est-ce qui était bon ou mauvais ?",
  "text.names": "Les noms, mentions et adresses e-mail des personnes sont remplacés avant qu’il soit gardé.",
  "text.kept": "Gardé comme cas. `parley eval export` écrit les cas de cet espace de travail, pour `parley eval`.",
  "text.noAnswer": "Il n’y a ici aucune réponse à garder.",
  "text.full":
    "Il y a autant de cas gardés que la place le permet. Exportez-les avec `parley eval export`, et oubliez les fils dont les cas ne servent plus.",
  "text.large": "Cette exécution est trop longue pour être gardée comme cas.",
  "text.manyPeople": "Trop de personnes ont parlé dans cette exécution pour la garder comme cas.",
};
