import type { House } from "./rules.ts";

/** By the name that the task says. Of each, the moves are as many as the shortest way to the letter takes. */
export const HOUSES: { readonly [name: string]: House } = {
  h1: {
    begin: "hall",
    moves: 7,
    ways: [
      {
        between: ["hall", "pantry"],
      },
      {
        between: ["pantry", "workshop"],
      },
      {
        between: ["workshop", "stable"],
        key: "brass key",
      },
      {
        between: ["workshop", "library"],
        key: "silver key",
      },
      {
        between: ["stable", "cloakroom"],
      },
      {
        between: ["library", "study"],
      },
      {
        between: ["study", "kitchen"],
        key: "iron key",
      },
    ],
    things: {
      "brass key": {
        lies: "workshop",
      },
      "iron key": {
        lies: "study",
      },
      "silver key": {
        lies: "stable",
      },
      "red letter": {
        lies: "library",
        says: "The red letter says: 660.",
      },
      "blue letter": {
        lies: "stable",
        says: "The blue letter says: 502.",
      },
    },
  },
  h2: {
    begin: "hall",
    moves: 5,
    ways: [
      {
        between: ["hall", "tower"],
      },
      {
        between: ["tower", "study"],
        key: "iron key",
      },
      {
        between: ["study", "kitchen"],
      },
      {
        between: ["study", "stable"],
      },
      {
        between: ["kitchen", "cellar"],
      },
      {
        between: ["tower", "cellar"],
        key: "brass key",
      },
    ],
    things: {
      "iron key": {
        lies: "hall",
      },
      "brass key": {
        lies: "kitchen",
      },
      "red letter": {
        lies: "cellar",
        says: "The red letter says: 951.",
      },
      "blue letter": {
        lies: "stable",
        says: "The blue letter says: 132.",
      },
    },
  },
  h3: {
    begin: "hall",
    moves: 9,
    ways: [
      {
        between: ["hall", "kitchen"],
      },
      {
        between: ["hall", "cloakroom"],
      },
      {
        between: ["kitchen", "chapel"],
        key: "brass key",
      },
      {
        between: ["hall", "workshop"],
        key: "iron key",
      },
      {
        between: ["cloakroom", "study"],
      },
      {
        between: ["workshop", "attic"],
      },
      {
        between: ["attic", "stable"],
      },
      {
        between: ["attic", "cloakroom"],
      },
    ],
    things: {
      "iron key": {
        lies: "chapel",
      },
      "brass key": {
        lies: "workshop",
      },
      "silver key": {
        lies: "cloakroom",
      },
      "green letter": {
        lies: "chapel",
        says: "The green letter says: 242.",
      },
      "red letter": {
        lies: "attic",
        says: "The red letter says: 558.",
      },
    },
  },
  h4: {
    begin: "hall",
    moves: 7,
    ways: [
      {
        between: ["hall", "attic"],
      },
      {
        between: ["attic", "cloakroom"],
      },
      {
        between: ["cloakroom", "chapel"],
      },
      {
        between: ["chapel", "pantry"],
      },
      {
        between: ["hall", "study"],
        key: "iron key",
      },
      {
        between: ["study", "stable"],
      },
      {
        between: ["cloakroom", "workshop"],
      },
      {
        between: ["study", "pantry"],
        key: "brass key",
      },
    ],
    things: {
      "iron key": {
        lies: "cloakroom",
      },
      "brass key": {
        lies: "workshop",
      },
      "blue letter": {
        lies: "stable",
        says: "The blue letter says: 652.",
      },
      "green letter": {
        lies: "pantry",
        says: "The green letter says: 842.",
      },
    },
  },
  h5: {
    begin: "hall",
    moves: 8,
    ways: [
      {
        between: ["hall", "cloakroom"],
      },
      {
        between: ["hall", "study"],
        key: "silver key",
      },
      {
        between: ["study", "tower"],
        key: "iron key",
      },
      {
        between: ["study", "chapel"],
        key: "brass key",
      },
      {
        between: ["tower", "stable"],
      },
    ],
    things: {
      "silver key": {
        lies: "hall",
      },
      "brass key": {
        lies: "stable",
      },
      "iron key": {
        lies: "cloakroom",
      },
      "green letter": {
        lies: "tower",
        says: "The green letter says: 694.",
      },
      "red letter": {
        lies: "stable",
        says: "The red letter says: 595.",
      },
    },
  },
  h6: {
    begin: "hall",
    moves: 8,
    ways: [
      {
        between: ["hall", "pantry"],
      },
      {
        between: ["pantry", "tower"],
      },
      {
        between: ["hall", "workshop"],
      },
      {
        between: ["pantry", "cellar"],
      },
      {
        between: ["hall", "study"],
        key: "brass key",
      },
      {
        between: ["tower", "cloakroom"],
      },
      {
        between: ["pantry", "library"],
        key: "silver key",
      },
    ],
    things: {
      "brass key": {
        lies: "workshop",
      },
      "silver key": {
        lies: "study",
      },
      "red letter": {
        lies: "library",
        says: "The red letter says: 565.",
      },
      "blue letter": {
        lies: "tower",
        says: "The blue letter says: 295.",
      },
    },
  },
  h7: {
    begin: "hall",
    moves: 11,
    ways: [
      {
        between: ["hall", "kitchen"],
        key: "brass key",
      },
      {
        between: ["hall", "chapel"],
      },
      {
        between: ["kitchen", "pantry"],
        key: "iron key",
      },
      {
        between: ["hall", "cellar"],
      },
      {
        between: ["pantry", "library"],
      },
      {
        between: ["library", "attic"],
      },
      {
        between: ["cellar", "tower"],
      },
      {
        between: ["tower", "chapel"],
      },
    ],
    things: {
      "iron key": {
        lies: "hall",
      },
      "brass key": {
        lies: "tower",
      },
      "red letter": {
        lies: "library",
        says: "The red letter says: 364.",
      },
      "blue letter": {
        lies: "attic",
        says: "The blue letter says: 979.",
      },
    },
  },
  h8: {
    begin: "hall",
    moves: 13,
    ways: [
      {
        between: ["hall", "pantry"],
        key: "silver key",
      },
      {
        between: ["hall", "stable"],
        key: "iron key",
      },
      {
        between: ["pantry", "cellar"],
      },
      {
        between: ["stable", "workshop"],
        key: "brass key",
      },
      {
        between: ["hall", "library"],
      },
      {
        between: ["pantry", "tower"],
      },
      {
        between: ["hall", "chapel"],
      },
    ],
    things: {
      "iron key": {
        lies: "hall",
      },
      "brass key": {
        lies: "chapel",
      },
      "silver key": {
        lies: "workshop",
      },
      "blue letter": {
        lies: "tower",
        says: "The blue letter says: 275.",
      },
      "red letter": {
        lies: "pantry",
        says: "The red letter says: 741.",
      },
    },
  },
  h9: {
    begin: "hall",
    moves: 10,
    ways: [
      {
        between: ["hall", "pantry"],
      },
      {
        between: ["hall", "attic"],
      },
      {
        between: ["pantry", "workshop"],
      },
      {
        between: ["pantry", "cloakroom"],
        key: "iron key",
      },
      {
        between: ["pantry", "tower"],
      },
      {
        between: ["attic", "chapel"],
        key: "silver key",
      },
      {
        between: ["hall", "stable"],
        key: "brass key",
      },
    ],
    things: {
      "silver key": {
        lies: "cloakroom",
      },
      "iron key": {
        lies: "workshop",
      },
      "brass key": {
        lies: "hall",
      },
      "green letter": {
        lies: "chapel",
        says: "The green letter says: 735.",
      },
      "blue letter": {
        lies: "pantry",
        says: "The blue letter says: 904.",
      },
    },
  },
  h10: {
    begin: "hall",
    moves: 8,
    ways: [
      {
        between: ["hall", "study"],
        key: "silver key",
      },
      {
        between: ["study", "workshop"],
        key: "brass key",
      },
      {
        between: ["study", "stable"],
      },
      {
        between: ["stable", "attic"],
      },
      {
        between: ["hall", "library"],
      },
      {
        between: ["study", "kitchen"],
        key: "iron key",
      },
      {
        between: ["study", "cellar"],
      },
    ],
    things: {
      "silver key": {
        lies: "library",
      },
      "iron key": {
        lies: "study",
      },
      "brass key": {
        lies: "stable",
      },
      "red letter": {
        lies: "workshop",
        says: "The red letter says: 298.",
      },
      "green letter": {
        lies: "library",
        says: "The green letter says: 818.",
      },
    },
  },
  h11: {
    begin: "hall",
    moves: 12,
    ways: [
      {
        between: ["hall", "cloakroom"],
      },
      {
        between: ["hall", "cellar"],
        key: "silver key",
      },
      {
        between: ["cellar", "pantry"],
      },
      {
        between: ["cloakroom", "tower"],
        key: "iron key",
      },
      {
        between: ["pantry", "attic"],
        key: "brass key",
      },
      {
        between: ["pantry", "library"],
      },
      {
        between: ["library", "workshop"],
      },
    ],
    things: {
      "brass key": {
        lies: "hall",
      },
      "silver key": {
        lies: "cloakroom",
      },
      "iron key": {
        lies: "library",
      },
      "red letter": {
        lies: "tower",
        says: "The red letter says: 295.",
      },
      "blue letter": {
        lies: "library",
        says: "The blue letter says: 180.",
      },
    },
  },
  h12: {
    begin: "hall",
    moves: 9,
    ways: [
      {
        between: ["hall", "stable"],
      },
      {
        between: ["hall", "cellar"],
      },
      {
        between: ["stable", "chapel"],
        key: "iron key",
      },
      {
        between: ["stable", "study"],
        key: "brass key",
      },
      {
        between: ["stable", "pantry"],
      },
      {
        between: ["study", "chapel"],
        key: "silver key",
      },
    ],
    things: {
      "brass key": {
        lies: "hall",
      },
      "silver key": {
        lies: "pantry",
      },
      "iron key": {
        lies: "chapel",
      },
      "green letter": {
        lies: "chapel",
        says: "The green letter says: 715.",
      },
      "blue letter": {
        lies: "cellar",
        says: "The blue letter says: 315.",
      },
    },
  },
};
