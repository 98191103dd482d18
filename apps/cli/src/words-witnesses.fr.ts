// Ce que dit la ligne de commande des témoins.

export const witnesses = {
  states: {
    waiting: "sans nouvelles récentes",
    cosigned: "l'a cosigné",
    ahead: "ALARME : en a vu plus qu'il n'y en a",
    refuses: "ALARME : a vu un autre journal",
  },
  pinned: "vous comptez sur lui",
  nobody: "Aucun témoin ne répond du journal de ce service.",
  none: "Vous ne comptez sur aucun témoin : si d'autres voient un autre journal, cela se remarque en les rencontrant, ou jamais.",
  seen: (n: number, at: string) => `C'est le journal qu'ont vu ${n} de vos témoins, le ${at}.`,
};
