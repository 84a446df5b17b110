import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, chown, cp, mkdtemp, readFile, readdir, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { schemaVersion } from "../../src/adapters/stores/sqlite/schema.ts";
import { temporaryFolder } from "../fixtures/folder.ts";
import { serin, serinGoing } from "../fixtures/serin.ts";

/* The real server on a data folder that it must not begin on: it says where and what to do, ends with 2, and changes nothing. */

const command = fileURLToPath(new URL("../../bin/serin.js", import.meta.url));
const nobody = 65_534;
const serverWords = (folder: string): readonly string[] => ["server", "--data", folder, "--listen", "127.0.0.1:0"];
let top = "";

beforeAll(async () => {
  top = await mkdtemp(join(tmpdir(), "serin-unusable-"));
  const server = await serinGoing(serverWords(join(top, "data")));
  expect(await server.end("SIGTERM")).toBe(0);
});
afterAll(() => rm(top, { recursive: true, force: true }));

/** A folder as a server has used it and closed it. */
async function usedFolder(): Promise<string> {
  const folder = await temporaryFolder();
  await cp(join(top, "data"), folder, { recursive: true });
  return folder;
}

/** Name and content of every file. */
async function contents(folder: string): Promise<readonly string[]> {
  const described = (await readdir(folder)).map(async (name) => {
    const path = join(folder, name);
    return (await stat(path)).isFile()
      ? `${name} ${createHash("sha256")
          .update(await readFile(path))
          .digest("hex")}`
      : name;
  });
  return (await Promise.all(described)).toSorted();
}

function change(folder: string, statement: string): void {
  const database = new DatabaseSync(join(folder, "serin.db"));
  database.exec(statement);
  database.close();
}

async function overwrite(folder: string, to: (bytes: Buffer) => Buffer): Promise<void> {
  const path = join(folder, "serin.db");
  await writeFile(path, to(await readFile(path)));
}

const flip = (bytes: Buffer, at: number): Buffer => {
  bytes[at] = (bytes[at] ?? 0) ^ 0xff;
  return bytes;
};

test.each<[string, string, string, (folder: string) => Promise<void> | void]>([
  ["with a byte flipped in the header", "is damaged", "last backup", (folder) => overwrite(folder, (bytes) => flip(bytes, 17))],
  ["with a byte flipped in a page", "is damaged", "last backup", (folder) => overwrite(folder, (bytes) => flip(bytes, 4096 * 4 + 1))],
  ["that was cut short", "is damaged", "last backup", (folder) => truncate(join(folder, "serin.db"), 4096 * 3 + 100)],
  ["that was emptied", "is damaged", "last backup", (folder) => truncate(join(folder, "serin.db"), 0)],
  ["that is no database", "is damaged", "last backup", (folder) => overwrite(folder, () => Buffer.from("a text\n".repeat(2_000)))],
  ["of another program", "another program", "a data folder of its own", (folder) => change(folder, "PRAGMA application_id = 9")],
  [
    "of a later serin",
    `has schema ${schemaVersion + 1}`,
    "Run the serin that wrote it",
    (folder) => change(folder, `PRAGMA user_version = ${schemaVersion + 1}`),
  ],
])("a store %s is refused at the start, and left as it is", async (_, says, remedy, spoil) => {
  const folder = await usedFolder();
  await spoil(folder);
  const before = await contents(folder);
  const { code, out, err } = await serin(serverWords(folder));
  expect({ code, out, lines: err.trimEnd().split("\n").length }).toEqual({ code: 2, out: "", lines: 1 });
  expect(err).toMatch(/^serin: The data folder cannot be used: /);
  for (const part of [join(folder, "serin.db"), says, remedy]) expect(err).toContain(part);
  expect(await contents(folder)).toEqual(before);
});

/** Starts a server as somebody who is not the administrator, to whom no folder is closed. */
async function serinAsNobody(words: readonly string[]): Promise<{ readonly code: number | null; readonly err: string }> {
  const who = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};
  const child = spawn(process.execPath, [command, ...words], { stdio: ["ignore", "ignore", "pipe"], ...who });
  const code = new Promise<number | null>((resolve) => {
    child.once("close", resolve);
  });
  return { err: await text(child.stderr), code: await code };
}

test.each<[string, number, number]>([
  ["a folder that may only be read", 0o555, 0o444],
  ["a folder whose files may only be read", 0o755, 0o444],
])("%s is refused at the start", async (_, folderMode, fileMode) => {
  const folder = await usedFolder();
  for (const name of await readdir(folder)) {
    await chmod(join(folder, name), fileMode);
    if (process.getuid?.() === 0) await chown(join(folder, name), nobody, nobody);
  }
  if (process.getuid?.() === 0) await chown(folder, nobody, nobody);
  await chmod(folder, folderMode);
  const before = await contents(folder);
  const { code, err } = await serinAsNobody(serverWords(folder));
  expect({ code, err }).toMatchObject({ code: 2, err: expect.stringMatching(/^serin: The data folder cannot be used: /) });
  for (const part of [join(folder, "serin.db"), "cannot be opened for writing", "the right to write"]) expect(err).toContain(part);
  await chmod(folder, 0o755);
  expect(await contents(folder)).toEqual(before);
});

test("an empty folder that may only be read is refused, and so is one that cannot be made", async () => {
  const folder = await temporaryFolder();
  await chmod(folder, 0o555);
  for (const place of [folder, join(folder, "data")]) {
    const { code, err } = await serinAsNobody(serverWords(place));
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining(place) });
    expect(err).toContain("the right to write");
  }
  await chmod(folder, 0o755);
  expect(await readdir(folder)).toEqual([]);
});

test("a server without its secrets names every one of them at once, and begins nothing", async () => {
  const folder = await temporaryFolder();
  const file = join(folder, "serin.yaml");
  const lines = [
    "apiVersion: serin.dev/v1",
    "kind: Server",
    "environments: [production]",
    "publicUrl: https://serin.example",
    "login: { issuer: https://id.example, client: serin, secret: { env: ABSENT_LOGIN }, roles: [{ group: staff, roles: [viewer] }] }",
    "connections: { routers: { edge: { kind: edge, control: [http://127.0.0.1:1], token: { env: ABSENT_EDGE } } } }",
  ];
  await writeFile(file, `${lines.join("\n")}\n`);
  const { code, out, err } = await serin([...serverWords(join(folder, "data")), "--config", file]);
  expect([code, out]).toEqual([2, ""]);
  for (const name of ["ABSENT_LOGIN", "ABSENT_EDGE"]) expect(err).toContain(`Set ${name} where the server starts.`);
  await expect(stat(join(folder, "data"))).rejects.toThrow("ENOENT");
});
