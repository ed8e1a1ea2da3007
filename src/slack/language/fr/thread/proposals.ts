import type { Translated } from "../../messages.ts";

export const proposals: Translated<"proposals"> = {
  "button.look": "Regarder",
  "button.take": "L’adopter",
  "button.notNow": "Pas maintenant",
  "title.look": "Ce qui changerait",
  "text.found":
    "Un changement de l’équipe *{team}* a été essayé : sur {cases, plural, one {# cas} other {# cas}} que personne n’avait vus, elle en résout {after}, et {before} telle qu’elle est. Rien ne change si vous ne l’adoptez pas.",
  "text.figures": "Différence : {points} points (de {low} à {high}). `parley tune` a été lancé par {who} avec `{file}`.",
  "text.cut": "En voici le début ; le studio montre tout, avec l’équipe.",
  "text.taken": "Adopté : *{team}* est ainsi désormais, en révision {revision}. Le studio garde ce qu’elle était avant.",
  "text.left": "Laissé : *{team}* reste telle qu’elle est.",
  "text.changed":
    "*{team}* a été modifiée par {person} à {time} UTC, après cette trouvaille. Elle ne convient plus et ne peut être adoptée ; `parley tune` cherche à nouveau.",
  "text.changedBySomebody":
    "*{team}* n’est plus celle pour laquelle ceci a été trouvé, et cela ne peut être adopté ; `parley tune` cherche à nouveau.",
  "text.decided": "{person} a déjà décidé du changement de *{team}*, à {time} UTC.",
  "text.gone": "Ce changement de *{team}* n’attend plus.",
  "text.mistakes": "*{team}* ne peut plus être ainsi, et rien n’a été changé : {why}",
};
