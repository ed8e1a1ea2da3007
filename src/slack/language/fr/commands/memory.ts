import type { Translated } from "../../messages.ts";

export const memory: Translated<"memory"> = {
  "text.how": "Écrivez `/parley memory` pour voir les notes de ce canal, et `/parley memory forget 12` pour supprimer la note 12.",
  "text.forgotten": "Oubliée, la note {id} : « {words} »",
  "text.noSuch": "Il n’y a pas de note {id} dans ce canal, ou il n’y en a plus.",
  "text.head":
    "{count, plural, one {*Ce dont les agents se souviennent dans ce canal* : # note} other {*Ce dont les agents se souviennent dans ce canal* : # notes}}",
  "text.headOfPage":
    "{count, plural, one {*Ce dont les agents se souviennent dans ce canal* : # note, page {page} sur {pages}} other {*Ce dont les agents se souviennent dans ce canal* : # notes, page {page} sur {pages}}}",
  "button.newer": "Plus récentes",
  "button.older": "Plus anciennes",
  "button.forget": "Oublier",
  "text.none":
    "Les agents ne se souviennent de rien dans ce canal. On peut le demander à un agent qui a `memory: true` dans le fichier d’équipes.",
  "text.toDelete": "Pour supprimer une note : `/parley memory forget` et son numéro.",
  "text.origin": "{agent}, à la demande de {person}, {day}",
  "text.thread": "fil",
};
