// What the command line says of witnesses.

export const witnesses = {
  states: {
    waiting: "not heard from lately",
    cosigned: "cosigned it",
    ahead: "ALARM: has seen more than there is",
    refuses: "ALARM: has seen another journal",
  },
  pinned: "you count on it",
  nobody: "No witness vouches for this service's journal.",
  none: "You count on no witness: whether others are shown another journal is noticed when you meet them, or never.",
  seen: (operators: number, at: string) =>
    `The journal you are shown is the one that ${operators} of your witnesses saw, last on ${at}.`,
};
