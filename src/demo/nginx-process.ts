import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { exampleFile } from "./house.ts";
import type { Household, Member } from "./household.ts";

const readyWithinMs = 10_000;

/** What brings nginx with its Lua module. */
export const nginxPackages = {
  packages: "nginx-light libnginx-mod-http-lua",
  files: ["/usr/lib/nginx/modules/ngx_http_lua_module.so"],
};

/** Where an nginx of the examples runs; everything else is as it stands there. */
export interface NginxPlace {
  /** The program's path. */
  readonly program: string;
  /** A folder of its own, which exists. */
  readonly dir: string;
  readonly port: number;
  readonly controlPort: number;
  readonly workers: number;
}

/** What `examples/nginx/nginx.conf` is given beside its place. */
export interface NginxSettings {
  readonly token: string;
  /** Path prefix to service, and where the stable version of each answers before the first order ("127.0.0.1:3000"). */
  readonly routes: Readonly<Record<string, string>>;
  readonly stable: Readonly<Record<string, readonly string[]>>;
}

/** Starts nginx with its Lua module as a member of the household; resolves when both of its doors answer. */
export async function startNginx(household: Household, place: NginxPlace & NginxSettings): Promise<Member> {
  await writeFile(join(place.dir, "token"), place.token, { mode: 0o600 });
  return startExample(household, place, { file: "nginx.conf", changes: changesOfSettings(place) });
}

/** As `startNginx`, without Lua: `DIR/serin.conf` is what it includes. */
export function startNginxWithoutLua(household: Household, place: NginxPlace): Promise<Member> {
  const changes: readonly Change[] = [["include /var/lib/serin-nginx/serin.conf;", `include ${place.dir}/serin.conf;`]];
  return startExample(household, place, { file: "reload.conf", changes });
}

/** The arguments by which the nginx of a folder is meant. */
export function nginxArguments(dir: string): readonly string[] {
  return ["-p", dir, "-c", join(dir, "nginx.conf"), "-e", join(dir, "error.log")];
}

interface Example {
  readonly file: "nginx.conf" | "reload.conf";
  readonly changes: readonly Change[];
}

async function startExample(household: Household, place: NginxPlace, { file, changes }: Example): Promise<Member> {
  const { dir, port, controlPort, program } = place;
  await mkdir(join(dir, "temp"), { recursive: true });
  const text = await readFile(exampleFile(`nginx/${file}`), "utf8");
  await writeFile(join(dir, "nginx.conf"), fit(text, [...changesOfPlace(place), ...changes]));
  const isReady = async (): Promise<boolean> => {
    const answers = await Promise.all([port, controlPort].map((at) => answersAt(`http://127.0.0.1:${at}/health`)));
    return answers.every(Boolean);
  };
  const args = [...nginxArguments(dir), "-g", "daemon off;"];
  return household.start({ name: "nginx", args, program: { path: program, isReady }, readyWithinMs });
}

type Change = readonly [from: string, to: string];

function changesOfPlace({ dir, port, controlPort, workers }: NginxPlace): readonly Change[] {
  const temporary = ["client_body", "proxy", "fastcgi", "scgi", "uwsgi"].map((name) => `  ${name}_temp_path ${dir}/temp/${name};`);
  return [
    // Workers of another person could not read the folder.
    ["user www-data;\n", process.getuid?.() === 0 ? "user root;\n" : ""],
    ["worker_processes auto;", `worker_processes ${workers};`],
    ["pid /run/nginx.pid;", `pid ${dir}/nginx.pid;`],
    ["error_log /var/log/nginx/error.log warn;", `error_log ${dir}/error.log warn;`],
    ["  access_log off;\n  default_type", `${temporary.join("\n")}\n  access_log off;\n  default_type`],
    ["listen 0.0.0.0:8080", `listen 127.0.0.1:${port}`],
    ["listen 127.0.0.1:8081", `listen 127.0.0.1:${controlPort}`],
  ];
}

function changesOfSettings({ dir, routes, stable }: NginxPlace & NginxSettings): readonly Change[] {
  const scripts = dirname(fileURLToPath(exampleFile("nginx/serin.lua")));
  const services = Object.entries(routes).map(([path, service]) => `[${JSON.stringify(path)}] = "${service}"`);
  const addresses = Object.entries(stable).map(
    ([service, all]) => `[${JSON.stringify(service)}] = { ${all.map((one) => `"${one}"`).join(", ")} }`,
  );
  return [
    ['"/etc/nginx/?.lua;;"', `"${scripts}/?.lua;;"`],
    ['"/etc/nginx/serin.token"', `"${dir}/token"`],
    ['"/var/lib/serin-nginx/order"', `"${dir}/order"`],
    ['{ ["/"] = "frontend", ["/api"] = "backend" }', `{ ${services.join(", ")} }`],
    ['{ frontend = { "127.0.0.1:3000" }, backend = { "127.0.0.1:3001" } }', `{ ${addresses.join(", ")} }`],
  ];
}

/** `text` with every change made. Throws when one of them finds nothing: the example has changed. */
function fit(text: string, changes: readonly Change[]): string {
  return changes.reduce((changed, [from, to]) => {
    if (!changed.includes(from)) throw new Error(`the example has no ${JSON.stringify(from)}`);
    return changed.replace(from, () => to);
  }, text);
}

async function answersAt(url: string): Promise<boolean> {
  try {
    await (await fetch(url)).body?.cancel();
    return true;
  } catch {
    return false;
  }
}
