import type { Translated } from "../../messages.ts";

export const choices: Translated<"choices"> = {
  "title.log": "Qui a parlé et pourquoi",
  "text.none": "Personne n’a encore été choisi dans ce fil.",
  "text.intro": "*{team}* : qui a été choisi, par quoi, et pourquoi.",
  "text.earlier": "{count, plural, one {# tour antérieur est dans `parley export`.} other {# tours antérieurs sont dans `parley export`.}}",
  "text.within": "dans *{team}*",
  "text.progress": "progrès",
  "text.noProgress": "pas de progrès",
  "text.sideBySide": "en même temps que {others}",
  "text.byLeader": "par {leader}",
  "text.by.policy": "par une règle",
  "text.by.selector": "par le modèle qui choisit",
  "text.by.only": "personne d’autre ne pouvait",
  "text.by.fallback": "par défaut : le modèle n’a nommé personne qui convienne",
  "text.by.person": "une personne l’a demandé",
  "title.why": "Pourquoi cet agent ?",
  "text.handedOver": "*{agent}* a passé la main",
  "text.hadFloor": "il avait déjà la parole",
  "text.askedOfIt": "Demande : {words}",
  "text.couldSpeak": "*Qui pouvait parler dans {team} :*",
};
