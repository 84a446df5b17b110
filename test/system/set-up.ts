/** What installs everything that the suites on real servers need. */
export const setUp = "scripts/setup-system.sh";
