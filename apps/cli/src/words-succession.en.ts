// What the command line says of a log that lost entries.

export const succession = {
  none: "The journal of this service is the one you know.",
  kept: (count: number) =>
    `Of a journal that ended, this device keeps ${count} receipts for entries that are lost. They prove what was done; the journal no longer shows it.`,
  ended: (at: string, signed: number, left: number, lost: number) =>
    `ALARM: the journal of this service ended on ${at}, as it says itself. It had signed for ${signed} entries of everybody's; the first ${left} are left, ${lost} are lost.`,
  seen: (count: number) =>
    count === 0
      ? "This device had seen none of the lost ones."
      : `This device had seen the journal with ${count} of the lost ones.`,
  receipts: (count: number) => `Of them it holds ${count} receipts:`,
  receipt: (at: string, subject: string) => `  LOST  ${at}  in the journal of ${subject}`,
  how: "Ask whoever runs the service what was lost and why. To go on with what is left: ecrin succession --accept",
  consequence:
    "What was done in the lost time is undone: documents, ended accesses, new devices, new passwords. This device will take what the service has now for what is true, once.",
  accepted:
    "Accepted, for all your devices. Now look who has access: ecrin members, and end again what had been ended.",
};
