/** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once, as usual. */
export function endOfProcess(): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      process.off("SIGTERM", end);
      process.off("SIGINT", end);
      resolve();
    };
    process.on("SIGTERM", end);
    process.on("SIGINT", end);
  });
}
