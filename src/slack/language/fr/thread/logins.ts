import type { Translated } from "../../messages.ts";

export const logins: Translated<"logins"> = {
  "text.offer":
    "{server} veut savoir qui vous êtes. Connectez-le ici ; vous seul voyez ceci, et le lien sert une fois, pendant dix minutes.",
  "text.for.person": "Votre connexion ne sert que dans vos propres exécutions. Vous pouvez la retirer dans l’onglet Accueil.",
  "text.for.place": "Votre connexion servira à tout le monde dans ce canal. Vous pouvez la retirer dans l’onglet Accueil.",
  "text.for.workspace": "Votre connexion servira à tout le monde dans cet espace de travail. Vous pouvez la retirer dans l’onglet Accueil.",
  "button.connect": "Connecter {server}",
  "text.notYours": "Seule la personne {person} peut connecter {server} ici.",
  "text.noDoor":
    "Personne ne peut se connecter pour l’instant : Parley n’a pas d’adresse qu’un navigateur puisse atteindre. Demandez à qui le gère.",
  "text.only": "seule la personne {person} peut l’autoriser : cela se fait avec sa connexion, et d’autres ont écrit ici",
  "text.notYourYes": "Cela se fait avec la connexion de {person}, qui seule peut l’autoriser.",
  "header.mine": "Vos connexions",
  "text.since": "*{server}*, connecté le {day}",
  "text.sinceInPlace": "*{server}*, pour tout le monde dans {channel}, connecté le {day}",
  "text.sinceInWorkspace": "*{server}*, pour tout le monde dans l’espace de travail, connecté le {day}",
  "button.withdraw": "Retirer",
  "sure.withdraw": "Retirer cette connexion ?",
  "meaning.withdraw": "Elle est supprimée ici aussitôt. Les exécutions qui en ont besoin en demanderont une nouvelle.",
  "yes.withdraw": "Retirer",
  "yes.keep": "La garder",
  "text.gone": "Cette connexion n’existe plus.",
};
