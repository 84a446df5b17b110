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

/** What an nginx of the example's configuration is given; everything else is as it stands there. */
export interface NginxPlace {
  /** The program's path. */
  readonly program: string;
  /** A folder of its own, which exists. */
  readonly dir: string;
  readonly token: string;
  readonly port: number;
  readonly controlPort: number;
  readonly workers: number;
  /** Path prefix to service, and where the stable version of each answers before the first order ("127.0.0.1:3000"). */
  readonly routes: Readonly<Record<string, string>>;
  readonly stable: Readonly<Record<string, readonly string[]>>;
}

/** Writes `DIR/nginx.conf`, made of `examples/nginx/nginx.conf`, and what it names; answers the arguments that run it in the foreground. */
async function writeNginx(place: NginxPlace): Promise<readonly string[]> {
  const { dir, token } = place;
  const example = exampleFile("nginx/nginx.conf");
  const file = join(dir, "nginx.conf");
  await mkdir(join(dir, "temp"), { recursive: true });
  await writeFile(join(dir, "token"), token, { mode: 0o600 });
  await writeFile(file, fit(await readFile(example, "utf8"), changesFor(place, dirname(fileURLToPath(example)))));
  return ["-p", dir, "-c", file, "-e", join(dir, "error.log"), "-g", "daemon off;"];
}

type Change = readonly [from: string, to: string];

function changesFor({ dir, port, controlPort, workers, routes, stable }: NginxPlace, scripts: string): readonly Change[] {
  const isRoot = process.getuid?.() === 0;
  const temporary = ["client_body", "proxy", "fastcgi", "scgi", "uwsgi"].map((name) => `  ${name}_temp_path ${dir}/temp/${name};`);
  const table = (of: Readonly<Record<string, string>>): string =>
    `{ ${Object.entries(of)
      .map(([key, value]) => `[${JSON.stringify(key)}] = ${value}`)
      .join(", ")} }`;
  const addresses = Object.fromEntries(
    Object.entries(stable).map(([service, all]) => [service, `{ ${all.map((one) => `"${one}"`).join(", ")} }`]),
  );
  const services = Object.fromEntries(Object.entries(routes).map(([path, service]) => [path, `"${service}"`]));
  return [
    // Workers of another person could not read the folder.
    ["user www-data;\n", isRoot ? "user root;\n" : ""],
    ["worker_processes auto;", `worker_processes ${workers};`],
    ["pid /run/nginx.pid;", `pid ${dir}/nginx.pid;`],
    ["error_log /var/log/nginx/error.log warn;", `error_log ${dir}/error.log warn;`],
    ["  access_log off;\n  default_type", `${temporary.join("\n")}\n  access_log off;\n  default_type`],
    ['"/etc/nginx/?.lua;;"', `"${scripts}/?.lua;;"`],
    ['"/etc/nginx/serin.token"', `"${dir}/token"`],
    ['"/var/lib/serin-nginx/order"', `"${dir}/order"`],
    ['{ ["/"] = "frontend", ["/api"] = "backend" }', table(services)],
    ['{ frontend = { "127.0.0.1:3000" }, backend = { "127.0.0.1:3001" } }', table(addresses)],
    ["listen 0.0.0.0:8080", `listen 127.0.0.1:${port}`],
    ["listen 127.0.0.1:8081", `listen 127.0.0.1:${controlPort}`],
  ];
}

/** `text` with every change made. Throws when one of them finds nothing: the example has changed. */
function fit(text: string, changes: readonly Change[]): string {
  return changes.reduce((changed, [from, to]) => {
    if (!changed.includes(from)) throw new Error(`examples/nginx/nginx.conf has no ${JSON.stringify(from)}`);
    return changed.replace(from, () => to);
  }, text);
}

/** Starts it as a member of the household; resolves when both of its doors answer. */
export async function startNginx(household: Household, place: NginxPlace): Promise<Member> {
  const args = await writeNginx(place);
  const isReady = async (): Promise<boolean> => {
    const answers = await Promise.all([place.port, place.controlPort].map((port) => answersAt(`http://127.0.0.1:${port}/health`)));
    return answers.every(Boolean);
  };
  return household.start({ name: "nginx", args, program: { path: place.program, isReady }, readyWithinMs });
}

async function answersAt(url: string): Promise<boolean> {
  try {
    await (await fetch(url)).body?.cancel();
    return true;
  } catch {
    return false;
  }
}
