import type { Translated } from "../../messages.ts";

export const unheard: Translated<"unheard"> = {
  "text.for.empty": "Il n’y a rien à faire dans un message vide. Mentionnez-moi avec une tâche.",
  "text.long": "Le message a {chars} caractères ; j’en lis {max} au plus. Raccourcissez-le, ou joignez le texte en fichier.",
  "text.team": "Il n’y a pas d’équipe « {team} ». Les équipes sont : {teams}.",
  "text.usedUp": "Le budget du jour est épuisé : {budgets}. Il repart à zéro le {at}.",
  "text.runs":
    "{count, plural, one {Vous avez lancé # exécution en une heure, le maximum pour une personne ici. Vous pourrez lancer la suivante le {at}.} other {Vous avez lancé # exécutions en une heure, le maximum pour une personne ici. Vous pourrez lancer la suivante le {at}.}}",
  "text.messages":
    "{count, plural, one {Vous avez écrit # message aux agents en une heure, le maximum pour une personne ici ; ils n’ont pas reçu celui-ci. Répétez-le le {at}.} other {Vous avez écrit # messages aux agents en une heure, le maximum pour une personne ici ; ils n’ont pas reçu celui-ci. Répétez-le le {at}.}}",
  "text.more":
    "{count, plural, one {# autre message de vous ici n’a pas été entendu. {why}} other {# autres messages de vous ici n’ont pas été entendus. {why}}}",
  "text.for.ended": "L’exécution était terminée à cet endroit : rien à poursuivre de là.",
  "text.for.taken": "Quelqu’un a commencé autre chose dans ce fil.",
  "text.for.elsewhere": "Il n’y a pas de tel fil ici.",
  "text.for.later": "À ce moment, plus aucune exécution ne pouvait être lancée. Créez la branche encore une fois.",
};
