import { createHash } from "node:crypto";
import { html, raw } from "hono/html";
import type { Language } from "../../core/plan.ts";
import type { ProblemAnswer } from "../contract.ts";
import { pageHeaders } from "../web/page-headers.ts";

const style =
  "body{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:15vh auto;padding:0 1rem;color-scheme:light dark}h1{font-size:1.25rem}";
const styleDigest = createHash("sha256").update(style).digest("base64");

const again: Readonly<Record<Language, string>> = { en: "Sign in again", fr: "Se reconnecter" };

/** A refusal at the sign-in as a page, for who has no dashboard yet: what happened, what to do, and the way back to the beginning. */
export async function loginPage(problem: ProblemAnswer, publicUrl: string | null, language: Language): Promise<Response> {
  const groups = Array.isArray(problem.groups) ? problem.groups.map(String) : [];
  const page = await html`<!doctype html>
    <html lang="${language}">
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width" />
      <title>serin · ${problem.title}</title>
      <style>
        ${raw(style)}
      </style>
      <main>
        <h1>${problem.title}</h1>
        <p>${problem.detail}</p>
        <p>${problem.remedy}</p>
        ${
          groups.length === 0
            ? ""
            : html`<ul>
                ${groups.map((group) => html`<li>${group}</li>`)}
              </ul>`
        }
        <p><a href="${publicUrl ?? ""}/login">${again[language]}</a></p>
      </main>
    </html> `;
  const headers = new Headers({ ...pageHeaders(publicUrl), "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store" });
  headers.set("Content-Security-Policy", `default-src 'none'; style-src 'sha256-${styleDigest}'; frame-ancestors 'none'; base-uri 'none'`);
  if (problem.retryAfterS !== undefined) headers.set("Retry-After", String(problem.retryAfterS));
  return new Response(String(page), { status: problem.status, headers });
}
