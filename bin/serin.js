#!/usr/bin/env node
// Old syntax and no import before the check: this file must still speak on a Node that cannot read the rest.
var version = process.versions.node;
var parts = version.split(".");
if (Number(parts[0]) < 24 || (parts[0] === "24" && Number(parts[1]) < 9)) {
  process.stderr.write("serin needs Node 24.9 or newer; this is Node " + version + ".\n");
  process.stderr.write('In a checkout, "npx serin" takes the Node that "npm ci" has installed.\n');
  process.exitCode = 1;
} else {
  void import("./launch.js");
}
