/** Seeds that once broke a promise, and how: they are lived through in every run, whatever other seeds are asked for. */
export const keptSeeds: ReadonlyMap<number, string> = new Map([
  [1055, "a forecast that wavered took the question to people back, and nobody was asked any more"],
  [1146, "a note during shifting was taken for a second entry into the phase"],
  [1203, "obvious errors at 100 % were not proven in a minute, and a person promoted before they were"],
  [1274, "the story was cut before its promotion was through"],
  [1467, "a router restarted while the controller had no processor, and was told again before it was looked at"],
  [1531, "the story was cut between an approval and its answer"],
]);
