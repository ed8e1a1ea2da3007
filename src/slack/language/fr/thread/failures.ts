import type { Translated } from "../../messages.ts";

export const failures: Translated<"failures"> = {
  "text.means.rate_limited": "le modèle est sollicité trop souvent ; attendez une minute",
  "text.means.overloaded": "le modèle est surchargé ; réessayez dans quelques minutes",
  "text.means.unavailable": "le modèle est injoignable, ou s’est interrompu",
  "text.means.timeout": "le modèle a mis trop de temps",
  "text.means.empty": "le modèle n’a rien répondu",
  "text.means.bad_key": "le fournisseur n’accepte pas la clé ; prévenez une personne qui gère Parley",
  "text.means.unknown_model": "le fournisseur ne connaît pas ce modèle ; prévenez une personne qui gère Parley",
  "text.means.quota": "le compte chez le fournisseur n’a plus de crédit ; prévenez une personne qui gère Parley",
  "text.means.queue_full": "trop d’appels attendent déjà ; réessayez dans quelques minutes",
  "text.means.bad_request": "le fournisseur a refusé la demande ; prévenez une personne qui gère Parley",
  "text.means.bad_answer": "la réponse n’était pas utilisable",
  "text.means.filtered": "le filtre du fournisseur a arrêté la réponse ; formulez-le autrement",
  "text.means.refused": "le modèle n’a pas voulu répondre ; formulez-le autrement",
  "text.means.context_too_long": "la conversation est trop longue pour le modèle",
  "text.means.guarded": "une règle de protection de l’équipe s’y oppose",
  "text.means.stuck": "l’équipe n’avançait plus",
  "text.means.team_unavailable": "l’équipe n’est plus disponible",
  "text.means.bug": "quelque chose a échoué dans Parley ; prévenez une personne qui le gère",

  "text.inFull": "{means} (texte d’origine : {message})",
};
